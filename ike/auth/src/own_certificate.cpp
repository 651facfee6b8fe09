#include <algorithm>
#include <string>
#include <utility>

#include "openssl.hpp"
#include "sallyport/ike/credentials.hpp"

namespace sallyport::ike {
namespace {

bool signs_itself(const Certificate& certificate) {
  return (X509_get_extension_flags(certificate.get()) & EXFLAG_SS) != 0;
}

bool contains(std::span<const KeyHash> authorities, const KeyHash& hash) {
  return std::find(authorities.begin(), authorities.end(), hash) != authorities.end();
}

}  // namespace

Result<OwnCertificate> OwnCertificate::make(std::vector<Certificate> chain, PrivateKey key) {
  if (chain.empty() || chain.size() > 1 + TrustStore::kMaxIntermediates) {
    return Error{ErrorCode::kInvalidArgument, "our certificate: a chain of " + std::to_string(chain.size()) + ", 1.." +
                                                  std::to_string(1 + TrustStore::kMaxIntermediates) + " are allowed"};
  }
  const auto public_key = chain.front().public_key();
  if (!public_key) return Error{public_key.error().code, "our certificate: " + public_key.error().text};
  if (!(*public_key == key.public_key())) {
    return Error{ErrorCode::kInvalidArgument, "our certificate '" + chain.front().subject() + "' is of another key (" +
                                                  public_key->to_string() + ") than the private key (" +
                                                  key.public_key().to_string() + ")"};
  }
  return OwnCertificate(std::move(chain), std::move(key));
}

std::vector<CertPayload> OwnCertificate::payloads() const {
  std::vector<CertPayload> payloads;
  for (const Certificate& certificate : chain_) {
    if (!payloads.empty() && signs_itself(certificate)) continue;
    payloads.push_back({.encoding = CertEncoding::kX509Signature, .data = certificate.der()});
  }
  return payloads;
}

bool OwnCertificate::leads_to(std::span<const KeyHash> authorities, const TrustStore* trust) const {
  std::vector<const Certificate*> unused;
  for (std::size_t i = 1; i < chain_.size(); ++i) unused.push_back(&chain_[i]);
  if (trust != nullptr) {
    for (const Certificate& anchor : trust->anchors()) unused.push_back(&anchor);
  }
  // All that may have issued the leaf, then all that may have issued those, each looked at once.
  std::vector<const Certificate*> found{&chain_.front()};
  for (std::size_t i = 0; i < found.size(); ++i) {
    if ((i != 0 || signs_itself(*found[i])) && contains(authorities, found[i]->key_hash())) return true;
    const Certificate& issued = *found[i];
    const auto rest = std::stable_partition(unused.begin(), unused.end(),
                                            [&](const Certificate* other) { return !other->may_have_issued(issued); });
    found.insert(found.end(), rest, unused.end());
    unused.erase(rest, unused.end());
  }
  return false;
}

}  // namespace sallyport::ike
