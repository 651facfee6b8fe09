#pragma once
/// @file
/// An initiator's IKE_SA_INIT until it succeeds: what was offered, and what retries keep (RFC 7296 1.2, 2.6).
#include <optional>

#include "sallyport/ike/contents.hpp"
#include "sallyport/ike/key_exchange.hpp"

namespace sallyport::ike {

struct Initiation {
  SaPayload offer;
  Bytes nonce;
  std::optional<KeyExchange> exchange;
  Bytes cookie;  ///< Sent back in every further try.
  unsigned tries = 0;
  std::string refusal;  ///< An unauthenticated refusal, should nothing better come.
};

}  // namespace sallyport::ike
