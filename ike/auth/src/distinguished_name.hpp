#pragma once
/// @file
/// Distinguished names between text, DER and OpenSSL.
#include <string>
#include <string_view>

#include "openssl.hpp"
#include "sallyport/ike/bytes.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike::auth {

/// Most attributes of a name.
inline constexpr int kMaxNameEntries = 64;

/// "C=CH, O=Example, CN=gw", in this order; "/C=CH/O=Example/CN=gw" too. Types: C ST L O OU CN DC UID E (email,
/// emailAddress) T (title) G (GN, givenName) surname serialNumber street postalCode dnQualifier pseudonym initials
/// generationQualifier unstructuredName unstructuredAddress, in any case, or a dotted object identifier. "\," "\\" and
/// the like stand for the character, "\NN" and "\xNN" for an octet. Values are made PrintableString where they can be,
/// else UTF8String (email and DC: IA5String).
Result<NamePtr> name_from_text(std::string_view text);

/// DER of exactly one name of 1..kMaxNameEntries attributes.
Result<NamePtr> name_from_der(View der);

Bytes name_to_der(const X509_NAME* name);

/// As name_from_text reads it; attributes of one relative name are joined by " + ", which it does not read.
std::string name_to_text(const X509_NAME* name);

/// The same sequence of attributes, values compared as X.509 does (RFC 5280 7.1); "*" in the pattern is any value.
bool name_matches(const X509_NAME* pattern, const X509_NAME* name);
bool has_wildcard(const X509_NAME* name);

}  // namespace sallyport::ike::auth
