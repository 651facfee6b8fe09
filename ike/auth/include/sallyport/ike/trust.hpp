#pragma once
/// @file
/// Whom to believe: trust anchors, revocation lists, and the check of a chain of certificates (RFC 5280 6).
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sallyport/ike/certificate.hpp"
#include "sallyport/ike/payloads.hpp"
#include "sallyport/result.hpp"
#include "sallyport/strong.hpp"

struct X509_crl_st;
struct x509_store_st;

namespace sallyport::ike {

/// Seconds since 1970-01-01 00:00 UTC, without leap seconds.
using UnixTime = Strong<struct UnixTimeTag, std::int64_t>;

/// A certificate revocation list. Copies share it.
class Crl {
 public:
  /// Longest accepted list, in octets: lists come from the administrator, never from a peer.
  static constexpr std::size_t kMaxOctets = 16U << 20U;

  /// DER, or PEM (the first list of the text).
  static Result<Crl> read(View der_or_pem);
  [[nodiscard]] X509_crl_st* get() const { return crl_.get(); }

 private:
  explicit Crl(std::shared_ptr<X509_crl_st> crl) : crl_(std::move(crl)) {}
  std::shared_ptr<X509_crl_st> crl_;
};

enum class Revocation : std::uint8_t {
  kIgnored,   ///< No list is looked at.
  kIfKnown,   ///< Refused when a list names the certificate; no list, or an outdated one, refuses nothing.
  kRequired,  ///< Refused also without a list that is valid now, for each certificate below the trust anchor.
};

struct ChainPolicy {
  Revocation revocation = Revocation::kIfKnown;
};

/// Trust anchors and lists, shared by connections and never changed: to change them, make a new one.
class TrustStore {
 public:
  /// Most intermediate certificates taken from a peer, and most in one chain.
  static constexpr std::size_t kMaxIntermediates = 6;
  static constexpr std::size_t kMaxAnchors = 1024;

  /// `anchors`: certificates believed as they are. An authority's allows what it issued; a peer's own pins that peer.
  static Result<TrustStore> make(std::vector<Certificate> anchors, const std::vector<Crl>& lists = {});

  /// The chain from `leaf` over some of `intermediates` to an anchor, leaf first. Checked: signatures, validity at
  /// `now` (notBefore is in, notAfter out), authorities' basicConstraints, keyCertSign and path lengths, name
  /// constraints, unknown critical extensions, keys and hashes of 112 bits and more (RSA also at most 8192), the leaf's
  /// keyUsage (digitalSignature or nonRepudiation where it is there), extendedKeyUsage where it is there (ipsecIKE,
  /// ikeIntermediate, serverAuth, clientAuth or any), revocation. The error says which certificate fails and why.
  [[nodiscard]] Result<std::vector<Certificate>> verify(const Certificate& leaf,
                                                        std::span<const Certificate> intermediates, UnixTime now,
                                                        const ChainPolicy& policy = {}) const;

  /// The CERTREQ that asks for certificates of these anchors.
  [[nodiscard]] CertReqPayload certificate_request() const;
  [[nodiscard]] std::span<const Certificate> anchors() const { return anchors_; }

 private:
  TrustStore(std::vector<Certificate> anchors, std::shared_ptr<x509_store_st> store)
      : anchors_(std::move(anchors)), store_(std::move(store)) {}

  std::vector<Certificate> anchors_;
  std::shared_ptr<x509_store_st> store_;
};

/// The authorities that a peer's CERTREQs name; of encodings other than X.509 nothing, and no more than
/// TrustStore::kMaxAnchors.
std::vector<KeyHash> requested_authorities(std::span<const CertReqPayload> requests);

}  // namespace sallyport::ike
