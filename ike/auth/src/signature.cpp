#include "sallyport/ike/signature.hpp"

#include <openssl/rsa.h>

#include <algorithm>
#include <string>

#include "openssl.hpp"
#include "private_key.hpp"
#include "scheme_table.hpp"

namespace sallyport::ike {
namespace {

using auth::Encoding;
using auth::SchemeRow;

// Longest AlgorithmIdentifier or signature looked at: RSA 8192 has 1,024 octets, one octet counts the former.
constexpr std::size_t kMaxAuth = 1 + 255 + kMaxRsaBits / 8;

Error refused(std::string text) { return {ErrorCode::kInvalidArgument, "AUTH: " + std::move(text)}; }

bool set_padding(const SchemeRow& row, EVP_PKEY_CTX* context) {
  if (row.encoding == Encoding::kPkcs1) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  if (row.encoding != Encoding::kPss) return true;
  // MGF1's hash is the signature's unless said otherwise.
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

std::size_t half_of(const SchemeRow& row) { return row.scheme == SignatureScheme::kEcdsaP256Raw ? 32 : 48; }

// r | s of RFC 4754, both as wide as the curve.
Bytes raw_from_der(const SchemeRow& row, View der) {
  const std::uint8_t* at = der.data();
  const auth::EcdsaSigPtr pair(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));  // NOLINT(google-runtime-int)
  const auto half = static_cast<int>(half_of(row));
  Bytes raw(2 * half_of(row));
  if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.data(), half) != half ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.data() + half, half) != half) {
    return {};
  }
  return raw;
}

Bytes der_from_raw(const SchemeRow& row, View raw) {
  const auth::EcdsaSigPtr pair(ECDSA_SIG_new());
  const auto half = static_cast<int>(half_of(row));
  BIGNUM* r = BN_bin2bn(raw.data(), half, nullptr);
  BIGNUM* s = BN_bin2bn(raw.data() + half, half, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  return auth::to_der(i2d_ECDSA_SIG, pair.get());
}

// What stands in AUTH, apart.
struct Claim {
  const SchemeRow* row = nullptr;
  View signature;
};

Result<Claim> read_digital_signature(View data) {
  if (data.empty() || data.size() < 1U + data[0]) {
    return refused("method 14 with " + std::to_string(data.size()) + " octets, too few for its AlgorithmIdentifier");
  }
  const View identifier = data.subspan(1, data[0]);
  const SchemeRow* row = auth::find_algorithm(identifier);
  if (row == nullptr) {
    return refused("signature algorithm " + auth::hex(identifier) + " (AlgorithmIdentifier in DER) is not accepted");
  }
  return Claim{row, data.subspan(1U + data[0])};
}

Result<Claim> read_claim(const AuthPayload& auth, const SignaturePolicy& policy) {
  if (auth.data.size() > kMaxAuth) {
    return refused(std::to_string(auth.data.size()) + " octets of signature, at most " + std::to_string(kMaxAuth));
  }
  if (auth.method == AuthMethod::kDigitalSignature) return read_digital_signature(auth.data);
  for (const SchemeRow& row : auth::scheme_table()) {
    if (row.method != auth.method) continue;
    if (row.scheme == SignatureScheme::kRsaSha1 && !policy.legacy_sha1) {
      return refused("method RSA_SIGNATURE (SHA-1) is switched off");
    }
    return Claim{&row, auth.data};
  }
  return refused("method " + to_text(auth.method) + " is no signature that is accepted");
}

}  // namespace

Result<AuthPayload> sign_auth(const PrivateKey& key, SignatureScheme scheme, View signed_octets, RandomSource& random) {
  const SchemeRow& row = auth::row_of(scheme);
  if (!auth::fits(row, key.public_key().kind())) {
    return refused("our key is " + key.public_key().to_string() + " and cannot sign by " + std::string(row.text));
  }
  PrivateKey::Material& own = key.material();
  const auth::RandomContext::Use use(*own.context, random);
  const auth::DigestPtr digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  std::size_t size = 0;
  if (!digest ||
      EVP_DigestSignInit_ex(digest.get(), &context, row.digest, own.context->get(), nullptr, own.key.get(), nullptr) !=
          1 ||
      !set_padding(row, context) ||
      EVP_DigestSign(digest.get(), nullptr, &size, signed_octets.data(), signed_octets.size()) != 1) {
    return auth::openssl_error(ErrorCode::kIo, "AUTH: cannot sign");
  }
  Bytes signature(size);
  if (EVP_DigestSign(digest.get(), signature.data(), &size, signed_octets.data(), signed_octets.size()) != 1) {
    return auth::openssl_error(ErrorCode::kIo, "AUTH: cannot sign");
  }
  signature.resize(size);
  AuthPayload auth{.method = row.method, .data = {}};
  if (row.encoding == Encoding::kEcdsaRaw) {
    auth.data = raw_from_der(row, signature);
    if (auth.data.empty()) return auth::openssl_error(ErrorCode::kIo, "AUTH: cannot sign");
    return auth;
  }
  if (!row.sent.empty()) {
    auth.data.push_back(static_cast<std::uint8_t>(row.sent.size()));
    auth.data.insert(auth.data.end(), row.sent.begin(), row.sent.end());
  }
  auth.data.insert(auth.data.end(), signature.begin(), signature.end());
  return auth;
}

Result<SignatureScheme> verify_auth(const PublicKey& key, const AuthPayload& auth, View signed_octets,
                                    const SignaturePolicy& policy) {
  const auto claim = read_claim(auth, policy);
  if (!claim) return claim.error();
  const SchemeRow& row = *claim->row;
  if (!auth::fits(row, key.kind())) {
    return refused("signed by " + std::string(row.text) + ", but the certificate's key is " + key.to_string());
  }
  Bytes der;
  View signature = claim->signature;
  if (row.encoding == Encoding::kEcdsaRaw) {
    if (signature.size() != 2 * half_of(row)) {
      return refused(std::to_string(signature.size()) + " octets of signature, " + std::to_string(2 * half_of(row)) +
                     " make " + std::string(row.text));
    }
    der = der_from_raw(row, signature);
    signature = der;
  }
  const auth::DigestPtr digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  if (!digest ||
      EVP_DigestVerifyInit_ex(digest.get(), &context, row.digest, nullptr, nullptr, key.get(), nullptr) != 1 ||
      !set_padding(row, context)) {
    return auth::openssl_error(ErrorCode::kIo, "AUTH: cannot check the signature");
  }
  const bool right = EVP_DigestVerify(digest.get(), signature.data(), signature.size(), signed_octets.data(),
                                      signed_octets.size()) == 1;
  auth::take_openssl_error();
  if (!right) return refused("the signature (" + std::string(row.text) + ") is not right");
  return row.scheme;
}

}  // namespace sallyport::ike
