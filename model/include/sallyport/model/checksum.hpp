#pragma once
/// @file
/// Internet checksum (RFC 1071) and its incremental update (RFC 1624).
#include <cstdint>

#include "sallyport/model/octets.hpp"

namespace sallyport::model {

/// One's complement sum of 16-bit words, not complemented; an odd last octet counts as the upper half of a word.
/// `start` is the sum of what came before (an even number of octets).
std::uint16_t ones_sum(OctetView octets, std::uint16_t start = 0);

/// Checksum after one 16-bit word under it changed (RFC 1624, equation 3). A wrong checksum stays exactly as wrong as
/// it was, so a header that is changed and changed back is the same again.
std::uint16_t checksum_update(std::uint16_t checksum, std::uint16_t old_word, std::uint16_t new_word);

/// Writes the 16-bit word at `at` of an IPv4 header and updates its header checksum (octets 10 and 11).
void patch_ipv4_word(std::span<std::uint8_t> header, std::size_t at, std::uint16_t word);

/// The checksum of a UDP datagram over IPv6 (RFC 8200 8.1), its own checksum field being zero. Never 0: 0xFFFF stands
/// for it.
std::uint16_t udp6_checksum(OctetView source, OctetView destination, OctetView datagram);

}  // namespace sallyport::model
