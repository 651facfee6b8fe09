#include <string_view>

#include "sallyport/ike/key_schedule.hpp"

namespace sallyport::ike {
namespace {

std::string hex(const SecretBytes& secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t octet : secret.expose()) {
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
  return out;
}

// Names as Wireshark's own menus have them.
std::string encryption(const IkeSuite& suite) {
  const std::string bits = std::to_string(suite.key_bits);
  if (suite.encr == EncrId::kAesGcm16) return "AES-GCM-" + bits + " with 16 octet ICV [RFC5282]";
  return "AES-CBC-" + bits + " [RFC3602]";
}

std::string integrity(const IkeSuite& suite) {
  if (!suite.integ) return "NONE [RFC4306]";
  switch (*suite.integ) {
    case IntegId::kHmacSha2_256_128:
      return "HMAC_SHA2_256_128 [RFC4868]";
    case IntegId::kHmacSha2_384_192:
      return "HMAC_SHA2_384_192 [RFC4868]";
    default:
      return "HMAC_SHA2_512_256 [RFC4868]";
  }
}

}  // namespace

std::string wireshark_decryption_line(const IkeSuite& suite, const IkeKeys& keys, IkeSpi initiator, IkeSpi responder) {
  if (!supported(suite)) return {};
  return to_text(initiator) + "," + to_text(responder) + "," + hex(keys.sk_ei) + "," + hex(keys.sk_er) + ",\"" +
         encryption(suite) + "\"," + hex(keys.sk_ai) + "," + hex(keys.sk_ar) + ",\"" + integrity(suite) + "\"";
}

}  // namespace sallyport::ike
