#include "scheme_table.hpp"

#include <algorithm>

namespace sallyport::ike::auth {
namespace {

// SEQUENCE { OBJECT IDENTIFIER sha*WithRSAEncryption (1.2.840.113549.1.1.`arc`), NULL }
constexpr std::array<std::uint8_t, 15> pkcs1(std::uint8_t arc) {
  return {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, arc, 0x05, 0x00};
}

// SEQUENCE { OBJECT IDENTIFIER ecdsa-with-SHA* (1.2.840.10045.4.3.`arc`) }
constexpr std::array<std::uint8_t, 12> ecdsa(std::uint8_t arc) {
  return {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, arc};
}

// RFC 4055 3.1:
//   30 L1   SEQUENCE
//     06 09 2a 86 48 86 f7 0d 01 01 0a                                   id-RSASSA-PSS
//     30 L2   RSASSA-PSS-params
//       a0 La  30 Lh  06 09 60 86 48 01 65 03 04 02 `arc` [05 00]        hashAlgorithm: SHA2-*
//       a1 Lb  30 Lm  06 09 2a 86 48 86 f7 0d 01 01 08  30 Lh ...        maskGenAlgorithm: MGF1 with the same hash
//       a2 03  02 01 `salt`                                              saltLength: octets of the hash
//      [a3 03  02 01 01]                                                 trailerField: its default, which DER leaves
//      out
// The hash's NULL is optional (RFC 4055 2.1), the trailerField is written by some (RFC 7427 appendix A.4.3).
template <bool kNull, bool kTrailer>
constexpr std::array<std::uint8_t, 63 + 4 * (kNull ? 1 : 0) + 5 * (kTrailer ? 1 : 0)> pss(std::uint8_t arc,
                                                                                          std::uint8_t salt) {
  constexpr std::uint8_t hash = kNull ? 13 : 11;
  constexpr std::uint8_t mask = 11 + 2 + hash;
  constexpr std::uint8_t params = (4 + hash) + (4 + mask) + 5 + (kTrailer ? 5 : 0);
  std::array<std::uint8_t, 11 + 4 + params> out{};
  std::size_t at = 0;
  const auto put = [&](std::initializer_list<std::uint8_t> octets) {
    for (const std::uint8_t octet : octets) out[at++] = octet;
  };
  const auto put_hash = [&] {
    put({0x30, hash, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc});
    if (kNull) put({0x05, 0x00});
  };
  put({0x30, 11 + 2 + params, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, params});
  put({0xa0, hash + 2});
  put_hash();
  put({0xa1, mask + 2, 0x30, mask, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08});
  put_hash();
  put({0xa2, 0x03, 0x02, 0x01, salt});
  if (kTrailer) put({0xa3, 0x03, 0x02, 0x01, 0x01});
  return out;
}

struct PssForms {
  std::uint8_t arc;
  std::uint8_t salt;
  std::array<std::uint8_t, 67> plain = pss<true, false>(arc, salt);
  std::array<std::uint8_t, 72> trailer = pss<true, true>(arc, salt);
  std::array<std::uint8_t, 63> no_null = pss<false, false>(arc, salt);
  std::array<std::uint8_t, 68> no_null_trailer = pss<false, true>(arc, salt);
};

constexpr auto kPkcs1Sha256 = pkcs1(0x0b);
constexpr auto kPkcs1Sha384 = pkcs1(0x0c);
constexpr auto kPkcs1Sha512 = pkcs1(0x0d);
constexpr auto kEcdsaSha256 = ecdsa(0x02);
constexpr auto kEcdsaSha384 = ecdsa(0x03);
constexpr auto kEcdsaSha512 = ecdsa(0x04);
constexpr PssForms kPssSha256{0x01, 32};
constexpr PssForms kPssSha384{0x02, 48};
constexpr PssForms kPssSha512{0x03, 64};
// SEQUENCE { OBJECT IDENTIFIER id-Ed25519 (1.3.101.112) }
constexpr std::array<std::uint8_t, 7> kEd25519{0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};

std::array<View, 3> also_taken(const PssForms& forms) { return {forms.trailer, forms.no_null, forms.no_null_trailer}; }

bool equal(View a, View b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace

std::span<const SchemeRow> scheme_table() {
  using S = SignatureScheme;
  constexpr auto kMethod14 = AuthMethod::kDigitalSignature;
  static const std::array<SchemeRow, 13> rows{{
      {S::kRsaSha1, AuthMethod::kRsaSignature, HashId::kSha1, Encoding::kPkcs1, "SHA1", "RSA with SHA-1", {}, {}},
      {S::kEcdsaP256Raw,
       AuthMethod::kEcdsaP256,
       HashId::kSha2_256,
       Encoding::kEcdsaRaw,
       "SHA256",
       "ECDSA P-256 with SHA2-256 (method 9)",
       {},
       {}},
      {S::kEcdsaP384Raw,
       AuthMethod::kEcdsaP384,
       HashId::kSha2_384,
       Encoding::kEcdsaRaw,
       "SHA384",
       "ECDSA P-384 with SHA2-384 (method 10)",
       {},
       {}},
      {S::kRsaPkcs1Sha2_256,
       kMethod14,
       HashId::kSha2_256,
       Encoding::kPkcs1,
       "SHA256",
       "RSA PKCS#1 v1.5 with SHA2-256",
       kPkcs1Sha256,
       {}},
      {S::kRsaPkcs1Sha2_384,
       kMethod14,
       HashId::kSha2_384,
       Encoding::kPkcs1,
       "SHA384",
       "RSA PKCS#1 v1.5 with SHA2-384",
       kPkcs1Sha384,
       {}},
      {S::kRsaPkcs1Sha2_512,
       kMethod14,
       HashId::kSha2_512,
       Encoding::kPkcs1,
       "SHA512",
       "RSA PKCS#1 v1.5 with SHA2-512",
       kPkcs1Sha512,
       {}},
      {S::kRsaPssSha2_256, kMethod14, HashId::kSha2_256, Encoding::kPss, "SHA256", "RSA-PSS with SHA2-256",
       kPssSha256.plain, also_taken(kPssSha256)},
      {S::kRsaPssSha2_384, kMethod14, HashId::kSha2_384, Encoding::kPss, "SHA384", "RSA-PSS with SHA2-384",
       kPssSha384.plain, also_taken(kPssSha384)},
      {S::kRsaPssSha2_512, kMethod14, HashId::kSha2_512, Encoding::kPss, "SHA512", "RSA-PSS with SHA2-512",
       kPssSha512.plain, also_taken(kPssSha512)},
      {S::kEcdsaSha2_256,
       kMethod14,
       HashId::kSha2_256,
       Encoding::kEcdsaDer,
       "SHA256",
       "ECDSA with SHA2-256",
       kEcdsaSha256,
       {}},
      {S::kEcdsaSha2_384,
       kMethod14,
       HashId::kSha2_384,
       Encoding::kEcdsaDer,
       "SHA384",
       "ECDSA with SHA2-384",
       kEcdsaSha384,
       {}},
      {S::kEcdsaSha2_512,
       kMethod14,
       HashId::kSha2_512,
       Encoding::kEcdsaDer,
       "SHA512",
       "ECDSA with SHA2-512",
       kEcdsaSha512,
       {}},
      {S::kEd25519, kMethod14, HashId::kIdentity, Encoding::kEddsa, nullptr, "Ed25519", kEd25519, {}},
  }};
  return rows;
}

const SchemeRow& row_of(SignatureScheme scheme) {
  const auto rows = scheme_table();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const SchemeRow& r) { return r.scheme == scheme; });
  return row != rows.end() ? *row : rows.front();
}

bool fits(const SchemeRow& row, KeyKind kind) {
  switch (row.encoding) {
    case Encoding::kPkcs1:
    case Encoding::kPss:
      return kind == KeyKind::kRsa;
    case Encoding::kEcdsaDer:
      return kind == KeyKind::kEcdsaP256 || kind == KeyKind::kEcdsaP384;
    case Encoding::kEcdsaRaw:
      return kind == (row.scheme == SignatureScheme::kEcdsaP256Raw ? KeyKind::kEcdsaP256 : KeyKind::kEcdsaP384);
    case Encoding::kEddsa:
      return kind == KeyKind::kEd25519;
  }
  return false;
}

const SchemeRow* find_algorithm(View identifier) {
  if (identifier.empty()) return nullptr;
  for (const SchemeRow& row : scheme_table()) {
    if (equal(row.sent, identifier)) return &row;
    for (const View form : row.also_taken) {
      if (equal(form, identifier)) return &row;
    }
  }
  return nullptr;
}

}  // namespace sallyport::ike::auth
