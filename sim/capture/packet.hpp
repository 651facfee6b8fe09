#pragma once
/// @file
/// An IP packet with its time, as the simulation passes it around.
#include <cstdint>
#include <vector>

namespace sallyport::sim {

/// A whole IP packet, without link header and link padding.
struct IpPacket {
  std::uint64_t time_ns = 0;  ///< Since 1970 in a capture.
  std::uint64_t frame = 0;    ///< Number of the frame in its capture, from 1 as in Wireshark.
  std::vector<std::uint8_t> octets;
};

}  // namespace sallyport::sim
