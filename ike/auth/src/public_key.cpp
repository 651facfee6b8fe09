#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <array>
#include <string>
#include <utility>

#include "key_check.hpp"
#include "sallyport/ike/keys.hpp"

namespace sallyport::ike {
namespace auth {
namespace {

using BigPtr = Owned<BIGNUM, BN_free>;

constexpr std::size_t kMaxSpki = 4096;
constexpr int kMaxExponentBits = 64;

Error refused(std::string_view what) { return {ErrorCode::kInvalidArgument, "key: " + std::string(what)}; }

Result<unsigned> check_rsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < static_cast<int>(kMinRsaBits) || bits > static_cast<int>(kMaxRsaBits)) {
    return refused("RSA of " + std::to_string(bits) + " bits, " + std::to_string(kMinRsaBits) + ".." +
                   std::to_string(kMaxRsaBits) + " are accepted");
  }
  BIGNUM* exponent = nullptr;
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent);
  const BigPtr e(exponent);
  if (!e || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) != 0 || BN_num_bits(e.get()) > kMaxExponentBits) {
    take_openssl_error();
    return refused("RSA with a public exponent that is even, 1, or longer than 64 bits");
  }
  return static_cast<unsigned>(bits);
}

int curve_of(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) {
    take_openssl_error();
    return NID_undef;
  }
  return OBJ_txt2nid(name.data());
}

}  // namespace

Result<KeyTraits> check_signing_key(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: {
      const auto bits = check_rsa(key);
      if (!bits) return bits.error();
      return KeyTraits{KeyKind::kRsa, *bits};
    }
    case EVP_PKEY_EC:
      switch (curve_of(key)) {
        case NID_X9_62_prime256v1:
          return KeyTraits{KeyKind::kEcdsaP256, 256};
        case NID_secp384r1:
          return KeyTraits{KeyKind::kEcdsaP384, 384};
        default:
          return refused("elliptic curve that is neither P-256 nor P-384");
      }
    case EVP_PKEY_ED25519:
      return KeyTraits{KeyKind::kEd25519, 256};
    case EVP_PKEY_RSA_PSS:
      return refused(
          "RSA bound to PSS (id-RSASSA-PSS) is not supported; use an rsaEncryption key, which signs with PSS too");
    default:
      return refused("neither RSA nor ECDSA nor Ed25519");
  }
}

Result<void> check_named_curve(const X509_PUBKEY* spki) {
  ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR* parameters = nullptr;
  X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, &parameters, spki);
  if (OBJ_obj2nid(algorithm) != NID_X9_62_id_ecPublicKey) return {};
  int type = V_ASN1_UNDEF;
  X509_ALGOR_get0(nullptr, &type, nullptr, parameters);
  if (type != V_ASN1_OBJECT) return refused("elliptic curve given by its parameters, not by its name");
  return {};
}

Result<void> check_chain_key(const X509_PUBKEY* spki, const EVP_PKEY* key) {
  if (key == nullptr) return openssl_error(ErrorCode::kInvalidArgument, "key: not readable");
  const auto named = check_named_curve(spki);
  if (!named) return named.error();
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS: {
      const auto bits = check_rsa(key);
      if (!bits) return bits.error();
      return {};
    }
    case EVP_PKEY_EC: {
      const int curve = curve_of(key);
      if (curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 || curve == NID_secp521r1) return {};
      return refused("elliptic curve that is none of P-256, P-384, P-521");
    }
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
      return {};
    default:
      return refused("neither RSA nor ECDSA nor EdDSA");
  }
}

Bytes spki_der(const EVP_PKEY* key) { return to_der(i2d_PUBKEY, key); }

}  // namespace auth

std::string_view name(KeyKind kind) {
  switch (kind) {
    case KeyKind::kRsa:
      return "RSA";
    case KeyKind::kEcdsaP256:
      return "ECDSA P-256";
    case KeyKind::kEcdsaP384:
      return "ECDSA P-384";
    case KeyKind::kEd25519:
      return "Ed25519";
  }
  return "?";
}

Result<PublicKey> PublicKey::from_spki(View der) {
  if (der.size() > auth::kMaxSpki) return auth::refused("longer than " + std::to_string(auth::kMaxSpki) + " octets");
  const std::uint8_t* at = der.data();
  const auth::SpkiPtr spki(d2i_X509_PUBKEY(nullptr, &at, static_cast<long>(der.size())));  // NOLINT(google-runtime-int)
  if (!spki) return auth::openssl_error(ErrorCode::kMalformedInput, "key: not DER of a SubjectPublicKeyInfo");
  if (at != der.data() + der.size()) {
    return Error{ErrorCode::kMalformedInput, "key: octets follow the SubjectPublicKeyInfo at octet " +
                                                 std::to_string(static_cast<std::size_t>(at - der.data()))};
  }
  const auto named = auth::check_named_curve(spki.get());
  if (!named) return named.error();
  std::shared_ptr<EVP_PKEY> key(X509_PUBKEY_get(spki.get()), EVP_PKEY_free);
  if (!key) return auth::openssl_error(ErrorCode::kMalformedInput, "key: not readable");
  const auto traits = auth::check_signing_key(key.get());
  if (!traits) return traits.error();
  return PublicKey(std::move(key), traits->kind, traits->bits);
}

std::string PublicKey::to_string() const {
  std::string text(name(kind_));
  if (kind_ == KeyKind::kRsa) text.append(" ").append(std::to_string(bits_));
  return text;
}

bool operator==(const PublicKey& a, const PublicKey& b) {
  const bool same = EVP_PKEY_eq(a.get(), b.get()) == 1;
  auth::take_openssl_error();
  return same;
}

}  // namespace sallyport::ike
