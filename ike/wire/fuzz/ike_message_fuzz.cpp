// IKE messages: whatever the octets, a message or an error that says where; what is read can be written, and then reads
// the same.
#include <cstdlib>

#include "../tests/chain_of.hpp"
#include "sallyport/ike/demux.hpp"
#include "sallyport/ike/message.hpp"

namespace {

using namespace sallyport::ike;  // NOLINT: one file, one subject

void demand(bool holds) {
  if (!holds) std::abort();
}

void refused(const WireError& error) { demand(error.text.rfind("octet ", 0) == 0); }

void read(const Contents& contents) {
  const Contents rest = test::writable(contents);
  const PayloadChain chain = test::chain_of(rest);
  demand(chain.status().ok());
  const auto again = parse_contents(chain.first(), chain.octets());
  demand(again.ok() && *again == rest);
}

void read(const Message& message, View datagram) {
  read(message.outer);
  std::array<std::uint8_t, kHeaderSize> header{};
  write_header(message.header, header);
  const auto again = peek_header(header);
  demand(again && *again == message.header);
  // The protected part is the datagram's end, behind what is authenticated unencrypted.
  if (message.encrypted) demand(message.encrypted->aad_size() + message.encrypted->body.size() == datagram.size());
  if (message.fragment) demand(message.fragment->aad_size() + message.fragment->body.size() == datagram.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const View datagram(data, size);
  const Datagram found = classify(datagram);
  demand(found.message.size() <= size);
  // As on port 500, and as what SK held, whose first type is the first octet.
  const auto message = parse_message(datagram);
  if (message.ok()) {
    read(*message, datagram);
  } else {
    refused(message.error());
  }
  if (size == 0) return 0;
  const auto contents = parse_contents(PayloadType{datagram[0]}, datagram.subspan(1));
  if (contents.ok()) {
    read(*contents);
  } else {
    refused(contents.error());
  }
  return 0;
}
