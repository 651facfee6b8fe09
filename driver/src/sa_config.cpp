#include "sallyport/sa_config.hpp"

#include "sallyport/image_words.hpp"
#include "sallyport/regs.hpp"

namespace sallyport {
namespace {

constexpr std::uint64_t kNoSoftLimit = UINT64_MAX;
constexpr std::uint64_t kLeastIntegrityLimit = std::uint64_t{1} << 32;
constexpr std::uint16_t kLeastPathMtu = 68;  // RFC 791: what every link carries

using Words = std::array<std::uint64_t, abi::kImageWords>;

Error bad(const std::string& text) { return {ErrorCode::kInvalidArgument, "SA: " + text}; }

// The first octet becomes the most significant one; short input is filled with zero.
std::uint64_t big_endian(std::span<const std::uint8_t> octets) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | (i < octets.size() ? octets[i] : 0U);
  return value;
}

template <class Struct>
std::uint64_t word_of(const Struct& fields) {
  const auto octets = fields.pack();
  static_assert(octets.size() == 8);
  return big_endian(octets);
}

void put_address(Words& words, unsigned at, const IpAddress& address) {
  const std::span<const std::uint8_t> octets(address.octets);
  words[at] = big_endian(octets.first(8));
  words[at + 1] = big_endian(octets.last(8));
}

Result<void> check_keys(const SaConfig& config) {
  if (config.key.size() != 16 && config.key.size() != 32) {
    return bad("key has " + std::to_string(config.key.size()) + " octets; 16 (AES-128) or 32 (AES-256) are needed");
  }
  if (config.salt.size() != 4) {
    return bad("salt has " + std::to_string(config.salt.size()) + " octets; 4 are needed (RFC 4106 8.1)");
  }
  return {};
}

Result<void> check_common(const SaConfig& config) {
  if (config.spi.value < 256) {
    return bad("spi is " + std::to_string(config.spi.value) + "; 0..255 are reserved (RFC 4303 2.1)");
  }
  const Lifetime& life = config.lifetime;
  if (life.integrity == 0) return bad("lifetime.integrity is 0; the SA would be dead at once");
  if (life.integrity < kLeastIntegrityLimit && !life.force_integrity) {
    return bad("lifetime.integrity is " + std::to_string(life.integrity) +
               "; below 2^32 a stranger on the path can kill the SA, so it needs force_integrity");
  }
  return {};
}

Result<void> check_outbound(const SaConfig& config) {
  const Selectors& s = config.selectors;
  if (s.source || s.destination || s.protocol != 0 || !s.source_ports.any() || !s.destination_ports.any()) {
    return bad("selectors belong to the inbound direction");
  }
  if (config.path_mtu < kLeastPathMtu) {
    return bad("path_mtu is " + std::to_string(config.path_mtu) + "; the least is " + std::to_string(kLeastPathMtu));
  }
  if (config.mode == SaMode::kTransport) {
    if (config.outer) return bad("outer belongs to tunnel mode");
    return {};
  }
  if (!config.outer) return bad("outer is needed for an outbound tunnel");
  const OuterHeader& outer = *config.outer;
  if (outer.source.version != outer.destination.version) {
    return bad("outer.source " + outer.source.to_string() + " and outer.destination " + outer.destination.to_string() +
               " are of different families");
  }
  if (outer.ttl == 0) return bad("outer.ttl is 0; packets would not leave the host");
  if (outer.dscp.value_or(0) > 63) return bad("outer.dscp is " + std::to_string(*outer.dscp) + "; 0..63 are possible");
  return {};
}

Result<void> check_prefix(const char* field, const std::optional<IpPrefix>& prefix) {
  if (prefix && prefix->length > prefix->address.bits()) {
    return bad(std::string("selectors.") + field + " has prefix length " + std::to_string(prefix->length) + "; 0.." +
               std::to_string(prefix->address.bits()) + " are possible");
  }
  return {};
}

Result<void> check_inbound(const SaConfig& config) {
  if (config.outer) return bad("outer belongs to the outbound direction");
  const Selectors& s = config.selectors;
  if (const auto ok = check_prefix("source", s.source); !ok) return ok.error();
  if (const auto ok = check_prefix("destination", s.destination); !ok) return ok.error();
  if (s.source && s.destination && s.source->address.version != s.destination->address.version) {
    return bad("selectors.source " + s.source->to_string() + " and selectors.destination " +
               s.destination->to_string() + " are of different families");
  }
  for (const PortRange& ports : {s.source_ports, s.destination_ports}) {
    if (ports.low > ports.high) {
      return bad("selectors: ports " + std::to_string(ports.low) + ".." + std::to_string(ports.high) +
                 " run backwards");
    }
  }
  return {};
}

std::uint16_t flags_of(const SaConfig& config) {
  unsigned flags = 0;
  const auto set = [&flags](abi::SaFlag flag, bool on) { flags |= on ? 1U << static_cast<unsigned>(flag) : 0U; };
  set(abi::SaFlag::kInbound, config.direction == Direction::kInbound);
  set(abi::SaFlag::kKey256, config.key.size() == 32);
  set(abi::SaFlag::kEsn, config.esn);
  set(abi::SaFlag::kTunnel, config.mode == SaMode::kTunnel);
  set(abi::SaFlag::kUdpEncap, config.udp.has_value());
  set(abi::SaFlag::kDecTtl, config.decrement_ttl);
  set(abi::SaFlag::kEcnCompat, config.ecn_compatibility);
  set(abi::SaFlag::kNoReplay, !config.anti_replay);
  set(abi::SaFlag::kIcvForce, config.lifetime.force_integrity);
  if (config.outer) {
    set(abi::SaFlag::kOuterV6, config.outer->source.version == 6);
    set(abi::SaFlag::kDfSet, config.outer->df == DfRule::kSet);
    set(abi::SaFlag::kDfClear, config.outer->df == DfRule::kClear);
    set(abi::SaFlag::kDscpFixed, config.outer->dscp.has_value());
  }
  return static_cast<std::uint16_t>(flags);
}

void put_outbound(Words& words, const SaConfig& config) {
  abi::SaWord1Out word1;
  if (config.udp) {
    word1.udp_sport = config.udp->source_port;
    word1.udp_dport = config.udp->destination_port;
  }
  if (config.outer) {
    word1.ttl = config.outer->ttl;
    word1.dscp = config.outer->dscp.value_or(0);
    put_address(words, abi::kWordAddressA, config.outer->source);
    put_address(words, abi::kWordAddressB, config.outer->destination);
  }
  words[1] = word_of(word1);
}

void put_inbound(Words& words, const SaConfig& config) {
  const Selectors& s = config.selectors;
  words[1] = word_of(abi::SaWord1In{.sport_lo = s.source_ports.low,
                                    .sport_hi = s.source_ports.high,
                                    .dport_lo = s.destination_ports.low,
                                    .dport_hi = s.destination_ports.high});
  abi::SaWord11In rule;
  rule.protocol = s.protocol;
  if (s.source) {
    put_address(words, abi::kWordAddressA, s.source->address);
    rule.src_plen = s.source->length;
    rule.family = s.source->address.version;
  }
  if (s.destination) {
    put_address(words, abi::kWordAddressB, s.destination->address);
    rule.dst_plen = s.destination->length;
    rule.family = s.destination->address.version;
  }
  words[abi::kWordLast] = word_of(rule);
}

Result<void> write_word(Bus& bus, unsigned slot, unsigned word, std::uint64_t value) {
  const std::uint32_t address = regs::kStagingAddress + (slot * abi::kSlotWords + word) * 8;
  if (const auto low = bus.write32(address, static_cast<std::uint32_t>(value)); !low) return low.error();
  return bus.write32(address + 4, static_cast<std::uint32_t>(value >> 32));
}

}  // namespace

