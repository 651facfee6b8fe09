#include "sallyport/ike/certificate.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "distinguished_name.hpp"
#include "key_check.hpp"
#include "openssl.hpp"

namespace sallyport::ike {
namespace {

// What PEM_read_bio gives.
struct PemBlock {
  char* name = nullptr;
  char* header = nullptr;
  std::uint8_t* data = nullptr;
  long size = 0;  // NOLINT(google-runtime-int): OpenSSL's

  PemBlock() = default;
  ~PemBlock() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  PemBlock(const PemBlock&) = delete;
  PemBlock& operator=(const PemBlock&) = delete;

  bool read(BIO* from) { return PEM_read_bio(from, &name, &header, &data, &size) == 1; }
  [[nodiscard]] bool is_certificate() const {
    const std::string_view text(name);
    return text == PEM_STRING_X509 || text == PEM_STRING_X509_OLD;
  }
  [[nodiscard]] View octets() const { return {data, static_cast<std::size_t>(size)}; }
};

std::string in_certificate(std::size_t number, const std::string& text) {
  return "certificate " + std::to_string(number) + " of the text: " + text;
}

}  // namespace

Certificate::Certificate(std::shared_ptr<x509_st> x509) : x509_(std::move(x509)) {
  const Bytes spki = auth::to_der(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(x509_.get()));
  unsigned size = 0;
  EVP_Digest(spki.data(), spki.size(), key_hash_.data(), &size, EVP_sha1(), nullptr);
}

Result<Certificate> Certificate::from_der(View der) {
  if (der.size() > kMaxOctets) {
    return Error{ErrorCode::kMalformedInput, "certificate of " + std::to_string(der.size()) + " octets, at most " +
                                                 std::to_string(kMaxOctets) + " are accepted"};
  }
  const std::uint8_t* at = der.data();
  std::shared_ptr<X509> x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())),  // NOLINT(google-runtime-int)
                             X509_free);
  if (!x509) return auth::openssl_error(ErrorCode::kMalformedInput, "certificate: not DER of an X.509 certificate");
  // A key that OpenSSL cannot read stays undecoded and leaves its error.
  auth::take_openssl_error();
  if (at != der.data() + der.size()) {
    return Error{ErrorCode::kMalformedInput,
                 "certificate: octets follow it at octet " + std::to_string(static_cast<std::size_t>(at - der.data()))};
  }
  return Certificate(std::move(x509));
}

Result<std::vector<Certificate>> Certificate::from_pem(std::string_view pem) {
  const auth::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> certificates;
  while (bio) {
    PemBlock block;
    if (!block.read(bio.get())) break;
    if (!block.is_certificate()) continue;
    auto certificate = from_der(block.octets());
    if (!certificate) {
      const Error& error = certificate.error();
      return Error{error.code, in_certificate(certificates.size() + 1, error.text)};
    }
    if (certificates.size() == kMaxInText) {
      return Error{ErrorCode::kMalformedInput, "more than " + std::to_string(kMaxInText) + " certificates in a text"};
    }
    certificates.push_back(std::move(certificate).value());
  }
  const std::string reason = auth::take_openssl_error();
  if (certificates.empty()) return Error{ErrorCode::kMalformedInput, "no PEM certificate in the text (" + reason + ")"};
  if (reason != "no start line") {
    return Error{ErrorCode::kMalformedInput, in_certificate(certificates.size() + 1, reason)};
  }
  return certificates;
}

Bytes Certificate::der() const { return auth::to_der(i2d_X509, x509_.get()); }

std::string Certificate::subject() const { return auth::name_to_text(X509_get_subject_name(x509_.get())); }
std::string Certificate::issuer() const { return auth::name_to_text(X509_get_issuer_name(x509_.get())); }

Result<Identity> Certificate::subject_identity() const {
  const X509_NAME* name = X509_get_subject_name(x509_.get());
  if (X509_NAME_entry_count(name) == 0) return Error{ErrorCode::kNotFound, "certificate without a subject"};
  return Identity::from_name(auth::name_to_der(name));
}

Result<PublicKey> Certificate::public_key() const {
  return PublicKey::from_spki(auth::to_der(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(x509_.get())));
}

bool Certificate::may_have_issued(const Certificate& other) const {
  return X509_check_issued(x509_.get(), other.x509_.get()) == X509_V_OK;
}

bool operator==(const Certificate& a, const Certificate& b) { return X509_cmp(a.x509_.get(), b.x509_.get()) == 0; }

}  // namespace sallyport::ike
