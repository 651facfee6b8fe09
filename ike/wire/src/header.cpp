#include "sallyport/ike/header.hpp"

#include <algorithm>

#include "reader.hpp"

namespace sallyport::ike {
namespace {

constexpr std::uint8_t kFlagInitiator = 0x08;
constexpr std::uint8_t kFlagVersion = 0x10;
constexpr std::uint8_t kFlagResponse = 0x20;

// Most significant octet first.
void set(std::span<std::uint8_t> out, std::uint64_t value) {
  for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

}  // namespace

std::string to_text(IkeSpi spi) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = kDigits[spi.value >> (60 - 4 * i) & 15U];
  return text;
}

std::optional<Header> peek_header(View datagram) {
  if (datagram.size() < kHeaderSize) return std::nullopt;
  Reader in(datagram, 0, "header");
  Header header;
  header.initiator_spi = IkeSpi(in.u64());
  header.responder_spi = IkeSpi(in.u64());
  header.next_payload = PayloadType{in.u8()};
  header.version = in.u8();
  header.exchange = ExchangeType{in.u8()};
  const std::uint8_t flags = in.u8();
  header.initiator = (flags & kFlagInitiator) != 0;
  header.higher_major = (flags & kFlagVersion) != 0;
  header.response = (flags & kFlagResponse) != 0;
  header.message_id = in.u32();
  header.length = in.u32();
  return header;
}

Parsed<Header> parse_header(View datagram) {
  const Reader in(datagram, 0, "header");
  const auto header = peek_header(datagram);
  if (!header) return in.too_short("an IKE header", kHeaderSize);
  const unsigned major = header->version >> 4U;
  if (major != kIkeVersion >> 4U) {
    WireError error = in.refuse_at(17, "major version " + std::to_string(major) + ", understood is 2");
    error.answer = NotifyType::kInvalidMajorVersion;
    return error;
  }
  if (header->initiator_spi.value == 0) return in.refuse("the initiator's SPI is 0, which is none");
  if (header->length != datagram.size()) {
    return in.refuse_at(
        24, "Length " + std::to_string(header->length) + " of a message of " + octets_text(datagram.size()));
  }
  return *header;
}

void write_header(const Header& header, std::span<std::uint8_t, kHeaderSize> out) {
  set(out.subspan(0, 8), header.initiator_spi.value);
  set(out.subspan(8, 8), header.responder_spi.value);
  out[16] = static_cast<std::uint8_t>(header.next_payload);
  out[17] = header.version;
  out[18] = static_cast<std::uint8_t>(header.exchange);
  out[19] =
      static_cast<std::uint8_t>((header.initiator ? kFlagInitiator : 0U) | (header.higher_major ? kFlagVersion : 0U) |
                                (header.response ? kFlagResponse : 0U));
  set(out.subspan(20, 4), header.message_id);
  set(out.subspan(24, 4), header.length);
}

std::array<std::uint8_t, kPayloadHeaderSize> write_payload_header(PayloadType next, std::uint16_t length) {
  return {static_cast<std::uint8_t>(next), 0, static_cast<std::uint8_t>(length >> 8),
          static_cast<std::uint8_t>(length)};
}

}  // namespace sallyport::ike
