#pragma once
/// @file
/// One X.509 certificate (RFC 5280, with RFC 4945's profile for IKE).
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/identity.hpp"
#include "sallyport/ike/keys.hpp"
#include "sallyport/result.hpp"

struct x509_st;

namespace sallyport::ike {

/// A certificate that can be read; whether to believe it is TrustStore's to say. Copies share it.
class Certificate {
 public:
  /// Longest accepted certificate, in octets of DER.
  static constexpr std::size_t kMaxOctets = 16384;
  /// Most certificates read from one PEM text.
  static constexpr std::size_t kMaxInText = 1024;

  /// Exactly one certificate. The error says at most what OpenSSL says.
  static Result<Certificate> from_der(View der);
  /// All certificates of a PEM text in its order; at least one. Other PEM blocks are passed over.
  static Result<std::vector<Certificate>> from_pem(std::string_view pem);

  [[nodiscard]] Bytes der() const;
  /// Names safe for logs.
  [[nodiscard]] std::string subject() const;
  [[nodiscard]] std::string issuer() const;
  /// The subject as ID_DER_ASN1_DN, in the certificate's own encoding. kNotFound: it is empty.
  [[nodiscard]] Result<Identity> subject_identity() const;
  /// As PublicKey::from_spki.
  [[nodiscard]] Result<PublicKey> public_key() const;
  [[nodiscard]] const KeyHash& key_hash() const { return key_hash_; }

  /// Whether the certificate names this identity (RFC 4945 3.1): FQDN by a dNSName, mail by an rfc822Name, an address
  /// by an iPAddress of subjectAltName, a distinguished name by the subject. Wildcards in certificates mean nothing.
  /// The error says what it names instead.
  [[nodiscard]] Result<void> confirms(const Identity& identity) const;
  /// Whether the other one names this one as its issuer, and could have been signed by it by what both say.
  [[nodiscard]] bool may_have_issued(const Certificate& other) const;

  [[nodiscard]] x509_st* get() const { return x509_.get(); }
  /// The same octets.
  friend bool operator==(const Certificate& a, const Certificate& b);

 private:
  explicit Certificate(std::shared_ptr<x509_st> x509);
  friend class TrustStore;

  std::shared_ptr<x509_st> x509_;
  KeyHash key_hash_{};
};

}  // namespace sallyport::ike