Result<SaImage> encode(const SaConfig& config) {
  if (const auto ok = check_keys(config); !ok) return ok.error();
  if (const auto ok = check_common(config); !ok) return ok.error();
  const bool inbound = config.direction == Direction::kInbound;
  if (const auto ok = inbound ? check_inbound(config) : check_outbound(config); !ok) return ok.error();

  Words words{};
  words[0] = word_of(abi::SaWord0{.spi = config.spi.value, .path_mtu = config.path_mtu, .flags = flags_of(config)});
  if (inbound) {
    put_inbound(words, config);
  } else {
    put_outbound(words, config);
  }
  words[abi::kWordSoftOctets] = kNoSoftLimit;
  words[abi::kWordHardOctets] = config.lifetime.octets.value;
  words[abi::kWordSoftPackets] = kNoSoftLimit;
  words[abi::kWordHardPackets] = config.lifetime.packets.value;
  words[abi::kWordIntegrity] = config.lifetime.integrity;
  const auto key = config.key.expose();
  for (std::size_t at = 0; at < key.size(); at += 8) words[abi::kWordKey + at / 8] = big_endian(key.subspan(at, 8));
  words[abi::kWordSalt] = big_endian(config.salt.expose());
  SaImage image(words);
  wipe(words);
  return image;
}

Result<void> write_staging(Bus& bus, unsigned slot, const SaImage& image) {
  for (unsigned word = 0; word < abi::kImageWords; ++word) {
    const auto done = write_word(bus, slot, word, image[word]);
    if (done) continue;
    static_cast<void>(clear_staging(bus, slot));
    return Error{done.error().code, "staging slot " + std::to_string(slot) + ": " + done.error().text};
  }
  return {};
}

Result<void> clear_staging(Bus& bus, unsigned slot) {
  Result<void> first_failure;
  for (unsigned word = abi::kWordKey; word < abi::kImageWords; ++word) {
    auto done = write_word(bus, slot, word, 0);
    if (!done && first_failure) first_failure = std::move(done);
  }
  return first_failure;
}

}  // namespace sallyport
