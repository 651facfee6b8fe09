#pragma once
/// @file
/// The traffic of the made capture: what real captures seldom hold together.
#include <cstdint>
#include <vector>

#include "frame_maker.hpp"

namespace sallyport::tools {

/// A frame as a capture holds it.
struct CapturedFrame {
  Octets octets;           ///< Captured part.
  std::size_t length = 0;  ///< On the wire; more than octets.size() when it was cut.
};

/// DF=0, fragments, all ECN values, IPv4 options, IPv6 extension headers, sizes from 1 octet of payload to jumbo, ARP,
/// LLDP and frames that are cut. The same seed gives the same frames.
std::vector<CapturedFrame> make_traffic(std::uint64_t seed);

}  // namespace sallyport::tools
