#include "sallyport/ike/key_schedule.hpp"

#include <algorithm>
#include <array>

#include "sallyport/ike/prf.hpp"
#include "wiped.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kMostIkeKeys = 3 * 64 + 2 * 64 + 2 * 32;  // PRF and integrity with SHA-512, AES-256
constexpr std::size_t kMostChildKeys = 2 * (32 + 4);

Error invalid(std::string text) { return {ErrorCode::kInvalidArgument, "key schedule: " + std::move(text)}; }

Result<void> check(const Nonces& nonces, PrfId prf) {
  const std::size_t least = minimum_nonce_size(prf);
  for (const View nonce : {nonces.initiator, nonces.responder}) {
    if (nonce.size() < least || nonce.size() > kMaximumNonceSize) {
      return invalid("nonce of " + std::to_string(nonce.size()) + " octets; " + to_text(prf) + " wants " +
                     std::to_string(least) + " to " + std::to_string(kMaximumNonceSize));
    }
  }
  return {};
}

std::array<std::uint8_t, 16> spis(IkeSpi initiator, IkeSpi responder) {
  std::array<std::uint8_t, 16> out{};
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(initiator.value >> (56 - 8 * i));
    out[8 + i] = static_cast<std::uint8_t>(responder.value >> (56 - 8 * i));
  }
  return out;
}

// Takes keys off the front of key material, one after the other.
class Cutter {
 public:
  explicit Cutter(View material) : rest_(material) {}
  SecretBytes take(std::size_t size) {
    SecretBytes out(rest_.first(size));
    rest_ = rest_.subspan(size);
    return out;
  }

 private:
  View rest_;
};

Result<IkeKeys> expand(const IkeSuite& suite, View skeyseed, const Nonces& nonces, IkeSpi initiator, IkeSpi responder) {
  const ProtectionSizes sizes = protection_sizes(suite);
  const std::size_t hash = prf_size(suite.prf);
  const std::size_t encryption = sizes.key + sizes.salt;
  Wiped<kMostIkeKeys> room;
  const auto material = room.first(3 * hash + 2 * sizes.integ + 2 * encryption);
  const auto both = spis(initiator, responder);
  if (auto done = prf_plus(suite.prf, skeyseed, {nonces.initiator, nonces.responder, both}, material); !done) {
    return done.error();
  }
  Cutter cut(material);
  IkeKeys keys;
  keys.sk_d = cut.take(hash);
  keys.sk_ai = cut.take(sizes.integ);
  keys.sk_ar = cut.take(sizes.integ);
  keys.sk_ei = cut.take(encryption);
  keys.sk_er = cut.take(encryption);
  keys.sk_pi = cut.take(hash);
  keys.sk_pr = cut.take(hash);
  return keys;
}

}  // namespace

Result<IkeKeys> derive_ike_keys(const IkeSuite& suite, View shared_secret, const Nonces& nonces, IkeSpi initiator,
                                IkeSpi responder) {
  if (!supported(suite)) return invalid(to_string(suite) + " is not supported");
  if (auto fit = check(nonces, suite.prf); !fit) return fit.error();
  std::array<std::uint8_t, 2 * kMaximumNonceSize> key{};  // nonces are no secret
  auto* end = std::copy(nonces.initiator.begin(), nonces.initiator.end(), key.data());
  end = std::copy(nonces.responder.begin(), nonces.responder.end(), end);
  const auto skeyseed = prf(suite.prf, View(key.data(), end), {shared_secret});
  if (!skeyseed) return skeyseed.error();
  return expand(suite, skeyseed->expose(), nonces, initiator, responder);
}

Result<IkeKeys> derive_rekeyed_ike_keys(const IkeSuite& suite, PrfId old_prf, const SecretBytes& old_sk_d,
                                        View shared_secret, const Nonces& nonces, IkeSpi initiator, IkeSpi responder) {
  if (!supported(suite)) return invalid(to_string(suite) + " is not supported");
  if (auto fit = check(nonces, suite.prf); !fit) return fit.error();
  const auto skeyseed = prf(old_prf, old_sk_d.expose(), {shared_secret, nonces.initiator, nonces.responder});
  if (!skeyseed) return skeyseed.error();
  return expand(suite, skeyseed->expose(), nonces, initiator, responder);
}

Result<ChildKeys> derive_child_keys(const ChildSuite& suite, PrfId prf, const SecretBytes& sk_d, View shared_secret,
                                    const Nonces& nonces) {
  if (!supported(suite)) return invalid(to_string(suite) + " is not supported");
  if (suite.ke.has_value() == shared_secret.empty()) {
    return invalid(suite.ke ? "the suite has a key exchange, its shared secret is missing"
                            : "a shared secret for a suite without key exchange");
  }
  if (auto fit = check(nonces, prf); !fit) return fit.error();
  const ProtectionSizes sizes = protection_sizes(suite);
  Wiped<kMostChildKeys> room;
  const auto material = room.first(2 * (sizes.key + sizes.salt));
  if (auto done = prf_plus(prf, sk_d.expose(), {shared_secret, nonces.initiator, nonces.responder}, material); !done) {
    return done.error();
  }
  Cutter cut(material);
  ChildKeys keys;
  for (TrafficKey* one : {&keys.initiator_to_responder, &keys.responder_to_initiator}) {
    one->key = cut.take(sizes.key);
    one->salt = cut.take(sizes.salt);
  }
  return keys;
}

}  // namespace sallyport::ike
