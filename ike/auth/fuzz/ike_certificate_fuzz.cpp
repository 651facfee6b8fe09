// What peers and users write about who they are: certificates, AUTH, identities, keys, lists. The first octet says
// which.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "sallyport/ike/certificate.hpp"
#include "sallyport/ike/identity.hpp"
#include "sallyport/ike/psk.hpp"
#include "sallyport/ike/signature.hpp"
#include "sallyport/ike/trust.hpp"

namespace {

using namespace sallyport::ike;

void expect(bool good) {
  if (!good) std::abort();
}

void expect_printable(const std::string& text) {
  for (const char c : text) expect(c >= 0x20 && c <= 0x7e);
}

template <class T>
void expect_explained(const sallyport::Result<T>& result) {
  if (result) return;
  expect(!result.error().text.empty());
  expect_printable(result.error().text);
}

std::string_view as_text(View data) { return {reinterpret_cast<const char*>(data.data()), data.size()}; }

void expect_sound(const Identity& identity) {
  expect_printable(identity.to_string());
  const auto again = Identity::from_payload(identity.payload());
  expect(again && *again == identity);
  expect(IdentityPattern(identity).match(identity) == IdentityMatch::kExact);
  expect(IdentityPattern().matches(identity));
}

// 2 octets of length, a certificate, another: the second is the first one's anchor and companion.
void certificates(View data) {
  if (data.size() < 2) return;
  const std::size_t length = std::min<std::size_t>(data[0] << 8U | data[1], data.size() - 2);
  const auto leaf = Certificate::from_der(data.subspan(2, length));
  expect_explained(leaf);
  if (!leaf) return;
  expect_printable(leaf->subject());
  expect_printable(leaf->issuer());
  expect(*leaf == Certificate::from_der(leaf->der()).value());
  expect_explained(leaf->public_key());
  if (const auto subject = leaf->subject_identity()) expect_sound(*subject);
  for (const char* text : {"gw.example.org", "a@example.org", "192.0.2.1", "2001:db8::1", "CN=gw", "keyid:0x00"}) {
    expect_explained(leaf->confirms(Identity::parse(text).value()));
  }
  const auto other = Certificate::from_der(data.subspan(2 + length));
  const Certificate& anchor = other ? *other : *leaf;
  (void)anchor.may_have_issued(*leaf);
  const auto trust = TrustStore::make({anchor});
  expect_explained(trust);
  if (!trust) return;
  for (const std::int64_t now : {std::int64_t{0}, std::int64_t{1'767'225'600}}) {
    expect_explained(trust->verify(*leaf, std::vector{anchor, *leaf}, UnixTime(now),
                                   {.revocation = now == 0 ? Revocation::kIgnored : Revocation::kRequired}));
  }
  (void)trust->certificate_request();
}

const std::vector<PublicKey>& keys() {
  // RFC 8410 10.1 and RFC 4754 8.1.
  static constexpr std::uint8_t kEd25519[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
                                              0x00, 0x19, 0xbf, 0x44, 0x09, 0x69, 0x84, 0xcd, 0xfe, 0x85, 0x41,
                                              0xba, 0xc1, 0x67, 0xdc, 0x3b, 0x96, 0xc8, 0x50, 0x86, 0xaa, 0x30,
                                              0xb6, 0xb6, 0xcb, 0x0c, 0x5c, 0x38, 0xad, 0x70, 0x31, 0x66, 0xe1};
  static constexpr std::uint8_t kP256[] = {
      0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
      0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x24, 0x42, 0xa5, 0xcc, 0x0e, 0xcd, 0x01, 0x5f, 0xa3, 0xca, 0x31,
      0xdc, 0x8e, 0x2b, 0xbc, 0x70, 0xbf, 0x42, 0xd6, 0x0c, 0xbc, 0xa2, 0x00, 0x85, 0xe0, 0x82, 0x2c, 0xb0, 0x42, 0x35,
      0xe9, 0x70, 0x6f, 0xc9, 0x8b, 0xd7, 0xe5, 0x02, 0x11, 0xa4, 0xa2, 0x71, 0x02, 0xfa, 0x35, 0x49, 0xdf, 0x79, 0xeb,
      0xcb, 0x4b, 0xf2, 0x46, 0xb8, 0x09, 0x45, 0xcd, 0xdf, 0xe7, 0xd5, 0x09, 0xbb, 0xfd, 0x7d};
  static const std::vector<PublicKey> keys{PublicKey::from_spki(kEd25519).value(), PublicKey::from_spki(kP256).value()};
  return keys;
}

// Method, then data. Nobody has signed this.
void signatures(View data) {
  if (data.empty()) return;
  const AuthPayload auth{static_cast<AuthMethod>(data[0]), Bytes(data.begin() + 1, data.end())};
  static constexpr std::uint8_t kMessage[] = {'f', 'u', 'z', 'z'};
  for (const PublicKey& key : keys()) {
    const auto scheme = verify_auth(key, auth, kMessage, {.legacy_sha1 = true});
    expect(!scheme);
    expect_explained(scheme);
  }
}

void identity_text(View data) {
  const auto identity = Identity::parse(as_text(data));
  expect_explained(identity);
  if (identity) expect_sound(*identity);
  const auto pattern = IdentityPattern::parse(as_text(data));
  expect_explained(pattern);
  if (!pattern) return;
  expect_printable(pattern->to_string());
  for (const char* text : {"gw.example.org", "a@example.org", "CN=gw"}) {
    (void)pattern->match(Identity::parse(text).value());
  }
  if (identity) expect(pattern->matches(*identity));
}

// Type, then data.
void identity_payload(View data) {
  if (data.empty()) return;
  const auto identity = Identity::from_payload({static_cast<IdType>(data[0]), {}, Bytes(data.begin() + 1, data.end())});
  expect_explained(identity);
  if (identity) expect_sound(*identity);
}

void lists_and_keys(View data) {
  expect_explained(PublicKey::from_spki(data));
  expect_explained(parse_signature_hash_algorithms(data));
  (void)requested_authorities(
      std::vector{CertReqPayload{CertEncoding::kX509Signature, Bytes(data.begin(), data.end())}});
  expect_explained(Crl::read(data));
  expect_explained(Certificate::from_pem(as_text(data)));
  expect_explained(SharedSecret::parse(as_text(data)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const View rest(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      certificates(rest);
      break;
    case 1:
      signatures(rest);
      break;
    case 2:
      identity_text(rest);
      break;
    case 3:
      identity_payload(rest);
      break;
    default:
      lists_and_keys(rest);
      break;
  }
  return 0;
}
