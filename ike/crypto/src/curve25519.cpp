// Curve25519 (RFC 7748, RFC 8031): both values are u-coordinates, little endian, as they are.
#include <array>

#include "key_exchange_half.hpp"
#include "sallyport/ike/prf.hpp"
#include "wiped.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kSize = 32;
constexpr std::array<std::uint8_t, kSize> kZeros{};
constexpr const char* kName = "X25519";

class Curve25519Half final : public KeyExchange::Half {
 public:
  Curve25519Half(Key key, Bytes public_value)
      : Half(KeMethod::kCurve25519, std::move(public_value)), key_(std::move(key)) {}

  [[nodiscard]] Result<SecretBytes> agree(View peer) const override {
    const Key other(EVP_PKEY_new_raw_public_key_ex(nullptr, kName, nullptr, peer.data(), peer.size()));
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    // Every 32 octets are a valid public value (RFC 7748 5), so OpenSSL's own look at it is left out.
    if (!other || !context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer_ex(context.get(), other.get(), 0) != 1) {
      return openssl_error("X25519");
    }
    Wiped<kSize> secret;
    std::size_t size = kSize;
    // RFC 8031 3.1: a secret of zeros means that the peer sent a point of small order. OpenSSL refuses it itself.
    const bool derived = EVP_PKEY_derive(context.get(), secret.data(), &size) == 1 && size == kSize;
    if (!derived || equal_constant_time(secret.first(kSize), kZeros)) {
      const Error why = openssl_error("X25519");
      return refused("a point of small order, the shared secret would be zero (" + why.text + ")");
    }
    return SecretBytes(secret.first(kSize));
  }

 private:
  Key key_;
};

}  // namespace

HalfResult make_curve25519_half(RandomSource& random) {
  Wiped<kSize> scalar;  // clamped by OpenSSL where it is used (RFC 7748 5)
  random.fill(scalar.first(kSize));
  Key key(EVP_PKEY_new_raw_private_key_ex(nullptr, kName, nullptr, scalar.data(), kSize));
  Bytes public_value(kSize);
  std::size_t size = kSize;
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), public_value.data(), &size) != 1 || size != kSize) {
    return openssl_error("X25519 key");
  }
  return std::unique_ptr<KeyExchange::Half>(new Curve25519Half(std::move(key), std::move(public_value)));
}

}  // namespace sallyport::ike
