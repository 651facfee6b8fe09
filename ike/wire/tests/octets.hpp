#pragma once
/// @file
/// Octets as tests write them down.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/wire_error.hpp"

namespace sallyport::ike::test {

/// Hexadecimal digits, white space between them at will.
inline Bytes hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) digits += c;
  }
  Bytes out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return out;
}

inline std::string to_hex(View octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t octet : octets) {
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
  return out;
}

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// One after the other.
inline Bytes operator+(Bytes left, View right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) ADD_FAILURE() << "cannot read " << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Where the data of this room's tests are.
inline std::filesystem::path data_folder() { return std::filesystem::path(SALLYPORT_TEST_DATA) / "ike"; }

/// That octets are refused, with INVALID_SYNTAX and exactly this text.
template <class T>
void expect_refused(const Parsed<T>& parsed, std::string_view text) {
  ASSERT_FALSE(parsed.ok()) << "read, expected: " << text;
  EXPECT_EQ(parsed.error().answer, NotifyType::kInvalidSyntax);
  EXPECT_TRUE(parsed.error().data.empty());
  EXPECT_EQ(parsed.error().text, text);
}

/// That the payload is written as these octets, and read from them.
template <class Payload>
void expect_both_ways(const Payload& payload, const Bytes& body) {
  Bytes written{0xee};
  const auto result = payload.write(written);
  ASSERT_TRUE(result.ok()) << result.error().text;
  EXPECT_EQ(to_hex(View(written).subspan(1)), to_hex(body));
  EXPECT_EQ(written[0], 0xee) << "what stood before was written over";
  const auto parsed = Payload::parse(body);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text;
  EXPECT_EQ(*parsed, payload);
}

/// That the payload cannot be written, for a reason that holds these words, and that nothing is appended.
template <class Payload>
void expect_unwritable(const Payload& payload, std::string_view words) {
  Bytes out{1, 2};
  const auto result = payload.write(out);
  ASSERT_FALSE(result.ok()) << "written, expected: " << words;
  EXPECT_NE(result.error().text.find(words), std::string::npos) << result.error().text;
  EXPECT_EQ(out, (Bytes{1, 2}));
}

}  // namespace sallyport::ike::test
