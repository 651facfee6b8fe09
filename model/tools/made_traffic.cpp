#include "made_traffic.hpp"

namespace sallyport::tools {

namespace {

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86DD;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kDestinationOptions = 60;
constexpr std::uint8_t kNoNextHeader = 59;
constexpr std::uint8_t kExperimental = 253;  // RFC 3692: an upper layer without ports

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : dice_(seed) {}

  std::vector<CapturedFrame> make() {
    sizes();
    for (int i = 0; i < 24; ++i) mixture();
    jumbos();
    return std::move(frames_);
  }

 private:
  /// Every small size, so that each length of padding and each fill of a 16-octet beat occurs.
  void sizes() {
    for (std::uint32_t size = 1; size <= 48; ++size) {
      const IpFields f = fields();
      put4(f, make_ipv4(f, kUdp, make_udp(f.way, false, 5000, 6000, dice_.octets(size))));
      put6(f, make_ipv6(f, {}, kUdp, make_udp(f.way, true, 5000, 6000, dice_.octets(size))));
      put4(f, make_ipv4(f, kExperimental, dice_.octets(size)));
    }
    const IpFields f = fields();
    put4(f, make_ipv4(f, kExperimental, {}));
    put6(f, make_ipv6(f, {}, kNoNextHeader, {}));
  }

  void mixture() {
    for (int i = 0; i < 3; ++i) plain();
    options();
    extensions();
    fragments();
    cut();
    if (dice_.below(2) == 0) frames_.push_back(whole(make_arp(way())));
    if (dice_.below(3) == 0) frames_.push_back(whole(make_lldp()));
  }

  void plain() {
    IpFields f = fields();
    const Octets data = dice_.octets(dice_.between(1, 1300));
    put4(f, make_ipv4(f, kTcp, make_tcp(f.way, false, 40000, 80, dice_.below(1U << 30U), data)));
    f = fields();
    const Octets small = dice_.octets(dice_.between(1, 200));
    put6(f, make_ipv6(f, {}, kTcp, make_tcp(f.way, true, 40001, 443, dice_.below(1U << 30U), small)));
    f = fields();
    const auto number = static_cast<std::uint16_t>(dice_.below(1U << 16U));
    put4(f, make_ipv4(f, kIcmp, make_echo(f.way, false, number, dice_.octets(56))));
    put6(f, make_ipv6(f, {}, kIcmp6, make_echo(f.way, true, number, dice_.octets(56))));
  }

  /// 1 to 10 words of options: no-operations around a router alert (RFC 2113), then end of list.
  void options() {
    IpFields f = fields();
    f.options.assign(4 * dice_.between(1, 10), 1);
    f.options.back() = 0;
    if (f.options.size() >= 8) model::store<4>(f.options, 0, 0x94040000);
    put4(f, make_ipv4(f, kUdp, make_udp(f.way, false, 5001, 6001, dice_.octets(dice_.between(1, 400)))));
  }

  Extension padding_options(std::uint8_t type) {
    const std::uint32_t body = 8 * dice_.between(1, 4) - 2;
    Extension out{type, Octets(body)};
    out.body[0] = 1;  // PadN over the whole body
    out.body[1] = static_cast<std::uint8_t>(body - 2);
    return out;
  }
  /// Type 4 (segment routing, RFC 8754) with one segment and none left.
  Extension routing() {
    Extension out{kRouting, {}};
    model::append<6>(out.body, 0x040000000000);
    model::append(out.body, dice_.octets(16));
    return out;
  }
  std::vector<Extension> chain() {
    std::vector<Extension> out;
    const std::uint32_t which = dice_.between(1, 15);
    if ((which & 1U) != 0) out.push_back(padding_options(kHopByHop));
    if ((which & 2U) != 0) out.push_back(padding_options(kDestinationOptions));
    if ((which & 4U) != 0) out.push_back(routing());
    if ((which & 8U) != 0) out.push_back(padding_options(kDestinationOptions));
    return out;
  }
  void extensions() {
    const IpFields f = fields();
    put6(f, make_ipv6(f, chain(), kUdp, make_udp(f.way, true, 5002, 6002, dice_.octets(dice_.between(1, 400)))));
  }

  void fragments() {
    IpFields f = fields();
    f.dont_fragment = false;
    const Octets datagram = make_udp(f.way, false, 5003, 6003, dice_.octets(dice_.between(300, 900)));
    for (const auto& packet : make_ipv4_fragments(f, kUdp, datagram, 8 * dice_.between(20, 60))) put4(f, packet);
    const Octets six = make_udp(f.way, true, 5003, 6003, dice_.octets(dice_.between(300, 900)));
    const auto extensions = dice_.below(2) == 0 ? std::vector<Extension>{} : chain();
    for (const auto& packet : make_ipv6_fragments(f, extensions, kUdp, six, 8 * dice_.between(20, 60))) put6(f, packet);
  }

  void cut() {
    if (dice_.below(2) == 0) return;
    const IpFields f = fields();
    const Octets packet = make_ipv4(f, kUdp, make_udp(f.way, false, 5004, 6004, dice_.octets(dice_.between(200, 900))));
    CapturedFrame frame = whole(make_frame(f.way, kEtherIpv4, packet, true));
    frame.octets.resize(dice_.between(20, 96));
    frames_.push_back(std::move(frame));
  }

  void jumbos() {
    for (const std::uint32_t size : {8999U, 9000U}) {
      const IpFields f = fields();
      put4(f, make_ipv4(f, kUdp, make_udp(f.way, false, 5005, 6005, dice_.octets(size - 28))));
      put6(f, make_ipv6(f, {}, kUdp, make_udp(f.way, true, 5005, 6005, dice_.octets(size - 48))));
    }
  }

  Way way() { return dice_.below(2) == 0 ? Way::kLeftToRight : Way::kRightToLeft; }
  IpFields fields() {
    IpFields f;
    f.way = way();
    f.traffic_class = static_cast<std::uint8_t>(dice_.below(256));
    f.ttl = static_cast<std::uint8_t>(dice_.between(1, 255));
    f.dont_fragment = dice_.below(3) == 0;
    f.id = static_cast<std::uint16_t>(dice_.below(1U << 16U));
    return f;
  }

  static CapturedFrame whole(Octets octets) {
    const std::size_t length = octets.size();
    return {std::move(octets), length};
  }
  void put4(const IpFields& f, const Octets& packet) {
    frames_.push_back(whole(make_frame(f.way, kEtherIpv4, packet, dice_.below(2) == 0)));
  }
  void put6(const IpFields& f, const Octets& packet) {
    frames_.push_back(whole(make_frame(f.way, kEtherIpv6, packet, dice_.below(2) == 0)));
  }

  Dice dice_;
  std::vector<CapturedFrame> frames_;
};

}  // namespace

std::vector<CapturedFrame> make_traffic(std::uint64_t seed) { return Maker(seed).make(); }

}  // namespace sallyport::tools
