#include "sallyport/model/esp_codec.hpp"

#include <algorithm>
#include <string>

namespace sallyport::model {

Octets esp_plaintext(OctetView payload, std::size_t tfc, std::uint8_t next_header) {
  const std::size_t total = cipher_octets(payload.size() + tfc);
  const std::size_t padding = total - payload.size() - tfc - 2;
  Octets out;
  out.reserve(total);
  append(out, payload);
  out.resize(out.size() + tfc);
  for (std::size_t i = 1; i <= padding; ++i) out.push_back(static_cast<std::uint8_t>(i));
  out.push_back(static_cast<std::uint8_t>(padding));
  out.push_back(next_header);
  return out;
}

EspTrailer parse_esp_trailer(OctetView plaintext) {
  EspTrailer trailer;
  const std::size_t end = plaintext.size() - 2;
  const std::size_t padding = plaintext[end];
  trailer.next_header = plaintext[end + 1];
  if (padding > end) return trailer;
  trailer.payload = end - padding;
  trailer.padding_ok = true;
  for (std::size_t i = 0; i < padding; ++i) trailer.padding_ok &= plaintext[trailer.payload + i] == i + 1;
  return trailer;
}

EspCodec::EspCodec(AesGcm gcm, OctetView salt, bool esn) : gcm_(std::move(gcm)), esn_(esn) {
  std::copy(salt.begin(), salt.end(), salt_.begin());
}

Result<EspCodec> EspCodec::create(OctetView key, OctetView salt, bool esn) {
  if (salt.size() != kSaltOctets) {
    return Error{ErrorCode::kInvalidArgument,
                 "salt of " + std::to_string(salt.size()) + " octets; it has 4 (RFC 4106 4)"};
  }
  auto gcm = AesGcm::create(key);
  if (!gcm) return gcm.error();
  return EspCodec(std::move(gcm).value(), salt, esn);
}

Octets EspCodec::nonce(OctetView iv) const {
  Octets out(salt_.begin(), salt_.end());
  append(out, iv);
  return out;
}

// RFC 4106 5: SPI and sequence number; with ESN its upper half stands between the two.
Octets EspCodec::aad(std::uint32_t spi, std::uint64_t sequence) const {
  Octets out;
  append<4>(out, spi);
  if (esn_) {
    append<8>(out, sequence);
  } else {
    append<4>(out, sequence);
  }
  return out;
}

Octets EspCodec::seal(std::uint32_t spi, std::uint64_t sequence, OctetView plaintext, std::optional<std::uint64_t> iv) {
  Octets out;
  out.reserve(plaintext.size() + kEspClearOctets);
  append<4>(out, spi);
  append<4>(out, sequence);
  append<8>(out, iv.value_or(sequence));
  const Octets sealed = gcm_.seal(nonce(OctetView(out).last(kEspIvOctets)), aad(spi, sequence), plaintext);
  append(out, sealed);
  return out;
}

std::optional<Octets> EspCodec::open(OctetView esp, std::uint32_t sequence_high) {
  if (esp.size() < kEspClearOctets) return std::nullopt;
  const std::uint64_t sequence = std::uint64_t{sequence_high} << 32 | load32(esp, 4);
  const OctetView iv = esp.subspan(kEspHeaderOctets, kEspIvOctets);
  return gcm_.open(nonce(iv), aad(load32(esp, 0), sequence), esp.subspan(kEspHeaderOctets + kEspIvOctets));
}

}  // namespace sallyport::model
