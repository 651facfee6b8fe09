#pragma once
/// @file
/// Keys, certificates and revocation lists for tests: made when asked for, on OpenSSL's interface alone, so that they
/// are not made by what they test. All text is PEM that strongSwan and Libreswan load too.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::ike::test {

/// The first four are what the agent signs with; the others it refuses, or takes from authorities only.
enum class TestKey : std::uint8_t {
  kRsa2048,
  kP256,
  kP384,
  kEd25519,
  kRsa1024,
  kRsaLongExponent,  ///< 2048 bits, e = 2^65 + 1.
  kRsaPssOnly,       ///< id-RSASSA-PSS, 2048 bits.
  kP521,
  kP256Explicit,  ///< Curve given by its parameters.
  kSecp256k1,
  kEd448,
};

/// 2020-01-01 and 2049-01-01, in seconds since 1970: what certificates are valid between unless said otherwise.
inline constexpr std::int64_t kFrom = 1'577'836'800;
inline constexpr std::int64_t kUntil = 2'493'072'000;
/// 2026-01-01, a time of day for tests.
inline constexpr std::int64_t kNow = 1'767'225'600;

struct TestCertificate {
  std::string certificate;  ///< PEM.
  std::string key;          ///< PEM, PKCS#8, not encrypted.
};

/// Extensions in OpenSSL's notation (x509v3_config(5)); an empty one is left out.
struct CertificateSpec {
  std::string subject;  ///< "C=CH,O=Example,CN=gw", types as OpenSSL names them; empty: no subject.
  TestKey key = TestKey::kP256;
  const TestCertificate* key_of = nullptr;  ///< No new key but this one's: RSA keys take long.
  std::string alternative_names{};          ///< "DNS:gw.example.org,email:a@example.org,IP:192.0.2.1"
  std::string basic_constraints{};          ///< "critical,CA:TRUE,pathlen:0"
  std::string key_usage{};                  ///< "critical,digitalSignature"
  std::string extended_key_usage{};         ///< "serverAuth,1.3.6.1.5.5.8.2.2"
  std::string name_constraints{};           ///< "permitted;DNS:example.org"
  std::string unknown_critical{};           ///< Any octets: a critical extension that nobody knows.
  std::int64_t from = kFrom;
  std::int64_t until = kUntil;
  bool pss = false;   ///< RSA issuer: sign with PSS.
  bool sha1 = false;  ///< Sign with SHA-1.
};

/// Throws std::runtime_error with OpenSSL's reason when something cannot be made.
TestCertificate issue(const CertificateSpec& spec, const TestCertificate* issuer = nullptr);

/// A specification of an authority: CA, keyCertSign, cRLSign.
CertificateSpec authority(const std::string& name, TestKey key = TestKey::kP256);

/// A revocation list of an authority, as PEM.
std::string revoke(const TestCertificate& issuer, const std::vector<const TestCertificate*>& revoked,
                   std::int64_t from = kFrom, std::int64_t until = kUntil);

/// The private key once more, encrypted: PKCS#8 with AES-256 or, traditional, with AES-256 as well.
std::string encrypted_key(const TestCertificate& certificate, const std::string& passphrase, bool traditional = false);
/// In the traditional form ("BEGIN RSA PRIVATE KEY"), not encrypted; RSA and ECDSA.
std::string traditional_key(const TestCertificate& certificate);

/// DER of the (only) block of a PEM text.
std::string der(const std::string& pem);

/// Someone who gets certificates.
struct Holder {
  std::string name;                 ///< Of the files, and the common name.
  std::string alternative_names{};  ///< As in CertificateSpec.
};

/// A small world of authorities, for tests with other programs. For each kind (rsa, pss: RSA signed with PSS, p256,
/// p384, ed25519): ca-KIND.pem, intermediate-KIND.pem, and for each holder HOLDER-KIND.pem and HOLDER-KIND-key.pem,
/// signed by the intermediate. Of kind p256 also HOLDER-expired, HOLDER-wrong-eku, HOLDER-revoked, HOLDER-self-signed;
/// ca-p256.crl.pem and intermediate-p256.crl.pem.
void write_pki(const std::filesystem::path& folder, const std::vector<Holder>& holders);

}  // namespace sallyport::ike::test
