#pragma once
/// @file
/// The IKE header (RFC 7296 3.1) and the generic payload header (3.2).
///
///     0        8        16 17 18 19 20         24        28
///     | SPIi   | SPIr   |NP|V |X |F | Message ID | Length |     V major<<4 | minor, X exchange, F flags
///
///     0  1  2        4
///     |NP|C |Length  |                                          C critical in bit 7; Length with these 4 octets
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/wire_error.hpp"
#include "sallyport/strong.hpp"

namespace sallyport::ike {

/// SPI of an IKE SA; 0 is none.
using IkeSpi = Strong<struct IkeSpiTag, std::uint64_t>;

/// 16 hexadecimal digits.
std::string to_text(IkeSpi spi);

inline constexpr std::size_t kHeaderSize = 28;
inline constexpr std::size_t kPayloadHeaderSize = 4;
inline constexpr std::uint8_t kIkeVersion = 0x20;  ///< 2.0.

struct Header {
  IkeSpi initiator_spi;  ///< Never 0.
  IkeSpi responder_spi;  ///< 0 in the first request, its retries and the replies that ask for those.
  PayloadType next_payload = PayloadType::kNone;
  std::uint8_t version = kIkeVersion;  ///< Major version in the high nibble.
  ExchangeType exchange = ExchangeType::kIkeSaInit;
  bool initiator = false;     ///< I, 0x08: sent by the original initiator of the IKE SA.
  bool higher_major = false;  ///< V, 0x10: sent as false, ignored.
  bool response = false;      ///< R, 0x20.
  std::uint32_t message_id = 0;
  std::uint32_t length = 0;  ///< Octets of header and payloads, without the non-ESP marker.

  friend bool operator==(const Header&, const Header&) = default;
};

/// The header of a whole datagram (without the non-ESP marker). Errors: fewer than 28 octets; another major version
/// (INVALID_MAJOR_VERSION, checked before what follows, which another version may see otherwise); SPIi 0; Length other
/// than the datagram's. Reserved flags and the minor version are ignored.
Parsed<Header> parse_header(View datagram);

/// The header's fields with nothing checked, for a reply to a message that parse_header() refuses; nothing below 28
/// octets.
std::optional<Header> peek_header(View datagram);

/// Writes every field as it stands; reserved flags are 0.
void write_header(const Header& header, std::span<std::uint8_t, kHeaderSize> out);

/// Generic payload header; length includes its own 4 octets. Critical is never set: all that we send is RFC 7296's.
std::array<std::uint8_t, kPayloadHeaderSize> write_payload_header(PayloadType next, std::uint16_t length);

}  // namespace sallyport::ike
