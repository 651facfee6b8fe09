#include "make_pki.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace sallyport::ike::test {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;
using List = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Time = std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>>;
using Big = std::unique_ptr<BIGNUM, Freed<BN_free>>;

void check(bool good, std::string_view what) {
  if (good) return;
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  throw std::runtime_error("test PKI: " + std::string(what) + ": " + (reason != nullptr ? reason : "no reason given"));
}

Key new_rsa(const char* type, int bits, bool long_exponent) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  check(context && EVP_PKEY_keygen_init(context.get()) == 1, type);
  check(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits) == 1, "bits");
  if (long_exponent) {
    const Big e(BN_new());
    check(BN_set_bit(e.get(), 65) == 1 && BN_set_bit(e.get(), 0) == 1, "exponent");
    check(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) == 1, "exponent");
  }
  EVP_PKEY* key = nullptr;
  check(EVP_PKEY_generate(context.get(), &key) == 1, "RSA key");
  return Key(key);
}

Key new_ec(const char* curve, bool explicit_parameters = false) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  check(context && EVP_PKEY_keygen_init(context.get()) == 1, "EC");
  check(EVP_PKEY_CTX_set_group_name(context.get(), curve) == 1, curve);
  if (explicit_parameters) {
    check(EVP_PKEY_CTX_set_ec_param_enc(context.get(), OPENSSL_EC_EXPLICIT_CURVE) == 1, "explicit parameters");
  }
  EVP_PKEY* key = nullptr;
  check(EVP_PKEY_generate(context.get(), &key) == 1, curve);
  return Key(key);
}

Key new_key(TestKey kind) {
  switch (kind) {
    case TestKey::kRsa2048:
      return new_rsa("RSA", 2048, false);
    case TestKey::kRsa1024:
      return new_rsa("RSA", 1024, false);
    case TestKey::kRsaLongExponent:
      return new_rsa("RSA", 2048, true);
    case TestKey::kRsaPssOnly:
      return new_rsa("RSA-PSS", 2048, false);
    case TestKey::kP256:
      return new_ec("P-256");
    case TestKey::kP384:
      return new_ec("P-384");
    case TestKey::kP521:
      return new_ec("P-521");
    case TestKey::kP256Explicit:
      return new_ec("P-256", true);
    case TestKey::kSecp256k1:
      return new_ec("secp256k1");
    case TestKey::kEd25519:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case TestKey::kEd448:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
  }
  throw std::runtime_error("test PKI: unknown key");
}

Bio reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string content(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// What a PEM_write_bio_* call wrote.
template <class Writer>
std::string written(Writer write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(bio && write(bio.get()) == 1, "PEM");
  return content(bio.get());
}

Cert read_certificate(const std::string& pem) {
  Cert certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
  check(certificate != nullptr, "certificate");
  return certificate;
}

Key read_key(const std::string& pem) {
  Key key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
  check(key != nullptr, "private key");
  return key;
}

// "C=CH,O=Example,CN=gw"; every value as UTF8String.
void set_name(X509_NAME* name, std::string_view text) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto entry = text.substr(0, comma);
    const auto equals = entry.find('=');
    check(equals != std::string_view::npos, "subject");
    const std::string value(entry.substr(equals + 1));
    check(X509_NAME_add_entry_by_txt(name, std::string(entry.substr(0, equals)).c_str(), MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), -1, 0) == 1,
          "subject");
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
}

void add_extension(X509* certificate, X509V3_CTX* context, int nid, const std::string& value) {
  if (value.empty()) return;
  const Extension extension(X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()));
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

void add_unknown_critical(X509* certificate, const std::string& octets) {
  if (octets.empty()) return;
  const Object type(OBJ_txt2obj("1.3.6.1.4.1.32473.1", 1));  // the enterprise number of documentation (RFC 5612)
  const Octets value(ASN1_OCTET_STRING_new());
  check(ASN1_OCTET_STRING_set(value.get(), reinterpret_cast<const unsigned char*>(octets.data()),
                              static_cast<int>(octets.size())) == 1,
        "unknown extension");
  const Extension extension(X509_EXTENSION_create_by_OBJ(nullptr, type.get(), 1, value.get()));
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "unknown extension");
}

