#pragma once
/// @file
/// Whole messages, without the non-ESP marker.
#include <optional>

#include "sallyport/ike/contents.hpp"
#include "sallyport/ike/header.hpp"
#include "sallyport/ike/payload_chain.hpp"

namespace sallyport::ike {

/// A message as it came. The views point into the datagram.
struct Message {
  Header header;
  Contents outer;                          ///< What stands outside SK or SKF: unprotected.
  std::optional<EncryptedView> encrypted;  ///< At most one of these two; the last payload then.
  std::optional<FragmentView> fragment;
};

/// Errors: those of parse_header and parse_contents; SKF without room for its numbers, or with a number of 0 or beyond
/// its total; octets behind SK or SKF. Which payloads an exchange needs, and that all but IKE_SA_INIT need SK, is not
/// looked at.
Parsed<Message> parse_message(View datagram);

/// An unencrypted message; the header's next_payload and length are filled in. Errors: chain.status().
Result<Bytes> write_message(Header header, const PayloadChain& chain);

}  // namespace sallyport::ike
