// IP packets at random, good and bad, and a reader of them that knows nothing of the RTL.
#pragma once

#include "bench.hpp"

namespace sallyport::test {

/// Fields of ip_info_t (rtl/pkg/esp_pkg.sv) that a packet must give; all but `ok` only mean something if it is ok.
struct IpFacts {
  bool ok = false;
  bool v6 = false;
  std::size_t total = 0;
  std::size_t header = 0;
  std::size_t nh_offset = 0;
  std::uint8_t proto = 0;
  std::uint8_t tos = 0;
  std::uint8_t ttl = 0;
  bool df = false;
  bool frag = false;
  bool nonfirst = false;
  Octets src, dst, l4;  // 16 octets each, zero-filled
  std::size_t l4_bytes = 0;
};

inline bool is_extension(std::uint8_t proto) { return proto == 0 || proto == 43 || proto == 44 || proto == 60; }

inline IpFacts read_ip(OctetView p) {
  IpFacts f;
  auto word = [&](std::size_t at) { return static_cast<std::size_t>(p[at]) << 8 | p[at + 1]; };
  auto address = [&](std::size_t at, std::size_t n) {
    Octets out(p.begin() + static_cast<std::ptrdiff_t>(at), p.begin() + static_cast<std::ptrdiff_t>(at + n));
    out.resize(16);
    return out;
  };
  if (p.size() < 20) return f;
  if (p[0] >> 4 == 4) {
    f.header = 4 * (p[0] & 15U);
    f.total = word(2);
    if (f.header < 20 || f.header > f.total || f.total > p.size()) return f;
    f.nh_offset = 9;
    f.proto = p[9];
    f.tos = p[1];
    f.ttl = p[8];
    f.df = (p[6] & 0x40) != 0;
    f.frag = (word(6) & 0x3FFF) != 0;
    f.nonfirst = (word(6) & 0x1FFF) != 0;
    f.src = address(12, 4);
    f.dst = address(16, 4);
  } else if (p[0] >> 4 == 6 && p.size() >= 40) {
    f.v6 = true;
    f.total = 40 + word(4);
    if (f.total > p.size()) return f;
    f.header = 40;
    f.nh_offset = 6;
    f.proto = p[6];
    f.tos = static_cast<std::uint8_t>(word(0) >> 4);
    f.ttl = p[7];
    f.src = address(8, 16);
    f.dst = address(24, 16);
    while (is_extension(f.proto) && !f.nonfirst) {
      if (f.header + 8 > f.total) return f;
      const bool fragment = f.proto == 44;
      if (fragment) {
        f.frag = true;
        f.nonfirst = (word(f.header + 2) & 0xFFF8) != 0;
      }
      f.nh_offset = f.header;
      f.proto = p[f.header];
      f.header += fragment ? 8 : 8 * (1U + p[f.nh_offset + 1]);
      if (f.header > f.total) return f;
    }
  } else {
    return f;
  }
  f.ok = true;
  f.l4_bytes = std::min<std::size_t>(16, f.total - f.header);
  f.l4 = Octets(p.begin() + static_cast<std::ptrdiff_t>(f.header),
                p.begin() + static_cast<std::ptrdiff_t>(f.header + f.l4_bytes));
  f.l4.resize(16);
  return f;
}

/// A packet that is mostly good: options and extension headers, fragments, up to `most` octets behind the headers.
template <class B>
Octets random_ip(B& bench, std::size_t most) {
  Octets p;
  if (bench.chance(50)) {
    const std::size_t ihl = bench.chance(50) ? 5 : 5 + bench.below(11);
    p = bench.octets(4 * ihl + bench.below(static_cast<std::uint32_t>(most) + 1));
    p[0] = static_cast<std::uint8_t>(0x40 | ihl);
    put16(p, 2, p.size());
    if (bench.chance(80)) put16(p, 6, bench.chance(70) ? bench.below(2) << 14 : 1U << bench.below(14));
    return p;
  }
  p = bench.octets(40);
  p[0] = static_cast<std::uint8_t>(0x60 | (p[0] & 15));
  std::size_t nh = 6;
  const std::size_t count = bench.chance(40) ? 0 : bench.below(5);
  constexpr std::array<std::uint8_t, 4> kExtensions = {0, 43, 44, 60};
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t kind = kExtensions[bench.below(4)];
    p[nh] = kind;
    nh = p.size();
    const std::size_t units = kind == 44 ? 0 : bench.below(bench.chance(10) ? 60 : 4);
    const Octets header = bench.octets(8 * units + 8);
    p.insert(p.end(), header.begin(), header.end());
    p[nh + 1] = static_cast<std::uint8_t>(units);
    if (kind == 44 && bench.chance(80)) put16(p, nh + 2, bench.chance(70) ? bench.below(2) : 8U);
  }
  constexpr std::array<std::uint8_t, 6> kUppers = {6, 17, 50, 58, 59, 132};
  p[nh] = kUppers[bench.below(6)];
  const Octets payload = bench.octets(bench.below(static_cast<std::uint32_t>(most) + 1));
  p.insert(p.end(), payload.begin(), payload.end());
  put16(p, 4, p.size() - 40);
  return p;
}

/// Damages a packet in one of the ways that ip_parse has to notice, or not at all.
template <class B>
void damage_ip(B& bench, Octets& p) {
  switch (bench.below(12)) {
    case 0:
      p.resize(1 + bench.below(static_cast<std::uint32_t>(p.size())));  // cut off
      break;
    case 1: {  // link padding
      const Octets more = bench.octets(1 + bench.below(40));
      p.insert(p.end(), more.begin(), more.end());
      break;
    }
    case 2:
      p[0] = static_cast<std::uint8_t>(bench.random());  // version, IHL
      break;
    case 3:
      p[p[0] >> 4 == 6 ? 4 : 2] = static_cast<std::uint8_t>(bench.below(2));  // length
      break;
    case 4:
      p[p[0] >> 4 == 6 ? 5 : 3] = static_cast<std::uint8_t>(bench.random());
      break;
    case 5:
      if (p.size() > 41) p[41] = static_cast<std::uint8_t>(bench.random());  // length of an extension header
      break;
    default:
      break;
  }
}

}  // namespace sallyport::test
