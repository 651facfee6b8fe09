#include <utility>

#include "distinguished_name.hpp"
#include "identity_text.hpp"
#include "openssl.hpp"
#include "sallyport/ike/identity.hpp"

namespace sallyport::ike {
namespace {

using auth::as_octets;
using auth::as_text;

Error refused(std::string_view text, std::string_view why) {
  std::string message = "identity pattern '" + auth::printable(text) + "': ";
  message.append(why);
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() > suffix.size() && auth::equal_ignoring_case(text.substr(text.size() - suffix.size()), suffix);
}

}  // namespace

Result<IdentityPattern> IdentityPattern::parse(std::string_view text) {
  if (text == "%any" || text == "*") return IdentityPattern();
  if (text.size() > Identity::kMaxOctets) return refused(text, "it is too long");
  IdentityPattern pattern;
  const auto [type, rest] = auth::classify(text);
  if (type == IdType::kDerAsn1Dn && rest.substr(0, 1) != "#") {
    const auto name = auth::name_from_text(rest);
    if (!name) return name.error();
    if (auth::has_wildcard(name->get())) {
      pattern.kind_ = Kind::kName;
      pattern.name_ = auth::name_to_der(name->get());
      return pattern;
    }
  }
  const bool host = type == IdType::kFqdn && rest.substr(0, 2) == "*.";
  const bool mail = type == IdType::kRfc822Addr && rest.substr(0, 2) == "*@";
  if (host || mail) {
    const std::string_view suffix = rest.substr(1);
    const std::string_view fault = auth::name_fault(as_octets(suffix), host);
    if (suffix.size() < 2) return refused(text, "nothing follows the wildcard; write %any for everybody");
    if (!fault.empty())
      return refused(text, "it " + std::string(fault) + "; one may stand in front, as \"*.\" or \"*@\"");
    if (suffix.find_first_of("@ ", 1) != std::string_view::npos) return refused(text, "it has a second '@' or a space");
    pattern.kind_ = host ? Kind::kHostSuffix : Kind::kMailDomain;
    pattern.suffix_ = suffix;
    return pattern;
  }
  auto one = Identity::parse(text);
  if (!one) return one.error();
  return IdentityPattern(std::move(one).value());
}

IdentityMatch IdentityPattern::match(const Identity& identity) const {
  bool matched = false;
  switch (kind_) {
    case Kind::kAny:
      return IdentityMatch::kAny;
    case Kind::kOne:
      return *one_ == identity ? IdentityMatch::kExact : IdentityMatch::kNone;
    case Kind::kHostSuffix:
      matched = identity.type() == IdType::kFqdn && ends_with(as_text(identity.data()), suffix_);
      break;
    case Kind::kMailDomain:
      // The suffix begins with '@', so that it is the whole domain.
      matched = identity.type() == IdType::kRfc822Addr && ends_with(as_text(identity.data()), suffix_);
      break;
    case Kind::kName: {
      if (identity.type() != IdType::kDerAsn1Dn) break;
      const auto pattern = auth::name_from_der(name_);
      const auto name = auth::name_from_der(identity.data());
      matched = pattern && name && auth::name_matches(pattern->get(), name->get());
      break;
    }
  }
  return matched ? IdentityMatch::kWildcard : IdentityMatch::kNone;
}

std::string IdentityPattern::to_string() const {
  switch (kind_) {
    case Kind::kOne:
      return one_->to_string();
    case Kind::kHostSuffix:
    case Kind::kMailDomain:
      return "*" + auth::printable(suffix_);
    case Kind::kName:
      if (const auto name = auth::name_from_der(name_)) return auth::name_to_text(name->get());
      [[fallthrough]];
    case Kind::kAny:
      return "%any";
  }
  return "%any";
}

}  // namespace sallyport::ike
