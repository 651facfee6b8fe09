#include "sallyport/ike/identity.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "distinguished_name.hpp"
#include "identity_text.hpp"
#include "openssl.hpp"
#include "sallyport/secret.hpp"

namespace sallyport::ike {
namespace {

using auth::as_octets;
using auth::as_text;
using auth::printable;

// A log line's worth.
constexpr std::size_t kMaxText = 512;

Error refused(std::string_view text, std::string_view why) {
  std::string message = "identity '" + printable(text) + "': ";
  message.append(why);
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

Error malformed(IdType type, std::string_view why) {
  std::string message = "identity of type " + to_text(type) + ": ";
  message.append(why);
  return {ErrorCode::kMalformedInput, std::move(message)};
}

Result<Bytes> octets_from_hex(std::string_view text, std::string_view digits) {
  auto octets = SecretBytes::from_hex(digits);
  if (!octets || octets->size() == 0) {
    return refused(text, "an even number of hexadecimal digits, two or more, has to follow");
  }
  const View seen = octets->expose();
  return Bytes(seen.begin(), seen.end());
}

// The text behind a prefix; nothing when it stands not there.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  return text.substr(prefix.size());
}

}  // namespace

namespace auth {

std::string_view name_fault(View octets, bool ascii_only) {
  for (const std::uint8_t octet : octets) {
    if (octet < 0x20 || octet == 0x7f) return "has a control character";
    if (octet == '*') return "has a wildcard, which only a configuration's pattern of peers may have";
    if (ascii_only && octet > 0x7f) return "has an octet that is not ASCII";
  }
  return {};
}

std::string_view mail_fault(View octets) {
  const std::string_view text = as_text(octets);
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return "is not of the form user@domain";
  return name_fault(octets, false);
}

TextKind classify(std::string_view text) {
  const std::pair<std::string_view, IdType> prefixes[] = {
      {"keyid:", IdType::kKeyId},      {"fqdn:", IdType::kFqdn},         {"dns:", IdType::kFqdn},
      {"email:", IdType::kRfc822Addr}, {"rfc822:", IdType::kRfc822Addr}, {"ipv4:", IdType::kIpv4Addr},
      {"ipv6:", IdType::kIpv6Addr},    {"asn1dn:", IdType::kDerAsn1Dn},  {"dn:", IdType::kDerAsn1Dn},
      {"@@", IdType::kRfc822Addr}};
  for (const auto& [prefix, type] : prefixes) {
    if (const auto rest = after(text, prefix)) return {type, *rest};
  }
  if (text.substr(0, 2) == "@#") return {IdType::kKeyId, text.substr(1)};
  if (text.substr(0, 1) == "@") return {IdType::kFqdn, text.substr(1)};
  if (text.find('=') != std::string_view::npos) return {IdType::kDerAsn1Dn, text};
  if (text.find('@') != std::string_view::npos) return {IdType::kRfc822Addr, text};
  if (text.find(':') != std::string_view::npos) return {IdType::kIpv6Addr, text};
  const bool numeric = text.find_first_not_of("0123456789.") == std::string_view::npos;
  return {numeric ? IdType::kIpv4Addr : IdType::kFqdn, text};
}

}  // namespace auth

Result<Identity> Identity::parse(std::string_view text) {
  if (text.empty()) return refused(text, "it is empty");
  if (text.size() > kMaxOctets) return refused(text, "it is longer than " + std::to_string(kMaxOctets) + " octets");
  if (text == "%any" || text == "*") return refused(text, "only a pattern of peers may be all of them");
  const auto [type, rest] = auth::classify(text);
  if (rest.empty()) return refused(text, "nothing follows the prefix");
  const View octets = as_octets(rest);
  std::string_view fault;
  switch (type) {
    case IdType::kIpv4Addr:
    case IdType::kIpv6Addr: {
      const auto address = IpAddress::parse(rest);
      if (!address || (address->version == 4) != (type == IdType::kIpv4Addr)) {
        return refused(text, type == IdType::kIpv4Addr ? "it looks like an IPv4 address and is none"
                                                       : "it looks like an IPv6 address and is none");
      }
      return from_address(*address);
    }
    case IdType::kDerAsn1Dn: {
      if (const auto digits = after(rest, "#")) {
        const auto der = octets_from_hex(text, *digits);
        return der ? from_name(*der) : der.error();
      }
      const auto name = auth::name_from_text(rest);
      if (!name) return name.error();
      if (auth::has_wildcard(name->get())) return refused(text, "only a pattern of peers may have wildcards");
      return from_name(auth::name_to_der(name->get()));
    }
    case IdType::kKeyId: {
      auto digits = after(rest, "0x");
      if (!digits) digits = after(rest, "#");
      if (!digits) return Identity(type, Bytes(octets.begin(), octets.end()));
      auto key_id = octets_from_hex(text, *digits);
      if (!key_id) return key_id.error();
      return Identity(type, std::move(key_id).value());
    }
    case IdType::kRfc822Addr:
      fault = auth::mail_fault(octets);
      break;
    default:
      fault = auth::name_fault(octets, true);
      if (rest.find(' ') != std::string_view::npos) fault = "has a space";
      if (rest.find('@') != std::string_view::npos) fault = "has an '@' and is not of the form user@domain";
      break;
  }
  if (!fault.empty()) return refused(text, "it " + std::string(fault));
  return Identity(type, Bytes(octets.begin(), octets.end()));
}

Result<Identity> Identity::from_payload(const IdPayload& payload) {
  const IdType type = payload.type;
  if (payload.data.empty()) return malformed(type, "no data");
  if (payload.data.size() > kMaxOctets) {
    return malformed(
        type, std::to_string(payload.data.size()) + " octets, at most " + std::to_string(kMaxOctets) + " are accepted");
  }
  std::string_view fault;
  switch (type) {
    case IdType::kIpv4Addr:
      if (payload.data.size() != 4) fault = "not of 4 octets";
      break;
    case IdType::kIpv6Addr:
      if (payload.data.size() != 16) fault = "not of 16 octets";
      break;
    case IdType::kFqdn:
      fault = auth::name_fault(payload.data, true);
      break;
    case IdType::kRfc822Addr:
      fault = auth::mail_fault(payload.data);
      break;
    case IdType::kDerAsn1Dn:
      return from_name(payload.data);
    case IdType::kDerAsn1Gn: {
      const std::uint8_t* at = payload.data.data();
      const auth::Owned<GENERAL_NAME, GENERAL_NAME_free> name(
          d2i_GENERAL_NAME(nullptr, &at, static_cast<long>(payload.data.size())));  // NOLINT(google-runtime-int)
      auth::take_openssl_error();
      if (!name || at != payload.data.data() + payload.data.size()) fault = "not DER of one GeneralName";
      break;
    }
    case IdType::kKeyId:
      break;
    default:
      fault = "not supported";
      break;
  }
  if (!fault.empty()) return malformed(type, fault);
  return Identity(type, payload.data);
}

Identity Identity::from_address(const IpAddress& address) {
  const bool v4 = address.version == 4;
  const View octets = View(address.octets).first(v4 ? 4 : 16);
  return {v4 ? IdType::kIpv4Addr : IdType::kIpv6Addr, Bytes(octets.begin(), octets.end())};
}

Result<Identity> Identity::from_name(View der) {
  if (der.size() > kMaxOctets) return malformed(IdType::kDerAsn1Dn, "longer than " + std::to_string(kMaxOctets));
  const auto name = auth::name_from_der(der);
  if (!name) return name.error();
  return Identity(IdType::kDerAsn1Dn, Bytes(der.begin(), der.end()));
}

IdPayload Identity::payload() const { return {.type = type_, .reserved = {}, .data = data_}; }

std::string Identity::to_string() const {
  std::string text;
  switch (type_) {
    case IdType::kIpv4Addr:
    case IdType::kIpv6Addr: {
      IpAddress address{.version = static_cast<std::uint8_t>(type_ == IdType::kIpv4Addr ? 4 : 6), .octets = {}};
      std::copy(data_.begin(), data_.end(), address.octets.begin());
      text = address.to_string();
      break;
    }
    case IdType::kDerAsn1Dn:
      if (const auto name = auth::name_from_der(data_)) text = auth::name_to_text(name->get());
      break;
    case IdType::kFqdn:
    case IdType::kRfc822Addr:
      text = printable(data_);
      break;
    default:
      text = (type_ == IdType::kKeyId ? "keyid:0x" : "gn:0x") + auth::hex(data_);
      break;
  }
  if (text.size() > kMaxText) text.replace(kMaxText, std::string::npos, "...");
  return text;
}

bool operator==(const Identity& a, const Identity& b) {
  if (a.type_ != b.type_) return false;
  const std::string_view left = as_text(a.data_);
  const std::string_view right = as_text(b.data_);
  if (left == right) return true;
  switch (a.type_) {
    case IdType::kFqdn:
      return auth::equal_ignoring_case(left, right);
    case IdType::kRfc822Addr: {
      const auto at = left.rfind('@');
      return at == right.rfind('@') && left.substr(0, at) == right.substr(0, at) &&
             auth::equal_ignoring_case(left.substr(at), right.substr(at));
    }
    case IdType::kDerAsn1Dn: {
      const auto name = auth::name_from_der(a.data_);
      const auto other = auth::name_from_der(b.data_);
      return name && other && X509_NAME_cmp(name->get(), other->get()) == 0;
    }
    default:
      return false;
  }
}

}  // namespace sallyport::ike
