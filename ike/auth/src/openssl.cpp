#include "openssl.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>

namespace sallyport::ike::auth {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string take_openssl_error() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = reason != nullptr ? reason : "";
  ERR_clear_error();
  return text;
}

Error openssl_error(ErrorCode code, std::string_view what) {
  const std::string reason = take_openssl_error();
  std::string text(what);
  if (!reason.empty()) text.append(": ").append(reason);
  return {code, std::move(text)};
}

std::string hex(View octets) {
  std::string text;
  text.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    text.push_back(kDigits[octet >> 4U]);
    text.push_back(kDigits[octet & 15U]);
  }
  return text;
}

std::string printable(View octets, std::size_t most) {
  std::string text;
  for (const std::uint8_t octet : octets.first(std::min(octets.size(), most))) {
    if (octet >= 0x20 && octet <= 0x7e && octet != '\\') {
      text.push_back(static_cast<char>(octet));
    } else {
      text.append("\\x").append(hex({&octet, 1}));
    }
  }
  if (octets.size() > most) text.append("...");
  return text;
}

std::string printable(std::string_view text, std::size_t most) { return printable(as_octets(text), most); }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace sallyport::ike::auth
