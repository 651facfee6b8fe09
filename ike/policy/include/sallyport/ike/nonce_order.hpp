#pragma once
/// @file
/// Which of two simultaneous rekeys stays (RFC 7296 2.8.1, 2.8.2).
#include <cstdint>

#include "sallyport/ike/bytes.hpp"

namespace sallyport::ike {

/// Octet by octet; of two that are alike as far as both go, the shorter is lower.
[[nodiscard]] bool lower_nonce(View a, View b);

/// Data of the Nonce payloads of one exchange.
struct ExchangeNonces {
  View initiator;
  View responder;
};

/// The exchange with the lowest of the four nonces is redundant: what it made is closed by its initiator.
enum class Redundant : std::uint8_t {
  kOurs,   ///< The exchange that we began: we delete what it made; the peer deletes the old SA.
  kPeers,  ///< We keep ours, delete the old SA, and wait for the peer to delete what its exchange made.
  kEqual,  ///< Both exchanges have the same two nonces, which no honest peer draws.
};

/// Both ends come to the same answer. Where the lowest nonce stands in both exchanges the other two decide: honest
/// peers never get there, but a peer may send our nonce back.
[[nodiscard]] Redundant redundant_rekey(const ExchangeNonces& ours, const ExchangeNonces& peers);

}  // namespace sallyport::ike
