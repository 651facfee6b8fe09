#pragma once
/// @file
/// Descriptors for packets on their way into the accelerator.
#include <cstdint>
#include <span>
#include <vector>

#include "sallyport/bus.hpp"
#include "sallyport/result.hpp"
#include "sallyport/sa_config.hpp"
#include "sallyport/sa_types.hpp"

namespace sallyport {

/// Where the upper layer of an IP packet stands.
struct UpperLayer {
  std::uint8_t version = 0;        ///< 4 or 6.
  std::uint16_t total_length = 0;  ///< Octets, from the header.
  std::uint16_t offset = 0;        ///< Of the upper layer: after options or extension headers (0, 43, 44, 60).
  std::uint16_t protocol_at = 0;   ///< Offset of the octet that names its protocol.
  std::uint8_t protocol = 0;
  bool fragment = false;
};

/// Walks the headers as the device does. kMalformedInput: no whole IP packet; the text says what is wrong.
Result<UpperLayer> find_upper_layer(std::span<const std::uint8_t> packet);

/// A plain IP packet for the outbound side. Tunnel mode: `tfc_units` * 4 octets of TFC padding (0..127). Transport
/// mode: a fragment is kInvalidArgument (RFC 4303 3.3.4), and so are protocol 59 and TFC padding.
Result<PacketIn> outbound_packet(SaRef sa, SaMode mode, std::vector<std::uint8_t> packet, std::uint32_t cookie,
                                 std::uint8_t tfc_units = 0);
/// A dummy packet (next header 59, RFC 4303 2.6) of `octets` arbitrary octets; tunnel mode.
Result<PacketIn> dummy_packet(SaRef sa, std::vector<std::uint8_t> octets, std::uint32_t cookie);
/// An ESP packet with its IP header for the inbound side; its contents are the device's business.
Result<PacketIn> inbound_packet(std::vector<std::uint8_t> packet, std::uint32_t cookie);

}  // namespace sallyport
