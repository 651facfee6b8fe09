#pragma once
/// @file
/// Counts what each key has handled, from the ESP packets themselves, and compares with the hard limits (G1).
/// Independent of the device's counters.
#include <cstdint>
#include <map>
#include <span>

#include "sallyport/sa_types.hpp"

namespace sallyport::sim {

/// Cipher octets of an ESP packet (payload, padding, pad length, next header); 0 if it is none. RFC 4303, AES-GCM-16.
std::uint64_t cipher_octets(std::span<const std::uint8_t> esp_packet);

class LimitAudit {
 public:
  /// Limits of the SA that lives in this entry; 0 = none.
  void install(SaRef sa, std::uint64_t hard_octets, std::uint64_t hard_packets);
  /// An ESP packet was encrypted or accepted under it.
  void packet(SaRef sa, std::uint64_t octets);
  /// Octets and packets beyond the hard limits, over all SAs. The guarantee is 0.
  [[nodiscard]] std::uint64_t octets_over() const;
  [[nodiscard]] std::uint64_t packets_over() const;
  /// ESP packets counted under an entry that nothing was installed in. 0 in a sound device.
  [[nodiscard]] std::uint64_t unknown() const { return unknown_; }

 private:
  struct Use {
    std::uint64_t hard_octets = 0;
    std::uint64_t hard_packets = 0;
    std::uint64_t octets = 0;
    std::uint64_t packets = 0;
  };
  std::map<SaRef, Use> uses_;
  std::uint64_t unknown_ = 0;
};

}  // namespace sallyport::sim
