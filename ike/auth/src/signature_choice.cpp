#include <algorithm>
#include <array>
#include <string>

#include "sallyport/ike/signature.hpp"
#include "scheme_table.hpp"

namespace sallyport::ike {
namespace {

using auth::Encoding;
using auth::SchemeRow;

constexpr std::array<HashId, 4> kAccepted{HashId::kSha2_256, HashId::kSha2_384, HashId::kSha2_512, HashId::kIdentity};

// Hashes for a key, best first: as strong as the key where the peer knows it (RFC 7427 5), else the next one.
std::array<HashId, 3> hashes_for(const PublicKey& key) {
  const bool rsa = key.kind() == KeyKind::kRsa;
  if (key.kind() == KeyKind::kEcdsaP384 || (rsa && key.bits() > 3072 && key.bits() <= 7680)) {
    return {HashId::kSha2_384, HashId::kSha2_512, HashId::kSha2_256};
  }
  if (rsa && key.bits() > 7680) return {HashId::kSha2_512, HashId::kSha2_384, HashId::kSha2_256};
  return {HashId::kSha2_256, HashId::kSha2_384, HashId::kSha2_512};
}

const SchemeRow* find_row(Encoding encoding, HashId hash) {
  for (const SchemeRow& row : auth::scheme_table()) {
    if (row.method == AuthMethod::kDigitalSignature && row.encoding == encoding && row.hash == hash) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view name(SignatureScheme scheme) { return auth::row_of(scheme).text; }
AuthMethod method(SignatureScheme scheme) { return auth::row_of(scheme).method; }
HashId hash(SignatureScheme scheme) { return auth::row_of(scheme).hash; }
View algorithm_identifier(SignatureScheme scheme) { return auth::row_of(scheme).sent; }

std::span<const HashId> accepted_hashes() { return kAccepted; }

Bytes signature_hash_algorithms() {
  Bytes data;
  for (const HashId hash : kAccepted) {
    data.push_back(static_cast<std::uint8_t>(static_cast<std::uint16_t>(hash) >> 8U));
    data.push_back(static_cast<std::uint8_t>(hash));
  }
  return data;
}

Result<std::vector<HashId>> parse_signature_hash_algorithms(View data) {
  if (data.size() % 2 != 0) {
    return Error{ErrorCode::kMalformedInput,
                 "SIGNATURE_HASH_ALGORITHMS: " + std::to_string(data.size()) + " octets, two make a hash"};
  }
  std::vector<HashId> hashes;
  for (std::size_t at = 0; at < data.size(); at += 2) {
    const auto hash = static_cast<HashId>(data[at] << 8U | data[at + 1]);
    if (!name(hash).empty() && std::find(hashes.begin(), hashes.end(), hash) == hashes.end()) hashes.push_back(hash);
  }
  return hashes;
}

Result<SignatureScheme> choose_scheme(const PublicKey& key, const std::optional<std::vector<HashId>>& peer_hashes,
                                      const SignaturePolicy& policy) {
  const auto peer_knows = [&](HashId hash) {
    return peer_hashes && std::find(peer_hashes->begin(), peer_hashes->end(), hash) != peer_hashes->end();
  };
  const KeyKind kind = key.kind();
  if (kind == KeyKind::kEd25519) {
    if (peer_knows(HashId::kIdentity)) return SignatureScheme::kEd25519;
    return Error{ErrorCode::kBadState, "our key is Ed25519 and the peer does not take it (no IDENTITY hash, RFC 8420)"};
  }
  const Encoding encoding = kind != KeyKind::kRsa ? Encoding::kEcdsaDer
                            : policy.rsa_pss      ? Encoding::kPss
                                                  : Encoding::kPkcs1;
  for (const HashId hash : hashes_for(key)) {
    const SchemeRow* row = peer_knows(hash) ? find_row(encoding, hash) : nullptr;
    if (row != nullptr) return row->scheme;
  }
  if (kind == KeyKind::kEcdsaP256) return SignatureScheme::kEcdsaP256Raw;
  if (kind == KeyKind::kEcdsaP384) return SignatureScheme::kEcdsaP384Raw;
  if (policy.legacy_sha1) return SignatureScheme::kRsaSha1;
  return Error{ErrorCode::kBadState,
               "our key is RSA and the peer takes no SHA-2 signature (RFC 7427); SHA-1 is switched off"};
}

}  // namespace sallyport::ike
