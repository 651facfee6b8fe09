#include "sallyport/ike/nonce_order.hpp"

#include <algorithm>

namespace sallyport::ike {

bool lower_nonce(View a, View b) { return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()); }

Redundant redundant_rekey(const ExchangeNonces& ours, const ExchangeNonces& peers) {
  const auto sorted = [](const ExchangeNonces& n) {
    return lower_nonce(n.responder, n.initiator) ? ExchangeNonces{n.responder, n.initiator} : n;
  };
  const ExchangeNonces a = sorted(ours);
  const ExchangeNonces b = sorted(peers);
  if (lower_nonce(a.initiator, b.initiator)) return Redundant::kOurs;
  if (lower_nonce(b.initiator, a.initiator)) return Redundant::kPeers;
  if (lower_nonce(a.responder, b.responder)) return Redundant::kOurs;
  if (lower_nonce(b.responder, a.responder)) return Redundant::kPeers;
  return Redundant::kEqual;
}

}  // namespace sallyport::ike
