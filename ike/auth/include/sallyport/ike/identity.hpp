#pragma once
/// @file
/// Who a peer says that it is (RFC 7296 3.5), and which of those a configuration means.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sallyport/ike/bytes.hpp"
#include "sallyport/ike/numbers.hpp"
#include "sallyport/ike/payloads.hpp"
#include "sallyport/ip_address.hpp"
#include "sallyport/result.hpp"

namespace sallyport::ike {

/// One identity: a kind and its octets, checked. Two are equal when they mean the same: names of hosts without regard
/// to case, electronic mail without regard to the case of its domain, distinguished names as X.509 compares them,
/// addresses and key IDs octet by octet.
class Identity {
 public:
  /// Longest accepted identity, in octets.
  static constexpr std::size_t kMaxOctets = 4096;

  /// As users write it: "gw.example.org" (FQDN; "@gw" and "fqdn:gw" too), "user@example.org" ("email:..."), an IPv4 or
  /// IPv6 address, "C=CH, O=Example, CN=gw" (distinguished name; "dn:..." or "asn1dn:..." too, hexadecimal DER after
  /// "asn1dn:#"), "keyid:0x00ff" or "@#00ff" (octets), "keyid:text". Errors say what is wrong where; wildcards are
  /// refused, since they belong to IdentityPattern.
  static Result<Identity> parse(std::string_view text);

  /// As it came. Refused: kinds without a meaning here (FC_NAME, NULL, unknown numbers), empty or too long data,
  /// control characters and wildcards in names, DER that is not exactly one name.
  static Result<Identity> from_payload(const IdPayload& payload);

  static Identity from_address(const IpAddress& address);
  /// DER of one X.509 Name that is not empty.
  static Result<Identity> from_name(View der);

  [[nodiscard]] IdPayload payload() const;
  [[nodiscard]] IdType type() const { return type_; }
  [[nodiscard]] View data() const { return data_; }
  /// As parse() reads it, safe for logs: whatever is not printable ASCII stands as "\xNN".
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Identity& a, const Identity& b);

 private:
  Identity(IdType type, Bytes data) : type_(type), data_(std::move(data)) {}

  IdType type_;
  Bytes data_;
};

/// How well a pattern fits; the larger the better.
enum class IdentityMatch : std::uint8_t { kNone, kAny, kWildcard, kExact };

/// Which identities a configuration means: all, a family, or one.
class IdentityPattern {
 public:
  /// All identities.
  IdentityPattern() = default;
  /// This one.
  explicit IdentityPattern(Identity one) : one_(std::move(one)), kind_(Kind::kOne) {}

  /// What Identity::parse reads, and "%any" or "*" (all), "*.example.org" (every name below, at any depth),
  /// "*@example.org" (everybody there), "C=CH, O=Example, CN=*" (any value for that attribute; number and order of the
  /// attributes are the pattern's).
  static Result<IdentityPattern> parse(std::string_view text);

  [[nodiscard]] IdentityMatch match(const Identity& identity) const;
  [[nodiscard]] bool matches(const Identity& identity) const { return match(identity) != IdentityMatch::kNone; }
  /// The only identity that matches; nullptr when more than one does.
  [[nodiscard]] const Identity* one() const { return one_ ? &*one_ : nullptr; }
  [[nodiscard]] std::string to_string() const;

 private:
  enum class Kind : std::uint8_t { kAny, kOne, kHostSuffix, kMailDomain, kName };

  std::optional<Identity> one_;
  Kind kind_ = Kind::kAny;
  std::string suffix_;  ///< kHostSuffix: ".example.org"; kMailDomain: "@example.org".
  Bytes name_;          ///< kName: DER with "*" for any value.
};

}  // namespace sallyport::ike