// Digest and padding of an issuer's signatures.
void start_signing(EVP_MD_CTX* digest, EVP_PKEY* key, bool pss, bool sha1) {
  EVP_PKEY_CTX* context = nullptr;
  const int type = EVP_PKEY_get_base_id(key);
  const bool pure = type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448;
  const EVP_MD* hash = sha1 ? EVP_sha1() : EVP_sha256();
  check(EVP_DigestSignInit(digest, &context, pure ? nullptr : hash, nullptr, key) == 1, "signature");
  if (!pss) return;
  check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1, "PSS");
  check(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1, "PSS");
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("test PKI: cannot write " + path.string());
}

void write_certificate(const std::filesystem::path& folder, const std::string& name, const TestCertificate& made) {
  write(folder / (name + ".pem"), made.certificate);
  write(folder / (name + "-key.pem"), made.key);
}

// One of each way to be refused.
void write_refused(const std::filesystem::path& folder, const std::vector<Holder>& holders, const TestCertificate& root,
                   const TestCertificate& intermediate) {
  std::vector<TestCertificate> revoked;
  for (const Holder& holder : holders) {
    CertificateSpec spec{.subject = "O=Example,CN=" + holder.name, .alternative_names = holder.alternative_names};
    revoked.push_back(issue(spec, &intermediate));
    write_certificate(folder, holder.name + "-revoked", revoked.back());
    write_certificate(folder, holder.name + "-self-signed", issue(spec));
    spec.extended_key_usage = "codeSigning";
    write_certificate(folder, holder.name + "-wrong-eku", issue(spec, &intermediate));
    spec.extended_key_usage.clear();
    spec.until = kFrom + 86'400;
    write_certificate(folder, holder.name + "-expired", issue(spec, &intermediate));
  }
  std::vector<const TestCertificate*> listed;
  for (const TestCertificate& certificate : revoked) listed.push_back(&certificate);
  write(folder / "ca-p256.crl.pem", revoke(root, {}));
  write(folder / "intermediate-p256.crl.pem", revoke(intermediate, listed));
}

}  // namespace

TestCertificate issue(const CertificateSpec& spec, const TestCertificate* issuer) {
  const Key key = spec.key_of != nullptr ? read_key(spec.key_of->key) : new_key(spec.key);
  const Cert certificate(X509_new());
  check(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "certificate");
  static std::int64_t serial = 1000;
  check(ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate.get()), ++serial) == 1, "serial number");
  set_name(X509_get_subject_name(certificate.get()), spec.subject);
  const Cert issuing = issuer != nullptr ? read_certificate(issuer->certificate) : nullptr;
  const Key issuing_key = issuer != nullptr ? read_key(issuer->key) : nullptr;
  X509* signer = issuing ? issuing.get() : certificate.get();
  EVP_PKEY* signing_key = issuing_key ? issuing_key.get() : key.get();
  check(X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) == 1, "issuer");
  check(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), spec.from) != nullptr, "time");
  check(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), spec.until) != nullptr, "time");
  check(X509_set_pubkey(certificate.get(), key.get()) == 1, "key");

  X509V3_CTX context;
  X509V3_set_ctx(&context, signer, certificate.get(), nullptr, nullptr, X509V3_CTX_REPLACE);
  add_extension(certificate.get(), &context, NID_basic_constraints, spec.basic_constraints);
  add_extension(certificate.get(), &context, NID_key_usage, spec.key_usage);
  add_extension(certificate.get(), &context, NID_ext_key_usage, spec.extended_key_usage);
  add_extension(certificate.get(), &context, NID_subject_alt_name, spec.alternative_names);
  add_extension(certificate.get(), &context, NID_name_constraints, spec.name_constraints);
  add_extension(certificate.get(), &context, NID_subject_key_identifier, "hash");
  if (issuer != nullptr) add_extension(certificate.get(), &context, NID_authority_key_identifier, "keyid:always");
  add_unknown_critical(certificate.get(), spec.unknown_critical);

  const Digest digest(EVP_MD_CTX_new());
  start_signing(digest.get(), signing_key, spec.pss, spec.sha1);
  check(X509_sign_ctx(certificate.get(), digest.get()) > 0, "signature");
  return {written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }), written([&](BIO* bio) {
            return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

CertificateSpec authority(const std::string& name, TestKey key) {
  return {.subject = "O=Example,CN=" + name,
          .key = key,
          .basic_constraints = "critical,CA:TRUE",
          .key_usage = "critical,keyCertSign,cRLSign"};
}

std::string revoke(const TestCertificate& issuer, const std::vector<const TestCertificate*>& revoked, std::int64_t from,
                   std::int64_t until) {
  const Cert issuing = read_certificate(issuer.certificate);
  const Key key = read_key(issuer.key);
  const List list(X509_CRL_new());
  check(list && X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1, "list");
  check(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuing.get())) == 1, "list");
  const Time this_update(ASN1_TIME_set(nullptr, from));
  const Time next_update(ASN1_TIME_set(nullptr, until));
  check(X509_CRL_set1_lastUpdate(list.get(), this_update.get()) == 1, "list");
  check(X509_CRL_set1_nextUpdate(list.get(), next_update.get()) == 1, "list");
  for (const TestCertificate* certificate : revoked) {
    const Cert gone = read_certificate(certificate->certificate);
    X509_REVOKED* entry = X509_REVOKED_new();
    check(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(gone.get())) == 1, "list");
    check(X509_REVOKED_set_revocationDate(entry, this_update.get()) == 1, "list");
    check(X509_CRL_add0_revoked(list.get(), entry) == 1, "list");
  }
  const Digest digest(EVP_MD_CTX_new());
  start_signing(digest.get(), key.get(), false, false);
  check(X509_CRL_sign_ctx(list.get(), digest.get()) > 0, "list");
  return written([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, list.get()); });
}

