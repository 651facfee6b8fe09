#pragma once
/// @file
/// What the tests of this room share.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

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

inline std::vector<Certificate> certificates(const std::vector<TestCertificate>& made) {
  std::vector<Certificate> out;
  out.reserve(made.size());
  for (const TestCertificate& one : made) out.push_back(certificate(one));
  return out;
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
  const auto wrapped = [](std::string_view tag, const std::string& content) {
    char length[24];
    std::snprintf(length, sizeof length, "%04zx", content.size() / 2);
    return std::string(tag) + "82" + length + content;
  };
  const std::string modulus = wrapped("02", "00" + std::string(bits / 4, 'f'));
  const std::string key = wrapped("03", "00" + wrapped("30", modulus + "0203010001"));
  return from_hex(wrapped("30", "300d06092a864886f70d0101010500" + key));
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace sallyport::ike::test
