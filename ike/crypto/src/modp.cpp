// Diffie-Hellman over the MODP groups of RFC 3526, generator 2. Public values and shared secrets are as long as the
// prime, zeros in front (RFC 7296 3.4, 2.14).
#include "key_exchange_half.hpp"
#include "wiped.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kLargestScalar = 48;
constexpr std::size_t kLargestPrime = 512;

struct ModpGroup {
  Number prime;
  Number last;  // p - 1
  Number two;
  Montgomery montgomery;

  // In octets: twice the strength of the group (RFC 3526 8), rounded up to whole words of the processor, which a
  // constant-time power works through anyway.
  std::size_t scalar_size = 0;

  ModpGroup(BIGNUM* p, std::size_t scalar) : prime(p), last(BN_dup(p)), two(BN_new()), scalar_size(scalar) {
    const NumberContext context(BN_CTX_new());
    montgomery.reset(BN_MONT_CTX_new());
    if (!prime || !last || !two || !context || !montgomery || BN_sub_word(last.get(), 1) != 1 ||
        BN_set_word(two.get(), 2) != 1 || BN_MONT_CTX_set(montgomery.get(), prime.get(), context.get()) != 1) {
      prime.reset();  // not usable
    }
  }
};

// Null: OpenSSL failed.
const ModpGroup* modp(KeMethod method) {
  static const ModpGroup modp2048(BN_get_rfc3526_prime_2048(nullptr), 32);
  static const ModpGroup modp3072(BN_get_rfc3526_prime_3072(nullptr), 40);
  static const ModpGroup modp4096(BN_get_rfc3526_prime_4096(nullptr), kLargestScalar);
  const ModpGroup* group = method == KeMethod::kModp2048   ? &modp2048
                           : method == KeMethod::kModp3072 ? &modp3072
                                                           : &modp4096;
  return group->prime ? group : nullptr;
}

// base^scalar mod p, as long as p.
bool power(const ModpGroup& group, const BIGNUM* base, const BIGNUM* scalar, std::span<std::uint8_t> out) {
  const NumberContext context(BN_CTX_new());
  const Number result(BN_new());
  const auto size = static_cast<int>(out.size());
  return context && result &&
         BN_mod_exp_mont_consttime(result.get(), base, scalar, group.prime.get(), context.get(),
                                   group.montgomery.get()) == 1 &&
         BN_bn2binpad(result.get(), out.data(), size) == size;
}

class ModpHalf final : public KeyExchange::Half {
 public:
  ModpHalf(KeMethod method, const ModpGroup& group, Number scalar, Bytes public_value)
      : Half(method, std::move(public_value)), group_(&group), scalar_(std::move(scalar)) {}

  [[nodiscard]] Result<SecretBytes> agree(View peer) const override {
    const Number y(BN_bin2bn(peer.data(), static_cast<int>(peer.size()), nullptr));
    if (!y) return openssl_error("MODP value");
    // RFC 6989 2.1: p is a safe prime, so no other y has a small order.
    if (BN_is_zero(y.get()) == 1 || BN_is_one(y.get()) == 1 || BN_cmp(y.get(), group_->last.get()) >= 0) {
      return refused("value is not between 1 and p-1");
    }
    Wiped<kLargestPrime> secret;
    const auto out = secret.first(shared_secret_size(method()));
    if (!power(*group_, y.get(), scalar_.get(), out)) return openssl_error("MODP power");
    return SecretBytes(out);
  }

 private:
  const ModpGroup* group_;
  Number scalar_;
};

}  // namespace

HalfResult make_modp_half(KeMethod method, RandomSource& random) {
  const ModpGroup* group = modp(method);
  if (group == nullptr) return openssl_error("MODP group");
  Wiped<kLargestScalar> room;
  const auto octets = room.first(group->scalar_size);
  random.fill(octets);
  octets[0] |= 0x80;  // never short, never 0
  Number scalar(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
  Bytes public_value(public_value_size(method));
  if (!scalar) return openssl_error("MODP key");
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  if (!power(*group, group->two.get(), scalar.get(), public_value)) return openssl_error("MODP key");
  return std::unique_ptr<KeyExchange::Half>(new ModpHalf(method, *group, std::move(scalar), std::move(public_value)));
}

}  // namespace sallyport::ike
