#pragma once
/// @file
/// The schemes' properties, and their AlgorithmIdentifiers in DER.
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "sallyport/ike/signature.hpp"

namespace sallyport::ike::auth {

enum class Encoding : std::uint8_t { kPkcs1, kPss, kEcdsaDer, kEcdsaRaw, kEddsa };

struct SchemeRow {
  SignatureScheme scheme;
  AuthMethod method;
  HashId hash;
  Encoding encoding;
  const char* digest;                ///< OpenSSL's name; nullptr: the octets themselves are signed.
  std::string_view text;             ///< For logs.
  View sent;                         ///< AlgorithmIdentifier; empty for methods other than 14.
  std::array<View, 3> also_taken{};  ///< Other forms that mean the same.
};

std::span<const SchemeRow> scheme_table();
const SchemeRow& row_of(SignatureScheme scheme);

/// Whether keys of that kind sign by this row.
bool fits(const SchemeRow& row, KeyKind kind);

/// The row of method 14 with exactly this AlgorithmIdentifier, nullptr when there is none.
const SchemeRow* find_algorithm(View identifier);

}  // namespace sallyport::ike::auth
