#include "chain_check.hpp"

#include <algorithm>
#include <array>

namespace sallyport::ike::auth {
namespace {

using UsagePtr = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using ObjectPtr = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;

constexpr std::array<int, 7> kPurposes{NID_ipsec_IKE,   NID_ipsecEndSystem, NID_ipsecTunnel,        NID_ipsecUser,
                                       NID_server_auth, NID_client_auth,    NID_anyExtendedKeyUsage};
// Of an expired draft, and still what some systems want to see.
constexpr const char* kIkeIntermediate = "1.3.6.1.5.5.8.2.2";

Error refused(const Certificate& certificate, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "certificate '" + certificate.subject() + "': " + why};
}

}  // namespace

Result<void> check_signs(const Certificate& leaf) {
  // All bits set when there is no keyUsage.
  const std::uint32_t usage = X509_get_key_usage(leaf.get());
  if ((usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0) return {};
  return refused(leaf, "its keyUsage allows no signatures (digitalSignature or nonRepudiation)");
}

Result<void> check_purpose(const Certificate& certificate) {
  if ((X509_get_extension_flags(certificate.get()) & EXFLAG_INVALID) != 0) {
    return refused(certificate, "its extensions are malformed or contradict each other");
  }
  int critical = 0;
  const UsagePtr usages(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate.get(), NID_ext_key_usage, &critical, nullptr)));
  take_openssl_error();
  if (!usages) {
    if (critical == -1) return {};
    return refused(certificate, "its extendedKeyUsage is malformed");
  }
  const ObjectPtr ike_intermediate(OBJ_txt2obj(kIkeIntermediate, 1));
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    const ASN1_OBJECT* usage = sk_ASN1_OBJECT_value(usages.get(), i);
    if (std::find(kPurposes.begin(), kPurposes.end(), OBJ_obj2nid(usage)) != kPurposes.end()) return {};
    if (ike_intermediate && OBJ_cmp(usage, ike_intermediate.get()) == 0) return {};
  }
  return refused(certificate, "its extendedKeyUsage is for other things than IKE (wanted: ipsecIKE, serverAuth, ...)");
}

}  // namespace sallyport::ike::auth
