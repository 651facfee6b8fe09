#include "distinguished_name.hpp"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sallyport::ike::auth {
namespace {

struct AttributeType {
  std::string_view text;
  int nid;
};

// The first text of a number is the one written. SN and S are left out: to some they are the serial number and the
// surname, to others surname and state.
constexpr std::array<AttributeType, 28> kTypes{{
    {"C", NID_countryName},
    {"ST", NID_stateOrProvinceName},
    {"L", NID_localityName},
    {"O", NID_organizationName},
    {"OU", NID_organizationalUnitName},
    {"CN", NID_commonName},
    {"DC", NID_domainComponent},
    {"UID", NID_userId},
    {"E", NID_pkcs9_emailAddress},
    {"email", NID_pkcs9_emailAddress},
    {"emailAddress", NID_pkcs9_emailAddress},
    {"T", NID_title},
    {"title", NID_title},
    {"G", NID_givenName},
    {"GN", NID_givenName},
    {"givenName", NID_givenName},
    {"surname", NID_surname},
    {"serialNumber", NID_serialNumber},
    {"street", NID_streetAddress},
    {"postalCode", NID_postalCode},
    {"dnQualifier", NID_dnQualifier},
    {"pseudonym", NID_pseudonym},
    {"initials", NID_initials},
    {"generationQualifier", NID_generationQualifier},
    {"unstructuredName", NID_pkcs9_unstructuredName},
    {"unstructuredAddress", NID_pkcs9_unstructuredAddress},
    {"description", NID_description},
    {"name", NID_name},
}};

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kWildcard = "*";

using ObjectPtr = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;

Error refused(std::string_view text, std::string_view where, std::string_view why) {
  std::string message = "distinguished name '" + printable(text) + "': ";
  message.append(where).append(" ").append(why);
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Result<ObjectPtr> attribute_type(std::string_view whole, std::string_view text) {
  for (const auto& type : kTypes) {
    // Objects of the built-in table are static: freeing them does nothing.
    if (equal_ignoring_case(type.text, text)) return ObjectPtr(OBJ_nid2obj(type.nid));
  }
  const std::string where = "'" + printable(text) + "'";
  if (equal_ignoring_case(text, "SN")) return refused(whole, where, "is ambiguous; write serialNumber or surname");
  if (equal_ignoring_case(text, "S")) return refused(whole, where, "is ambiguous; write surname or ST");
  const bool dotted = text.size() <= 64 && text.find_first_not_of("0123456789.") == std::string_view::npos;
  ObjectPtr object(dotted ? OBJ_txt2obj(std::string(text).c_str(), 1) : nullptr);
  take_openssl_error();
  if (!object) return refused(whole, where, "is no known attribute type (C, O, OU, CN, ...) nor an object identifier");
  return object;
}

std::optional<unsigned> hex_pair(std::string_view text, std::size_t at) {
  unsigned value = 0;
  if (at + 2 > text.size()) return std::nullopt;
  for (const char c : text.substr(at, 2)) {
    const auto digit = std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

// Where the value that begins at `at` ends: at a separator that no backslash precedes, or at the text's end.
std::size_t value_end(std::string_view text, std::size_t at, char separator) {
  for (; at < text.size() && text[at] != separator; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at, text.size());
}

// Resolves backslashes; nothing when one has nothing to stand for.
std::optional<std::string> unescaped(std::string_view text) {
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      value.push_back(text[at]);
      continue;
    }
    if (++at == text.size()) return std::nullopt;
    const std::size_t digits = text[at] == 'x' ? at + 1 : at;
    if (const auto octet = hex_pair(text, digits)) {
      value.push_back(static_cast<char>(*octet));
      at = digits + 1;
    } else if (text[at] == 'x') {
      return std::nullopt;
    } else {
      value.push_back(text[at]);
    }
  }
  return value;
}

bool is_utf8(std::string_view text) {
  const View octets = as_octets(text);
  unsigned long character = 0;  // NOLINT(google-runtime-int): OpenSSL's
  for (std::size_t at = 0; at < octets.size();) {
    const int used = UTF8_getc(octets.data() + at, static_cast<int>(octets.size() - at), &character);
    if (used <= 0) return false;
    at += static_cast<std::size_t>(used);
  }
  return true;
}

int string_type(const ASN1_OBJECT* type, std::string_view value) {
  const int nid = OBJ_obj2nid(type);
  const bool ascii = std::all_of(value.begin(), value.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  if (ascii && (nid == NID_pkcs9_emailAddress || nid == NID_domainComponent)) return V_ASN1_IA5STRING;
  const int printable_type = ASN1_PRINTABLE_type(as_octets(value).data(), static_cast<int>(value.size()));
  return printable_type == V_ASN1_PRINTABLESTRING ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
}

Result<void> add_entry(X509_NAME* name, std::string_view whole, std::string_view entry) {
  const auto equals = entry.find('=');
  const std::string where = "'" + printable(entry) + "'";
  if (equals == std::string_view::npos) return refused(whole, where, "has no '='; write TYPE=value");
  const auto type = attribute_type(whole, trimmed(entry.substr(0, equals)));
  if (!type) return type.error();
  const auto value = unescaped(trimmed(entry.substr(equals + 1)));
  if (!value) return refused(whole, where, "has a '\\' that nothing follows; write \"\\\\\" for a backslash");
  if (value->empty()) return refused(whole, where, "has no value");
  if (!is_utf8(*value)) return refused(whole, where, "is not UTF-8");
  if (X509_NAME_entry_count(name) >= kMaxNameEntries) return refused(whole, where, "is one attribute too many");
  if (X509_NAME_add_entry_by_OBJ(name, type->get(), string_type(type->get(), *value), as_octets(*value).data(),
                                 static_cast<int>(value->size()), -1, 0) != 1) {
    return refused(whole, where, take_openssl_error());
  }
  return {};
}

std::string type_text(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  for (const auto& type : kTypes) {
    if (type.nid == nid) return std::string(type.text);
  }
  std::array<char, 80> dotted{};
  OBJ_obj2txt(dotted.data(), dotted.size(), object, 1);
  return dotted.data();
}

std::string value_text(const ASN1_STRING* value) {
  std::uint8_t* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) {
    take_openssl_error();
    return "\\x" + hex({ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))});
  }
  std::string text;
  const View octets{utf8, static_cast<std::size_t>(size)};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::uint8_t octet = octets[i];
    if (octet == ',') {
      text.append("\\,");
    } else if (octet == ' ' && (i == 0 || i + 1 == octets.size())) {
      text.append("\\x20");  // else whoever reads it takes it for a blank around the value
    } else {
      text.append(printable({&octet, 1}));
    }
  }
  OPENSSL_free(utf8);
  return text;
}

