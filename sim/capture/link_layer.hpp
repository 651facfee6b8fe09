#pragma once
/// @file
/// From a captured frame to the IP packet in it.
#include <cstdint>
#include <span>
#include <string>

namespace sallyport::sim {

/// What a frame holds: a whole IP packet, or something else that has a name.
struct FrameContent {
  std::span<const std::uint8_t> packet;  ///< IP packet without link padding; empty if there is none.
  std::string kind;                      ///< Why not, e.g. "ARP"; empty if there is one.
};

/// True for the link types that `look_into` knows: Ethernet, raw IP, IPv4, IPv6, Linux cooked capture 1 and 2.
/// `link_type` is a libpcap DLT_ value.
bool known_link_type(int link_type);

/// Finds the IP packet in a frame. VLAN tags (802.1Q, 802.1ad, 0x9100; any number) are passed over; what follows the IP
/// total length is link padding and cut off. The result points into `frame`.
FrameContent look_into(int link_type, std::span<const std::uint8_t> frame);

}  // namespace sallyport::sim
