#pragma once
/// @file
/// NAT detection (RFC 7296 2.23).
#include <array>
#include <cstdint>

#include "sallyport/ike/header.hpp"
#include "sallyport/ip_address.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// Data of NAT_DETECTION_SOURCE_IP and NAT_DETECTION_DESTINATION_IP.
using NatDetectionHash = std::array<std::uint8_t, 20>;

/// SHA-1(SPIi | SPIr | address | port). SPIs as in the header of the message: SPIr is 0 in the first request. The port
/// is the UDP port, 500 or 4500 or what a NAT made of it. kIo: OpenSSL failed.
Result<NatDetectionHash> nat_detection_hash(IkeSpi initiator, IkeSpi responder, const IpAddress& address,
                                            std::uint16_t port);

}  // namespace sallyport::ike
