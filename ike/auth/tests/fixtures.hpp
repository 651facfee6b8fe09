#pragma once
/// @file
/// What the tests of this room share.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "make_pki.hpp"
#include "sallyport/ike/certificate.hpp"
#include "sallyport/ike/keys.hpp"
#include "sallyport/ike/trust.hpp"

namespace sallyport::ike::test {

inline View octets(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

inline Bytes bytes(std::string_view text) { return {octets(text).begin(), octets(text).end()}; }

/// Hexadecimal digits; blanks between them mean nothing.
inline Bytes from_hex(std::string_view text) {
  Bytes out;
  std::string pair;
  for (const char c : text) {
    if (c == ' ') continue;
    pair.push_back(c);
    if (pair.size() == 2) {
      out.push_back(static_cast<std::uint8_t>(std::stoul(pair, nullptr, 16)));
      pair.clear();
    }
  }
  EXPECT_TRUE(pair.empty()) << text;
  return out;
}

inline std::string to_hex(View octets) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t octet : octets) out.append({kDigits[octet >> 4U], kDigits[octet & 15U]});
  return out;
}

inline Certificate certificate(const TestCertificate& made) {
  return Certificate::from_pem(made.certificate).value().front();
}

inline PrivateKey private_key(const TestCertificate& made) { return PrivateKey::from_pem(octets(made.key)).value(); }

/// Keys take time: one self-signed certificate a kind in a process.
inline const TestCertificate& of_kind(TestKey kind) {
  static std::map<TestKey, TestCertificate> made;
  const auto found = made.find(kind);
  if (found != made.end()) return found->second;
  return made.emplace(kind, issue({.subject = "CN=gw", .key = kind, .alternative_names = "DNS:gw.example.org"}))
      .first->second;
}

/// SubjectPublicKeyInfo of an RSA key whose modulus (all ones) has so many bits, a multiple of 8: of the right form,
/// and made without a search for primes.
inline Bytes rsa_spki(unsigned bits) {
  const auto wrapped = [](std::uint8_t tag, const Bytes& content) {
    Bytes out{tag, 0x82, static_cast<std::uint8_t>(content.size() >> 8U), static_cast<std::uint8_t>(content.size())};
    out.insert(out.end(), content.begin(), content.end());
    return out;
  };
  Bytes modulus(1 + bits / 8, 0xff);
  modulus.front() = 0;
  Bytes numbers = wrapped(0x02, modulus);
  for (const std::uint8_t octet : {0x02, 0x03, 0x01, 0x00, 0x01}) numbers.push_back(octet);
  Bytes key = wrapped(0x30, numbers);
  key.insert(key.begin(), 0);  // no unused bits
  Bytes content = from_hex("300d06092a864886f70d0101010500");
  const Bytes string = wrapped(0x03, key);
  content.insert(content.end(), string.begin(), string.end());
  return wrapped(0x30, content);
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace sallyport::ike::test
