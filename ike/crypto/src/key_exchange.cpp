#include "sallyport/ike/key_exchange.hpp"

#include "key_exchange_half.hpp"

namespace sallyport::ike {
namespace {

HalfResult make_half(KeMethod method, RandomSource& random) {
  switch (method) {
    case KeMethod::kCurve25519:
      return make_curve25519_half(random);
    case KeMethod::kEcp256:
    case KeMethod::kEcp384:
    case KeMethod::kEcp521:
      return make_ecp_half(method, random);
    case KeMethod::kModp2048:
    case KeMethod::kModp3072:
    case KeMethod::kModp4096:
      return make_modp_half(method, random);
    default:
      return Error{ErrorCode::kInvalidArgument, "key exchange: " + to_text(method) + " is not supported"};
  }
}

}  // namespace

KeyExchange::KeyExchange(std::unique_ptr<Half> half) : half_(std::move(half)) {}
KeyExchange::~KeyExchange() = default;
KeyExchange::KeyExchange(KeyExchange&&) noexcept = default;
KeyExchange& KeyExchange::operator=(KeyExchange&&) noexcept = default;

Result<KeyExchange> KeyExchange::make(KeMethod method, RandomSource& random) {
  auto half = make_half(method, random);
  if (!half) return half.error();
  return KeyExchange(*std::move(half));
}

KeMethod KeyExchange::method() const { return half_->method(); }
View KeyExchange::public_value() const { return half_->public_value(); }

Result<SecretBytes> KeyExchange::agree(View peer) const {
  const std::size_t size = public_value_size(method());
  if (peer.size() != size) {
    return Error{ErrorCode::kMalformedInput, "KE payload, " + to_text(method()) + ": " + std::to_string(peer.size()) +
                                                 " octets, not " + std::to_string(size)};
  }
  return half_->agree(peer);
}

}  // namespace sallyport::ike