bool is_wildcard(const X509_NAME_ENTRY* entry) {
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
  return as_text({ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))}) == kWildcard;
}

// Through names of one attribute: OpenSSL compares only whole names in canonical form.
bool equal_values(const X509_NAME_ENTRY* a, const X509_NAME_ENTRY* b) {
  const NamePtr left(X509_NAME_new());
  const NamePtr right(X509_NAME_new());
  return left && right && X509_NAME_add_entry(left.get(), a, -1, 0) == 1 &&
         X509_NAME_add_entry(right.get(), b, -1, 0) == 1 && X509_NAME_cmp(left.get(), right.get()) == 0;
}

}  // namespace

Result<NamePtr> name_from_text(std::string_view text) {
  NamePtr name(X509_NAME_new());
  if (!name) return openssl_error(ErrorCode::kIo, "distinguished name");
  const std::string_view whole = trimmed(text);
  const char separator = whole.substr(0, 1) == "/" ? '/' : ',';
  std::size_t at = separator == '/' ? 1 : 0;
  if (whole.size() <= at) return refused(text, "it", "is empty");
  while (at <= whole.size()) {
    const std::size_t end = value_end(whole, at, separator);
    const auto added = add_entry(name.get(), text, trimmed(whole.substr(at, end - at)));
    if (!added) return added.error();
    at = end + 1;
  }
  return name;
}

Result<NamePtr> name_from_der(View der) {
  const std::uint8_t* at = der.data();
  NamePtr name(d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));  // NOLINT(google-runtime-int)
  if (!name) return openssl_error(ErrorCode::kMalformedInput, "distinguished name: not DER of a Name");
  if (at != der.data() + der.size()) {
    return Error{ErrorCode::kMalformedInput, "distinguished name: octets follow the Name at octet " +
                                                 std::to_string(static_cast<std::size_t>(at - der.data()))};
  }
  const int entries = X509_NAME_entry_count(name.get());
  if (entries < 1 || entries > kMaxNameEntries) {
    return Error{ErrorCode::kMalformedInput, "distinguished name: " + std::to_string(entries) + " attributes, 1.." +
                                                 std::to_string(kMaxNameEntries) + " are allowed"};
  }
  return name;
}

Bytes name_to_der(const X509_NAME* name) { return to_der(i2d_X509_NAME, name); }

std::string name_to_text(const X509_NAME* name) {
  std::string text;
  int last_set = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const int set = X509_NAME_ENTRY_set(entry);
    if (i != 0) text.append(set == last_set ? " + " : ", ");
    last_set = set;
    text.append(type_text(X509_NAME_ENTRY_get_object(entry)));
    text.append("=").append(value_text(X509_NAME_ENTRY_get_data(entry)));
  }
  return text;
}

bool name_matches(const X509_NAME* pattern, const X509_NAME* name) {
  const int entries = X509_NAME_entry_count(pattern);
  if (entries != X509_NAME_entry_count(name)) return false;
  for (int i = 0; i < entries; ++i) {
    const X509_NAME_ENTRY* wanted = X509_NAME_get_entry(pattern, i);
    const X509_NAME_ENTRY* given = X509_NAME_get_entry(name, i);
    if (X509_NAME_ENTRY_set(wanted) != X509_NAME_ENTRY_set(given)) return false;
    if (OBJ_cmp(X509_NAME_ENTRY_get_object(wanted), X509_NAME_ENTRY_get_object(given)) != 0) return false;
    if (!is_wildcard(wanted) && !equal_values(wanted, given)) return false;
  }
  return true;
}

bool has_wildcard(const X509_NAME* name) {
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    if (is_wildcard(X509_NAME_get_entry(name, i))) return true;
  }
  return false;
}

}  // namespace sallyport::ike::auth
