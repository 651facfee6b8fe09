// Which identities a certificate stands for.
#include <algorithm>
#include <string>

#include "distinguished_name.hpp"
#include "openssl.hpp"
#include "sallyport/ike/certificate.hpp"

namespace sallyport::ike {
namespace {

// Names listed in an error.
constexpr int kMaxListed = 8;

View octets_of(const ASN1_STRING* text) {
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The GeneralName as an identity; an empty type: of no kind that identities have.
IdPayload as_identity(const GENERAL_NAME* name) {
  int type = -1;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  IdType id = IdType::kNull;
  if (type == GEN_DNS) id = IdType::kFqdn;
  if (type == GEN_EMAIL) id = IdType::kRfc822Addr;
  if (type == GEN_IPADD) {
    id = octets_of(static_cast<const ASN1_STRING*>(value)).size() == 4 ? IdType::kIpv4Addr : IdType::kIpv6Addr;
  }
  if (id == IdType::kNull) return {.type = id, .reserved = {}, .data = {}};
  const View octets = octets_of(static_cast<const ASN1_STRING*>(value));
  return {.type = id, .reserved = {}, .data = Bytes(octets.begin(), octets.end())};
}

Error not_confirmed(const Identity& identity, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "the certificate does not stand for '" + identity.to_string() + "': " + why};
}

}  // namespace

Result<void> Certificate::confirms(const Identity& identity) const {
  if (identity.type() == IdType::kDerAsn1Dn) {
    const auto name = subject_identity();
    if (name && *name == identity) return {};
    return not_confirmed(identity, "its subject is '" + subject() + "'");
  }
  if (identity.type() == IdType::kKeyId || identity.type() == IdType::kDerAsn1Gn) {
    return not_confirmed(identity, "identities of type " + to_text(identity.type()) + " need a pre-shared key");
  }
  int critical = 0;
  const auth::NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509_.get(), NID_subject_alt_name, &critical, nullptr)));
  auth::take_openssl_error();
  if (!names) {
    return not_confirmed(identity, critical == -1 ? "it has no subjectAltName" : "its subjectAltName is malformed");
  }
  std::string listed;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    // Names that are no identities (wildcards, control characters) confirm nothing.
    const auto candidate = Identity::from_payload(as_identity(sk_GENERAL_NAME_value(names.get(), i)));
    if (!candidate) continue;
    if (*candidate == identity) return {};
    if (i < kMaxListed) listed.append(listed.empty() ? "" : ", ").append(candidate->to_string());
  }
  return not_confirmed(identity, listed.empty() ? "its subjectAltName has no name of a host, mailbox or address"
                                                : "its subjectAltName has " + listed);
}

}  // namespace sallyport::ike
