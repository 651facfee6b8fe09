#include "vectors/esp_parts.hpp"

#include <algorithm>
#include <cctype>

#include "sallyport/model/esp_codec.hpp"
#include "sallyport/model/ip_view.hpp"
#include "sallyport/model/outer_header.hpp"
#include "vectors/skips.hpp"

namespace sallyport::model {

namespace {

constexpr std::uint32_t kLeastSpi = 256;

bool names_other_cipher(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* other : {"chacha", "rfc 7634", "rfc7634"}) {
    if (text.find(other) != std::string::npos) return true;
  }
  return false;
}

std::string name_of(JsonReader& vector) {
  if (vector.has("name")) return vector.text("name");
  if (vector.has("id")) return "id " + vector.at("id").dump();
  return vector.place();
}

/// The transport-mode packet around these parts, if one exists that a fresh inbound SA lets through.
std::optional<EspPacketCase> packet_of(const GcmCase& gcm, OctetView salt, std::uint32_t spi, bool esn) {
  const std::size_t sequence_octets = esn ? 8 : 4;
  if (spi < kLeastSpi || gcm.aad.size() != 4 + sequence_octets || load32(gcm.aad, 0) != spi) return std::nullopt;
  const std::uint64_t sequence = esn ? load<8>(gcm.aad, 4) : load32(gcm.aad, 4);
  constexpr std::uint64_t kLastFirstNumber = UINT32_MAX - 1024;  // a fresh window with ESN would guess wrong above
  if (sequence == 0 || (esn && sequence > kLastFirstNumber)) return std::nullopt;
  if (gcm.plaintext->size() < kEspLeastCipherOctets || gcm.plaintext->size() % 4 != 0) return std::nullopt;
  const EspTrailer trailer = parse_esp_trailer(*gcm.plaintext);
  if (!trailer.padding_ok || trailer.next_header == kProtocolNone) return std::nullopt;

  Octets header(kIpv4HeaderOctets);
  header[0] = 0x45;
  header[8] = 64;
  store<4>(header, 12, 0xC0000201);  // 192.0.2.1
  store<4>(header, 16, 0xC6336401);  // 198.51.100.1
  store<2>(header, 2, header.size());
  const IpView ip = parse_ip(header);
  Octets esp;
  append<4>(esp, spi);
  append<4>(esp, sequence);
  append(esp, OctetView(gcm.nonce).subspan(kSaltOctets));
  append(esp, gcm.ciphertext);
  append(esp, gcm.tag);
  EspPacketCase out;
  out.key = gcm.key;
  out.salt.assign(salt.begin(), salt.end());
  out.spi = spi;
  out.esn = esn;
  out.tunnel = false;
  out.sealed = replace_upper(header, ip, kProtocolEsp, esp);
  out.plain = replace_upper(header, ip, trailer.next_header, OctetView(*gcm.plaintext).first(trailer.payload));
  return out;
}

}  // namespace

VectorCase parse_parts(JsonReader& vector, const std::string& source) {
  std::string name = name_of(vector);
  if (names_other_cipher(source) || names_other_cipher(name)) return {std::move(name), {}, {}, kSkipCipher};
  GcmCase gcm;
  gcm.key = vector.octets("key");
  const Octets salt = vector.octets("salt");
  gcm.nonce = salt;
  append(gcm.nonce, vector.octets("iv"));
  gcm.aad = vector.octets("aad");
  gcm.plaintext = vector.octets("plaintext");
  gcm.ciphertext = vector.octets("ciphertext");
  gcm.tag = vector.octets("icv");
  const std::uint64_t spi = vector.number("spi");
  const Json& esn = vector.at("esn");
  if (!esn.is_boolean()) vector.fail("esn", "is neither true nor false");
  if (spi > UINT32_MAX) vector.fail("spi", "has more than 32 bits");
  if (!is_aes_key(gcm.key)) vector.fail("key", "is not 16, 24 or 32 octets");
  if (gcm.plaintext->size() != gcm.ciphertext.size()) vector.fail("ciphertext", "is not as long as plaintext");
  if (vector.error()) return {};
  VectorCase out = classify(std::move(name), std::move(gcm));
  if (out.gcm) out.esp = packet_of(*out.gcm, salt, static_cast<std::uint32_t>(spi), esn.get<bool>());
  return out;
}

}  // namespace sallyport::model
