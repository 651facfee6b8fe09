#include "sallyport/ike/message.hpp"

#include <cstdint>
#include <span>
#include <utility>

#include "put.hpp"
#include "read_chain.hpp"
#include "reader.hpp"

namespace sallyport::ike {

Parsed<Message> parse_message(View datagram) {
  const auto header = parse_header(datagram);
  if (!header) return header.error();
  Message message{*header, {}, {}, {}};
  ProtectedPart part;
  if (auto error = read_chain(header->next_payload, datagram.subspan(kHeaderSize), kHeaderSize, message.outer, &part)) {
    return *std::move(error);
  }
  message.encrypted = part.encrypted;
  message.fragment = part.fragment;
  return message;
}

Result<Bytes> write_message(Header header, const PayloadChain& chain) {
  if (!chain.status()) return chain.status().error();
  const View payloads = chain.octets();
  header.next_payload = chain.first();
  header.length = static_cast<std::uint32_t>(kHeaderSize + payloads.size());
  Bytes out(kHeaderSize);
  out.reserve(header.length);
  write_header(header, std::span<std::uint8_t, kHeaderSize>(out.data(), kHeaderSize));
  put(out, payloads);
  return out;
}

}  // namespace sallyport::ike
