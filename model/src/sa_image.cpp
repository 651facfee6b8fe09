#include "sallyport/model/sa_image.hpp"

#include <openssl/crypto.h>

#include "sallyport/model/lifetime.hpp"

namespace sallyport::model {

namespace {

std::array<std::uint8_t, 8> octets_of(std::uint64_t word) {
  std::array<std::uint8_t, 8> out{};
  store<8>(out, 0, word);
  return out;
}

IpAddress address_of(std::uint64_t upper, std::uint64_t lower) {
  IpAddress out{};
  store<8>(out, 0, upper);
  store<8>(out, 8, lower);
  return out;
}

constexpr std::size_t kKeyWord = 12;
constexpr std::size_t kSaltWord = 16;

}  // namespace

SaSecret::~SaSecret() {
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(salt.data(), salt.size());
}

SaConfig decode_config(ImageView image) {
  SaConfig out;
  out.head = abi::SaWord0::unpack(octets_of(image[0]));
  out.out = abi::SaWord1Out::unpack(octets_of(image[1]));
  out.ports = abi::SaWord1In::unpack(octets_of(image[1]));
  out.first = address_of(image[2], image[3]);
  out.second = address_of(image[4], image[5]);
  out.soft_octets = image[6];
  out.hard_octets = image[7];
  out.soft_packets = image[8];
  out.hard_packets = image[9];
  out.icv_limit = image[10];
  out.soft_sequence = image[11];
  out.rule = abi::SaWord11In::unpack(octets_of(image[11]));
  return out;
}

SaSecret decode_secret(ImageView image) {
  SaSecret out;
  for (std::size_t i = 0; i < 4; ++i) store<8>(out.key, 8 * i, image[kKeyWord + i]);
  store<4>(out.salt, 0, image[kSaltWord] >> 32);
  return out;
}

ImageWords encode_image(const SaConfig& config, const SaSecret& secret) {
  ImageWords out{};
  out[0] = load<8>(config.head.pack(), 0);
  out[1] = config.inbound() ? load<8>(config.ports.pack(), 0) : load<8>(config.out.pack(), 0);
  out[2] = load<8>(config.first, 0);
  out[3] = load<8>(config.first, 8);
  out[4] = load<8>(config.second, 0);
  out[5] = load<8>(config.second, 8);
  out[6] = config.soft_octets;
  out[7] = config.hard_octets;
  out[8] = config.soft_packets;
  out[9] = config.hard_packets;
  out[10] = config.icv_limit;
  out[11] = config.inbound() ? load<8>(config.rule.pack(), 0) : config.soft_sequence;
  for (std::size_t i = 0; i < 4; ++i) out[kKeyWord + i] = load<8>(secret.key, 8 * i);
  out[kSaltWord] = load<4>(secret.salt, 0) << 32;
  return out;
}

abi::CmdCode check_config(const SaConfig& config, std::uint32_t index, std::uint32_t num_sas) {
  constexpr std::uint32_t kLastReservedSpi = 255;  // RFC 4303 2.1
  constexpr std::uint64_t kLeastIcvLimit = std::uint64_t{1} << 32;
  constexpr std::uint16_t kLeastMtu = 128;
  if (config.head.spi <= kLastReservedSpi) return abi::CmdCode::kBadImage;
  if (config.inbound() ? (config.head.spi & (num_sas - 1)) != index : config.head.path_mtu < kLeastMtu) {
    return abi::CmdCode::kBadImage;
  }
  const Lifetime octets{config.soft_octets, config.hard_octets, 0};
  const Lifetime packets{config.soft_packets, config.hard_packets, 0};
  if (!octets.valid() || !packets.valid()) return abi::CmdCode::kBadLimits;
  if (config.icv_limit < kLeastIcvLimit && !config.has(abi::SaFlag::kIcvForce)) return abi::CmdCode::kBadLimits;
  return abi::CmdCode::kOk;
}

}  // namespace sallyport::model
