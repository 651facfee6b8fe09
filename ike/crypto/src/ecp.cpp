// Curves over prime fields (RFC 5903): a public value is x | y, the shared secret x of the common point, each as long
// as the field. All three have cofactor 1: a point on the curve other than infinity is all that RFC 6989 2.3 asks for.
#include <openssl/obj_mac.h>

#include <algorithm>

#include "key_exchange_half.hpp"
#include "wiped.hpp"

namespace sallyport::ike {
namespace {

constexpr std::size_t kLargestField = 66;

const EC_GROUP* curve(KeMethod method) {
  static const Curve p256(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  static const Curve p384(EC_GROUP_new_by_curve_name(NID_secp384r1));
  static const Curve p521(EC_GROUP_new_by_curve_name(NID_secp521r1));
  switch (method) {
    case KeMethod::kEcp256:
      return p256.get();
    case KeMethod::kEcp384:
      return p384.get();
    case KeMethod::kEcp521:
      return p521.get();
    default:
      return nullptr;
  }
}

class EcpHalf final : public KeyExchange::Half {
 public:
  EcpHalf(KeMethod method, Number scalar, Bytes public_value)
      : Half(method, std::move(public_value)), scalar_(std::move(scalar)) {}

  [[nodiscard]] Result<SecretBytes> agree(View peer) const override {
    const EC_GROUP* group = curve(method());
    const NumberContext context(BN_CTX_new());
    const Point point(EC_POINT_new(group));
    const Point common(EC_POINT_new(group));
    const Number x(BN_new());
    if (!context || !point || !common || !x) return openssl_error("EC point");
    Bytes encoded(1 + peer.size());
    encoded.front() = POINT_CONVERSION_UNCOMPRESSED;
    std::copy(peer.begin(), peer.end(), encoded.begin() + 1);
    // Refuses coordinates that are not below p and points that are not on the curve; this form cannot say infinity.
    if (EC_POINT_oct2point(group, point.get(), encoded.data(), encoded.size(), context.get()) != 1) {
      return refused("not a point on the curve (" + openssl_error("EC point").text + ")");
    }
    const std::size_t field = shared_secret_size(method());
    Wiped<kLargestField> secret;
    if (EC_POINT_mul(group, common.get(), nullptr, point.get(), scalar_.get(), context.get()) != 1 ||
        EC_POINT_get_affine_coordinates(group, common.get(), x.get(), nullptr, context.get()) != 1 ||
        BN_bn2binpad(x.get(), secret.data(), static_cast<int>(field)) != static_cast<int>(field)) {
      return openssl_error("ECDH");
    }
    return SecretBytes(secret.first(field));
  }

 private:
  Number scalar_;
};

// A number of 1..order-1, all equally likely: draws of as many bits as the order has, until one fits. Each fits with a
// probability of more than one half.
Number draw_scalar(const BIGNUM* order, RandomSource& random) {
  const auto bits = static_cast<unsigned>(BN_num_bits(order));
  const std::size_t size = (bits + 7) / 8;
  Wiped<kLargestField> room;
  const auto octets = room.first(size);
  for (;;) {
    random.fill(octets);
    octets[0] &= static_cast<std::uint8_t>(0xffU >> (8 * size - bits));
    Number scalar(BN_bin2bn(octets.data(), static_cast<int>(size), nullptr));
    if (!scalar || (BN_is_zero(scalar.get()) == 0 && BN_cmp(scalar.get(), order) < 0)) return scalar;
  }
}

}  // namespace

HalfResult make_ecp_half(KeMethod method, RandomSource& random) {
  const EC_GROUP* group = curve(method);
  if (group == nullptr) return openssl_error("EC group");
  Number scalar = draw_scalar(EC_GROUP_get0_order(group), random);
  const NumberContext context(BN_CTX_new());
  const Point point(EC_POINT_new(group));
  if (!scalar || !context || !point) return openssl_error("EC key");
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  const std::size_t size = public_value_size(method);
  Bytes encoded(1 + size);
  if (EC_POINT_mul(group, point.get(), scalar.get(), nullptr, nullptr, context.get()) != 1 ||
      EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(), encoded.size(),
                         context.get()) != encoded.size()) {
    return openssl_error("EC key");
  }
  return std::unique_ptr<KeyExchange::Half>(
      new EcpHalf(method, std::move(scalar), Bytes(encoded.begin() + 1, encoded.end())));
}

}  // namespace sallyport::ike
