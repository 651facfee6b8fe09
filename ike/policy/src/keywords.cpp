#include "keywords.hpp"

#include <algorithm>
#include <array>

namespace sallyport::ike {
namespace {

constexpr Keyword both(std::string_view text, Transform transform) { return {text, transform, true, true}; }
constexpr Keyword ike_only(std::string_view text, Transform transform) { return {text, transform, true, false}; }
constexpr Keyword esp_only(std::string_view text, Transform transform) { return {text, transform, false, true}; }

// Of one transform, the keyword that is written stands first. INTEG may stand in ESP proposals, where it is dropped.
const auto& keywords() {
  static const std::array table{
      both("aes128gcm16", Transform::encr(EncrId::kAesGcm16, 128)),
      both("aes128gcm", Transform::encr(EncrId::kAesGcm16, 128)),
      both("aes128gcm128", Transform::encr(EncrId::kAesGcm16, 128)),
      both("aes256gcm16", Transform::encr(EncrId::kAesGcm16, 256)),
      both("aes256gcm", Transform::encr(EncrId::kAesGcm16, 256)),
      both("aes256gcm128", Transform::encr(EncrId::kAesGcm16, 256)),
      ike_only("aes128", Transform::encr(EncrId::kAesCbc, 128)),
      ike_only("aes", Transform::encr(EncrId::kAesCbc, 128)),
      ike_only("aes256", Transform::encr(EncrId::kAesCbc, 256)),
      ike_only("prfsha256", Transform::prf(PrfId::kHmacSha2_256)),
      ike_only("prfsha384", Transform::prf(PrfId::kHmacSha2_384)),
      ike_only("prfsha512", Transform::prf(PrfId::kHmacSha2_512)),
      both("sha256", Transform::integ(IntegId::kHmacSha2_256_128)),
      both("sha2_256", Transform::integ(IntegId::kHmacSha2_256_128)),
      both("sha384", Transform::integ(IntegId::kHmacSha2_384_192)),
      both("sha2_384", Transform::integ(IntegId::kHmacSha2_384_192)),
      both("sha512", Transform::integ(IntegId::kHmacSha2_512_256)),
      both("sha2_512", Transform::integ(IntegId::kHmacSha2_512_256)),
      both("x25519", Transform::ke(KeMethod::kCurve25519)),
      both("curve25519", Transform::ke(KeMethod::kCurve25519)),
      both("ecp256", Transform::ke(KeMethod::kEcp256)),
      both("ecp384", Transform::ke(KeMethod::kEcp384)),
      both("ecp521", Transform::ke(KeMethod::kEcp521)),
      both("modp2048", Transform::ke(KeMethod::kModp2048)),
      both("modp3072", Transform::ke(KeMethod::kModp3072)),
      both("modp4096", Transform::ke(KeMethod::kModp4096)),
      esp_only("none", Transform::ke(KeMethod::kNone)),
      esp_only("modpnone", Transform::ke(KeMethod::kNone)),
      esp_only("esn", Transform::sn(SnId::kEsn)),
      esp_only("noesn", Transform::sn(SnId::k32Bit)),
  };
  return table;
}

}  // namespace

const Keyword* find_keyword(std::string_view text) {
  const auto& table = keywords();
  const auto* found = std::find_if(table.begin(), table.end(), [text](const Keyword& k) { return k.text == text; });
  return found == table.end() ? nullptr : found;
}

std::string keyword_of(const Transform& transform) {
  for (const Keyword& keyword : keywords()) {
    if (keyword.transform == transform) return std::string(keyword.text);
  }
  return to_text(transform);
}

}  // namespace sallyport::ike
