#pragma once
/// @file
/// Inbound policy of an SA (G11, RFC 4301 5.2 step 4).
#include "sallyport/model/sa_image.hpp"

namespace sallyport::model {

/// What the selectors look at.
struct SelectorView {
  bool v6 = false;
  IpAddress source{};
  IpAddress destination{};
  std::uint8_t protocol = 0;
  bool has_upper = true;  ///< Not a later fragment.
  OctetView upper;        ///< Upper layer, from its first octet.
};

/// The inner packet matches the SA's prefixes, protocol and port ranges. A range other than 0..65535 asks for a
/// protocol that has ports (TCP, UDP, DCCP, SCTP, UDP-Lite) and for a packet that shows them.
bool selectors_match(const SaConfig& config, const SelectorView& packet);

}  // namespace sallyport::model