std::string encrypted_key(const TestCertificate& certificate, const std::string& passphrase, bool traditional) {
  const Key key = read_key(certificate.key);
  const auto* octets = reinterpret_cast<const unsigned char*>(passphrase.data());
  const int size = static_cast<int>(passphrase.size());
  return written([&](BIO* bio) {
    return traditional
               ? PEM_write_bio_PrivateKey_traditional(bio, key.get(), EVP_aes_256_cbc(), octets, size, nullptr, nullptr)
               : PEM_write_bio_PKCS8PrivateKey(bio, key.get(), EVP_aes_256_cbc(), passphrase.data(), size, nullptr,
                                               nullptr);
  });
}

std::string traditional_key(const TestCertificate& certificate) {
  const Key key = read_key(certificate.key);
  return written([&](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string der(const std::string& pem) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;  // NOLINT(google-runtime-int): OpenSSL's
  check(PEM_read_bio(reader(pem).get(), &name, &header, &data, &size) == 1, "PEM");
  std::string octets(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return octets;
}

void write_pki(const std::filesystem::path& folder, const std::vector<Holder>& holders) {
  struct Kind {
    const char* name;
    TestKey key;
    bool pss;
  };
  std::filesystem::create_directories(folder);
  for (const Kind& kind : {Kind{"rsa", TestKey::kRsa2048, false}, Kind{"pss", TestKey::kRsa2048, true},
                           Kind{"p256", TestKey::kP256, false}, Kind{"p384", TestKey::kP384, false},
                           Kind{"ed25519", TestKey::kEd25519, false}}) {
    const std::string suffix = std::string("-") + kind.name;
    CertificateSpec spec = authority("ca" + suffix, kind.key);
    spec.pss = kind.pss;
    const auto root = issue(spec);
    spec.subject = "O=Example,CN=intermediate" + suffix;
    spec.basic_constraints = "critical,CA:TRUE,pathlen:0";
    const auto intermediate = issue(spec, &root);
    write_certificate(folder, "ca" + suffix, root);
    write_certificate(folder, "intermediate" + suffix, intermediate);
    for (const Holder& holder : holders) {
      const CertificateSpec leaf{.subject = "O=Example,CN=" + holder.name,
                                 .key = kind.key,
                                 .alternative_names = holder.alternative_names,
                                 .key_usage = "critical,digitalSignature",
                                 .extended_key_usage = "serverAuth,clientAuth,1.3.6.1.5.5.8.2.2",
                                 .pss = kind.pss};
      write_certificate(folder, holder.name + suffix, issue(leaf, &intermediate));
    }
    if (kind.key == TestKey::kP256) write_refused(folder, holders, root, intermediate);
  }
}

}  // namespace sallyport::ike::test
