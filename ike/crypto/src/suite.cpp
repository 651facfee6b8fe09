#include "sallyport/ike/suite.hpp"

#include <algorithm>

namespace sallyport::ike {
namespace {

struct KeSizes {
  std::size_t public_value = 0;
  std::size_t secret = 0;
};

KeSizes ke_sizes(KeMethod method) {
  switch (method) {
    case KeMethod::kCurve25519:
      return {32, 32};
    case KeMethod::kEcp256:
      return {64, 32};
    case KeMethod::kEcp384:
      return {96, 48};
    case KeMethod::kEcp521:
      return {132, 66};
    case KeMethod::kModp2048:
      return {256, 256};
    case KeMethod::kModp3072:
      return {384, 384};
    case KeMethod::kModp4096:
      return {512, 512};
    default:
      return {};
  }
}

bool aes_key(unsigned bits) { return bits == 128 || bits == 256; }

std::string cipher_text(EncrId encr, unsigned key_bits) { return to_text(encr) + "_" + std::to_string(key_bits); }

}  // namespace

bool supported(const IkeSuite& suite) {
  if (!aes_key(suite.key_bits) || !supported(suite.prf) || !supported(suite.ke)) return false;
  if (suite.encr == EncrId::kAesGcm16) return !suite.integ;
  return suite.encr == EncrId::kAesCbc && suite.integ && integrity_key_size(*suite.integ) != 0;
}

bool supported(const ChildSuite& suite) {
  return suite.encr == EncrId::kAesGcm16 && aes_key(suite.key_bits) && (!suite.ke || supported(*suite.ke));
}

bool supported(PrfId prf) { return prf_size(prf) != 0; }
bool supported(KeMethod method) { return public_value_size(method) != 0; }

std::size_t prf_size(PrfId prf) {
  switch (prf) {
    case PrfId::kHmacSha2_256:
      return 32;
    case PrfId::kHmacSha2_384:
      return 48;
    case PrfId::kHmacSha2_512:
      return 64;
    default:
      return 0;
  }
}

std::size_t integrity_key_size(IntegId integ) {
  switch (integ) {
    case IntegId::kHmacSha2_256_128:
      return 32;
    case IntegId::kHmacSha2_384_192:
      return 48;
    case IntegId::kHmacSha2_512_256:
      return 64;
    default:
      return 0;
  }
}

std::size_t integrity_icv_size(IntegId integ) { return integrity_key_size(integ) / 2; }

std::size_t minimum_nonce_size(PrfId prf) { return supported(prf) ? std::max<std::size_t>(16, prf_size(prf) / 2) : 0; }

std::size_t public_value_size(KeMethod method) { return ke_sizes(method).public_value; }
std::size_t shared_secret_size(KeMethod method) { return ke_sizes(method).secret; }

ProtectionSizes protection_sizes(const IkeSuite& suite) {
  if (!supported(suite)) return {};
  if (suite.encr == EncrId::kAesGcm16) {
    return {.key = suite.key_bits / 8, .salt = 4, .integ = 0, .iv = 8, .block = 1, .icv = 16};
  }
  return {.key = suite.key_bits / 8,
          .salt = 0,
          .integ = integrity_key_size(*suite.integ),
          .iv = 16,
          .block = 16,
          .icv = integrity_icv_size(*suite.integ)};
}

ProtectionSizes protection_sizes(const ChildSuite& suite) {
  if (!supported(suite)) return {};
  return {.key = suite.key_bits / 8, .salt = 4, .integ = 0, .iv = 8, .block = 1, .icv = 16};
}

std::string to_string(const IkeSuite& suite) {
  std::string text = cipher_text(suite.encr, suite.key_bits);
  if (suite.integ) text += "/" + to_text(*suite.integ);
  return text + "/" + to_text(suite.prf) + "/" + to_text(suite.ke);
}

std::string to_string(const ChildSuite& suite) {
  std::string text = cipher_text(suite.encr, suite.key_bits) + (suite.esn ? "/ESN" : "/32-bit");
  if (suite.ke) text += "/" + to_text(*suite.ke);
  return text;
}

}  // namespace sallyport::ike
