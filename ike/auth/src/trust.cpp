#include "sallyport/ike/trust.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <string>
#include <utility>

#include "key_check.hpp"
#include "openssl.hpp"

namespace sallyport::ike {
namespace {

Error refused(const Certificate& certificate, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "certificate '" + certificate.subject() + "': " + why};
}

Result<void> check_key(const Certificate& certificate) {
  const auto usable =
      auth::check_chain_key(X509_get_X509_PUBKEY(certificate.get()), X509_get0_pubkey(certificate.get()));
  if (!usable) return refused(certificate, usable.error().text);
  return {};
}

}  // namespace

Result<Crl> Crl::read(View der_or_pem) {
  if (der_or_pem.size() > kMaxOctets) {
    return Error{ErrorCode::kMalformedInput, "revocation list of " + std::to_string(der_or_pem.size()) +
                                                 " octets, at most " + std::to_string(kMaxOctets) + " are accepted"};
  }
  const std::uint8_t* at = der_or_pem.data();
  const auto size = static_cast<int>(der_or_pem.size());
  std::shared_ptr<X509_CRL> crl(d2i_X509_CRL(nullptr, &at, size), X509_CRL_free);
  if (crl && at != der_or_pem.data() + der_or_pem.size()) crl.reset();
  if (!crl) {
    const auth::BioPtr bio(BIO_new_mem_buf(der_or_pem.data(), size));
    crl.reset(bio ? PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr) : nullptr, X509_CRL_free);
  }
  if (!crl) return auth::openssl_error(ErrorCode::kMalformedInput, "revocation list: neither DER nor PEM of one");
  auth::take_openssl_error();
  return Crl(std::move(crl));
}

Result<TrustStore> TrustStore::make(std::vector<Certificate> anchors, const std::vector<Crl>& lists) {
  if (anchors.empty() || anchors.size() > kMaxAnchors) {
    return Error{ErrorCode::kInvalidArgument,
                 std::to_string(anchors.size()) + " trust anchors, 1.." + std::to_string(kMaxAnchors) + " are allowed"};
  }
  std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  if (!store) return auth::openssl_error(ErrorCode::kIo, "trust anchors");
  for (const Certificate& anchor : anchors) {
    const auto usable = check_key(anchor);
    if (!usable) return usable.error();
    if (X509_STORE_add_cert(store.get(), anchor.get()) != 1) {
      return auth::openssl_error(ErrorCode::kIo, "trust anchor '" + anchor.subject() + "'");
    }
  }
  for (const Crl& list : lists) {
    if (X509_STORE_add_crl(store.get(), list.get()) != 1) return auth::openssl_error(ErrorCode::kIo, "revocation list");
  }
  return TrustStore(std::move(anchors), std::move(store));
}

CertReqPayload TrustStore::certificate_request() const {
  CertReqPayload request{.encoding = CertEncoding::kX509Signature, .authorities = {}};
  std::vector<KeyHash> named;
  for (const Certificate& anchor : anchors_) {
    const bool authority = X509_check_ca(anchor.get()) > 0;
    if (!authority || std::find(named.begin(), named.end(), anchor.key_hash()) != named.end()) continue;
    named.push_back(anchor.key_hash());
    request.authorities.insert(request.authorities.end(), anchor.key_hash().begin(), anchor.key_hash().end());
  }
  return request;
}

std::vector<KeyHash> requested_authorities(std::span<const CertReqPayload> requests) {
  std::vector<KeyHash> authorities;
  for (const CertReqPayload& request : requests) {
    if (request.encoding != CertEncoding::kX509Signature) continue;
    const View data = request.authorities;
    for (std::size_t at = 0; at + CertReqPayload::kHashSize <= data.size(); at += CertReqPayload::kHashSize) {
      if (authorities.size() == TrustStore::kMaxAnchors) return authorities;
      std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(at), CertReqPayload::kHashSize,
                  authorities.emplace_back().begin());
    }
  }
  return authorities;
}

}  // namespace sallyport::ike
