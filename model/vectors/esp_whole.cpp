#include "vectors/esp_whole.hpp"

#include <algorithm>
#include <cctype>

#include "sallyport/model/esp_codec.hpp"
#include "sallyport/model/ip_view.hpp"
#include "vectors/skips.hpp"

namespace sallyport::model {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// algs is a string, or strings in an array or object.
bool is_gcm(JsonReader& vector) {
  return !vector.has("algs") || lower(vector.at("algs").dump()).find("gcm") != std::string::npos;
}

bool tag_is_16_octets(JsonReader& vector) {
  if (!vector.has("icv_len")) return true;
  const Json& length = vector.at("icv_len");
  const std::string text = length.is_string() ? length.get<std::string>() : length.dump();
  return text == "16" || text == "128" || lower(text) == "0x10" || text == "10";
}

bool is_transport(JsonReader& vector) {
  if (!vector.has("mode")) return false;
  const Json& mode = vector.at("mode");
  return mode.is_string() ? lower(mode.get<std::string>()).find("transport") != std::string::npos : mode == 1;
}

bool has_esn(JsonReader& vector) {
  if (!vector.has("esn")) return false;
  const Json& esn = vector.at("esn");
  if (esn.is_boolean()) return esn.get<bool>();
  if (esn.is_string() && (esn == "true" || esn == "false")) return esn == "true";
  return vector.number("esn") != 0;
}

/// The SPI as the file states it, or what the packet says. A decimal string would read as another number, so that
/// reading is tried too.
bool spi_agrees(JsonReader& vector, std::uint32_t in_packet) {
  if (!vector.has("spi")) return true;
  const Json& spi = vector.at("spi");
  return (spi.is_string() && spi == std::to_string(in_packet)) || vector.number("spi") == in_packet;
}

struct EspAt {
  bool udp = false;
  OctetView esp{};
};

std::optional<EspAt> esp_in_packet(OctetView sealed) {
  const IpView ip = parse_ip(sealed);
  if (!ip.ok || (ip.protocol != kProtocolEsp && ip.protocol != kProtocolUdp)) return std::nullopt;
  const bool udp = ip.protocol == kProtocolUdp;
  const std::size_t skip = udp ? kUdpHeaderOctets : 0;
  if (ip.upper.size() < skip + kEspClearOctets + kEspLeastCipherOctets) return std::nullopt;
  return EspAt{udp, ip.upper.subspan(skip)};
}

}  // namespace

VectorCase parse_whole_packet(JsonReader& vector) {
  VectorCase out;
  out.name = vector.has("name") ? vector.text("name") : vector.place();
  EspPacketCase esp;
  esp.key = vector.octets("key");
  if (!is_gcm(vector)) {
    out.skip = kSkipCipher;
  } else if (esp.key.size() == 24) {
    out.skip = kSkipKey192;
  } else if (!tag_is_16_octets(vector)) {
    out.skip = kSkipTag;
  }
  if (!out.skip.empty()) return out;

  esp.salt = vector.octets("salt");
  esp.plain = vector.octets("input_text");
  esp.sealed = vector.octets("output_text");
  esp.esn = has_esn(vector);
  esp.tunnel = !is_transport(vector);
  if (!is_aes_key(esp.key)) vector.fail("key", "is not 16, 24 or 32 octets");
  if (esp.salt.size() != kSaltOctets) vector.fail("salt", "is not 4 octets");
  if (!parse_ip(esp.plain).ok) vector.fail("input_text", "is not a whole IP packet");
  const auto place = esp_in_packet(esp.sealed);
  if (!place) vector.fail("output_text", "is not a whole IP packet with ESP in it");
  if (vector.error()) return {};
  esp.udp = place->udp;
  esp.spi = load32(place->esp, 0);
  if (!spi_agrees(vector, esp.spi)) vector.fail("spi", "is not the one in output_text");
  if (vector.error()) return {};
  constexpr std::uint32_t kLeastSpi = 256;
  if (esp.spi < kLeastSpi) {
    out.skip = kSkipSpi;
  } else if (load32(place->esp, 4) == 0) {
    out.skip = kSkipSequence;
  } else {
    out.esp = std::move(esp);
  }
  return out;
}

}  // namespace sallyport::model
