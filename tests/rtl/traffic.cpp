#include "traffic.hpp"

#include <algorithm>

#include "sallyport/abi.hpp"

namespace sallyport::test {

using abi::SaFlag;
using model::Octets;
using model::OctetView;

namespace {

constexpr std::size_t kJumbo = 9000;
constexpr std::size_t kMaxPacket = 10240;

/// Addresses come from few prefixes, so that selectors hit and miss.
Octets address(Traffic& traffic, bool v6) {
  Octets out(v6 ? 16 : 4);
  out[0] = v6 ? 0xFD : 10;
  out[1] = static_cast<std::uint8_t>(traffic.below(2));
  for (std::size_t i = 2; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(traffic.below(4));
  return out;
}

std::uint16_t ipv4_checksum(OctetView header) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < header.size(); i += 2) sum += model::load16(header, i);
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

model::IpAddress as_field(const Octets& octets) {
  model::IpAddress out{};
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

}  // namespace

Octets Traffic::octets(std::size_t n) {
  Octets out(n);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random_());
  return out;
}

std::size_t Traffic::size() {
  const std::uint64_t kind = below(100);
  if (kind < 60) return below(140);
  if (kind < 90) return below(700);
  if (kind < 97) return below(1600);
  return below(kJumbo);
}

TestSa Traffic::sa(std::uint32_t index) {
  TestSa out;
  out.index = index;
  model::SaConfig& c = out.config;
  auto flag = [&](SaFlag f, unsigned percent) {
    if (chance(percent)) c.set(f);
  };
  const bool inbound = index % 2 != 0;
  flag(SaFlag::kInbound, inbound ? 100 : 0);
  flag(SaFlag::kKey256, 50);
  flag(SaFlag::kEsn, 50);
  flag(SaFlag::kTunnel, 60);
  flag(SaFlag::kOuterV6, 50);
  flag(SaFlag::kUdpEncap, 40);
  flag(SaFlag::kDecTtl, 30);
  flag(SaFlag::kDfSet, 25);
  flag(SaFlag::kDfClear, 25);
  flag(SaFlag::kDscpFixed, 30);
  flag(SaFlag::kEcnCompat, 30);
  flag(SaFlag::kNoReplay, 15);
  flag(SaFlag::kIcvForce, 100);
  c.head.spi = static_cast<std::uint32_t>((random_() << 8 | 256) & ~std::uint64_t{num_sas_ - 1}) | index;
  constexpr std::uint16_t kMtus[] = {200, 576, 1280, 1500, 9000, 65535};
  c.head.path_mtu = chance(50) ? 65535 : kMtus[below(6)];
  c.icv_limit = chance(30) ? between(2, 6) : std::uint64_t{1} << 36;
  if (chance(30)) {
    c.hard_octets = between(4, 6000);
    c.soft_octets = between(1, c.hard_octets);
  }
  if (chance(30)) {
    c.hard_packets = between(1, 40);
    c.soft_packets = between(1, c.hard_packets);
  }
  if (inbound) {
    const bool any = chance(50);
    c.ports = {0, 0xFFFF, 0, 0xFFFF};
    const bool v6 = chance(50);
    c.first = as_field(address(*this, v6));
    c.second = as_field(address(*this, v6));
    if (!any) {
      c.rule.family = v6 ? 6 : 4;
      c.rule.src_plen = static_cast<std::uint8_t>(chance(80) ? between(0, 16) : between(0, v6 ? 128 : 32));
      c.rule.dst_plen = static_cast<std::uint8_t>(between(0, 16));
      if (chance(30)) c.rule.protocol = chance(50) ? 6 : 17;
      if (chance(30)) c.ports = {0, 0x9FFF, 0, 0xFFFF};
    }
  } else {
    c.out = {static_cast<std::uint16_t>(random_()), static_cast<std::uint16_t>(random_()),
             static_cast<std::uint8_t>(random_()), static_cast<std::uint8_t>(random_()), 0};
    c.first = as_field(octets(c.has(SaFlag::kOuterV6) ? 16 : 4));
    c.second = as_field(octets(c.has(SaFlag::kOuterV6) ? 16 : 4));
    if (chance(30)) c.soft_sequence = between(1, 30);
  }
  const Octets key = octets(32);
  std::copy(key.begin(), key.end(), out.secret.key.begin());
  const Octets salt = octets(4);
  std::copy(salt.begin(), salt.end(), out.secret.salt.begin());
  const OctetView used = OctetView(out.secret.key).first(c.has(SaFlag::kKey256) ? 32 : 16);
  out.peer.emplace(model::EspCodec::create(used, out.secret.salt, c.has(SaFlag::kEsn)).value());
  return out;
}

Octets Traffic::ip_packet(bool v6, std::size_t payload) {
  constexpr std::uint8_t kUppers[] = {1, 6, 17, 58, 132, 50};
  Octets p;
  const std::uint8_t upper = kUppers[below(6)];
  const std::uint8_t tos = static_cast<std::uint8_t>(random_());
  const std::uint8_t ttl = static_cast<std::uint8_t>(chance(10) ? below(3) : random_());
  const Octets src = address(*this, v6);
  const Octets dst = address(*this, v6);
  if (!v6) {
    const std::size_t words = chance(70) ? 5 : between(5, 15);
    p = octets(4 * words);
    p[0] = static_cast<std::uint8_t>(0x40 | words);
    p[1] = tos;
    model::store<2>(p, 2, p.size() + payload);
    model::store<2>(p, 6, chance(80) ? below(2) << 14 : chance(50) ? random_() & 0x7FFF : 1U << below(14));
    p[8] = ttl;
    p[9] = upper;
    model::store<2>(p, 10, 0);
    std::copy(src.begin(), src.end(), p.begin() + 12);
    std::copy(dst.begin(), dst.end(), p.begin() + 16);
    // A wrong checksum is not the accelerator's business and has to stay as wrong as it is.
    model::store<2>(p, 10, chance(90) ? ipv4_checksum(p) : chance(50) ? random_() & 0xFFFF : 0xFFFF);
  } else {
    p.resize(8);
    model::store<4>(p, 0, 6U << 28 | std::uint32_t{tos} << 20 | (random_() & 0xFFFFF));
    p[7] = ttl;
    model::append(p, src);
    model::append(p, dst);
    std::size_t nh = 6;
    constexpr std::uint8_t kExtensions[] = {0, 43, 60, 44};
    for (std::uint64_t n = chance(60) ? 0 : between(1, 4); n > 0; --n) {
      const std::uint8_t kind = kExtensions[chance(70) ? below(3) : 3];
      p[nh] = kind;
      nh = p.size();
      const std::size_t units = kind == 44 ? 0 : below(chance(10) ? 40 : 4);
      model::append(p, octets(8 + 8 * units));
      p[nh + 1] = static_cast<std::uint8_t>(units);
      if (kind == 44 && chance(80)) model::store<2>(p, nh + 2, chance(70) ? below(2) : 8);  // M; the smallest offset
    }
    p[nh] = upper;
    model::store<2>(p, 4, p.size() - 40 + payload);
  }
  model::append(p, octets(payload));
  return p;
}

PacketIn Traffic::outbound(const TestSa& sa, std::uint32_t cookie) {
  const bool v6 = chance(50);
  Octets p = ip_packet(v6, size());
  abi::OutDesc d;
  d.index = static_cast<std::uint16_t>(sa.index);
  d.generation = sa.generation;
  d.cookie = cookie;
  const bool tunnel = sa.config.tunnel() != chance(3);
  if (tunnel) {
    d.flags = 1;
    if (chance(20)) d.flags = static_cast<std::uint8_t>(d.flags | below(128) << 1);
    d.next_header = v6 ? 41 : 4;
    if (chance(5)) {
      d.next_header = 59;
      if (chance(60)) p = octets(1 + size());
    }
  } else {
    if (!chance(10)) {  // fragments cannot go in transport mode
      while (model::parse_ip(p).fragment) p = ip_packet(v6, size());
    }
    const model::IpView ip = model::parse_ip(p);
    d.esp_offset = static_cast<std::uint16_t>(ip.header_length);
    d.nh_offset = static_cast<std::uint16_t>(ip.protocol_offset);
    d.next_header = ip.protocol;
  }
  d.length = static_cast<std::uint16_t>(p.size());
  switch (below(60)) {  // mostly nothing
    case 0:
      d.length = static_cast<std::uint16_t>(d.length + between(1, 30));
      break;
    case 1:
      d.length =
          static_cast<std::uint16_t>(std::max<std::size_t>(1, p.size() - std::min<std::size_t>(p.size() - 1, 9)));
      break;
    case 2:
      p.resize(between(1, p.size()));
      d.length = static_cast<std::uint16_t>(p.size());
      break;
    case 3:
      p.clear();
      d.length = 0;
      break;
    case 4:
      d.generation = static_cast<std::uint16_t>(d.generation + between(1, 3));
      break;
    case 5:
      d.index = static_cast<std::uint16_t>(chance(50) ? below(num_sas_) : num_sas_ + below(6));
      break;
    case 6:
      d.esp_offset = static_cast<std::uint16_t>(d.esp_offset + 4 * below(3));
      break;
    case 7:
      d.nh_offset = static_cast<std::uint16_t>(below(60));
      break;
    case 8:
      d.next_header = static_cast<std::uint8_t>(random_());
      break;
    case 9:
      d.flags = static_cast<std::uint8_t>(random_());
      break;
    case 10:
      p[0] = static_cast<std::uint8_t>(random_());
      break;
    case 11:
      p = ip_packet(v6, kMaxPacket - between(0, 60));
      d.length = static_cast<std::uint16_t>(p.size());
      break;
    case 12:
      p.resize(p.size() + between(1, 20));
      d.length = static_cast<std::uint16_t>(p.size());
      break;
    default:
      break;
  }
  return {d.pack(), p};
}

std::uint64_t Traffic::peer_number(TestSa& sa) {
  if (chance(80) || sa.peer_sequence == 0) return ++sa.peer_sequence;
  const std::uint64_t kind = below(10);
  // Seen before, late, or too old.
  if (kind < 4) return sa.peer_sequence - std::min(sa.peer_sequence, below(chance(80) ? 100 : 1200));
  if (kind < 8) return sa.peer_sequence += between(1, 90);
  if (kind == 8) return sa.peer_sequence += between(1, 0x7000'0000);
  return 0;
}

Octets Traffic::plaintext_for(const TestSa& sa) {
  const std::uint8_t family = sa.config.rule.family;
  const bool v6 = family == 0 ? chance(50) : (family == 6) != chance(5);
  Octets payload;
  std::uint8_t next_header = v6 ? 41 : 4;
  if (sa.config.tunnel()) {
    payload = ip_packet(v6, size());
    if (chance(5)) payload.resize(chance(50) ? payload.size() - between(1, 4) : below(payload.size() + 1));
    if (chance(3)) next_header = static_cast<std::uint8_t>(random_());
  } else {
    payload = octets(size());
    constexpr std::uint8_t kUppers[] = {6, 17, 1, 58, 60, 44, 132};
    next_header = kUppers[below(7)];
  }
  if (chance(5)) next_header = 59;
  const std::size_t tfc = chance(20) ? below(200) : 0;
  Octets plain = model::esp_plaintext(payload, tfc, next_header);
  if (chance(10)) {  // padding longer than needed, as a peer may send it (RFC 4303 2.4)
    const std::size_t pad = (plain[plain.size() - 2] + 4 * between(1, 50)) % 252;
    plain.resize(payload.size() + tfc);
    for (std::size_t i = 1; i <= pad; ++i) plain.push_back(static_cast<std::uint8_t>(i));
    plain.push_back(static_cast<std::uint8_t>(pad));
    plain.push_back(next_header);
    while (plain.size() % 4 != 0) plain.insert(plain.begin(), 0x45);
  }
  if (chance(4)) plain[plain.size() - 2] = static_cast<std::uint8_t>(random_());
  if (chance(4)) plain[plain.size() - 1 - below(std::min<std::size_t>(plain.size(), 8))] ^= 0x40;
  return plain;
}

Octets Traffic::outer_packet(const TestSa& sa, const Octets& esp) {
  const bool v6 = sa.config.tunnel() ? sa.config.has(SaFlag::kOuterV6) : chance(50);
  const bool udp = sa.config.has(SaFlag::kUdpEncap) != chance(3);
  Octets upper;
  if (udp) {
    upper = octets(8);
    model::store<2>(upper, 4, 8 + esp.size() + (chance(3) ? 4 : 0));
  }
  model::append(upper, esp);
  Octets p;
  while (p.empty() || (model::parse_ip(p).fragment && !chance(5))) p = ip_packet(v6, 0);
  const model::IpView ip = model::parse_ip(p);
  if (!chance(2)) p[ip.protocol_offset] = udp ? 17 : 50;
  model::store<2>(p, v6 ? 4 : 2, p.size() + upper.size() - (v6 ? 40 : 0));
  if (!v6) {
    model::store<2>(p, 10, 0);
    model::store<2>(p, 10, ipv4_checksum(OctetView(p).first(ip.header_length)));
  }
  model::append(p, upper);
  return p;
}

PacketIn Traffic::inbound(TestSa& sa, std::uint32_t cookie) {
  const std::uint64_t number = peer_number(sa);
  const std::uint32_t spi = chance(3) ? static_cast<std::uint32_t>(random_()) : sa.config.head.spi;
  const std::optional<std::uint64_t> iv = chance(50) ? std::nullopt : std::optional<std::uint64_t>(random_());
  Octets esp = sa.peer->seal(spi, number, plaintext_for(sa), iv);
  if (chance(8)) esp[below(esp.size())] ^= static_cast<std::uint8_t>(1U << below(8));
  if (chance(2)) esp.resize(below(esp.size() + 1));
  if (chance(1)) esp = octets(below(40));
  Octets p = outer_packet(sa, esp);
  if (p.size() > 9600) p.resize(9600);
  if (chance(10)) p.resize(p.size() + between(1, 40));  // link padding
  if (chance(2)) p.resize(between(1, p.size()));
  if (chance(2)) p[below(std::min<std::size_t>(p.size(), 60))] ^= static_cast<std::uint8_t>(1U << below(8));
  return finish_inbound(std::move(p), cookie);
}

PacketIn Traffic::finish_inbound(Octets packet, std::uint32_t cookie) {
  abi::InDesc d;
  d.cookie = cookie;
  d.length = static_cast<std::uint16_t>(packet.size());
  if (chance(1)) d.length = static_cast<std::uint16_t>(d.length + between(1, 40));
  if (chance(1)) packet.clear();
  if (packet.empty()) d.length = 0;
  return {d.pack(), std::move(packet)};
}

}  // namespace sallyport::test
