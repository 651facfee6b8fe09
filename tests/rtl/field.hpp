// A device under attack and what a test does with it. Unlike the golden comparison, commands may come while packets are
// inside.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "accel/accelerator.hpp"
#include "device.hpp"
#include "sallyport/model/outer_header.hpp"
#include "support/environment.hpp"
#include "traffic.hpp"

namespace sallyport::test {

inline constexpr std::uint32_t kSas = 64;
inline constexpr std::uint32_t kWindow = 64;
inline constexpr std::uint64_t kStuck = 20'000'000;

inline abi::Verdict verdict(const PacketOut& out) { return static_cast<abi::Verdict>(out.status.verdict); }

class Field {
 public:
  /// A device of 64 entries in the profile under test.
  explicit Field(std::uint64_t seed, double stall = 0.0);
  /// Any device.
  Field(std::uint64_t seed, std::unique_ptr<sim::Accelerator> any, std::uint32_t sas)
      : traffic(seed, sas), accelerator(std::move(any)), device(*accelerator), sas_(sas) {}

  /// An SA with exactly these flags, no limits, that takes any inner packet.
  TestSa sa(std::uint32_t index, std::initializer_list<abi::SaFlag> flags) {
    TestSa out = traffic.sa(index);
    model::SaConfig config;
    config.head.spi = (out.config.head.spi & ~(sas_ - 1)) | index;
    config.head.path_mtu = 65535;
    for (const abi::SaFlag flag : flags) config.set(flag);
    if (config.inbound()) {
      config.ports = {0, 0xFFFF, 0, 0xFFFF};
    } else {
      config.out.ttl = 64;
      config.first[0] = config.second[0] = 10;
    }
    out.config = config;
    make_peer(out);
    return out;
  }
  static void make_peer(TestSa& sa) {
    const model::OctetView key = model::OctetView(sa.secret.key).first(sa.config.has(abi::SaFlag::kKey256) ? 32 : 16);
    sa.peer.emplace(model::EspCodec::create(key, sa.secret.salt, sa.config.has(abi::SaFlag::kEsn)).value());
    sa.peer_sequence = 0;
  }
  void install(TestSa& sa) {
    const auto got = device.commit(sa.index, sa.generation, model::encode_image(sa.config, sa.secret));
    ASSERT_EQ(got.code, abi::CmdCode::kOk) << sa.index;
    sa.generation = got.generation;
  }

  /// A plain IPv4 packet of n octets, 20 at least.
  model::Octets plain(std::size_t n) {
    model::Octets p = traffic.octets(n);
    p[0] = 0x45;
    p[1] = 0;
    model::store<2>(p, 2, n);
    model::store<2>(p, 6, 0x4000);
    p[8] = 64;
    p[9] = 17;
    return p;
  }
  PacketIn to_send(const TestSa& sa, model::Octets packet, std::uint32_t cookie = 0) {
    abi::OutDesc desc;
    desc.index = static_cast<std::uint16_t>(sa.index);
    desc.generation = sa.generation;
    desc.length = static_cast<std::uint16_t>(packet.size());
    desc.next_header = 4;
    desc.flags = 1;
    desc.cookie = cookie;
    return {desc.pack(), std::move(packet)};
  }
  /// The ESP packet of the peer, in an outer IPv4 header.
  model::Octets sealed(TestSa& sa, std::uint64_t number, const model::Octets& inner) {
    return model::wrap_tunnel(outer_, {}, 0,
                              sa.peer->seal(sa.config.head.spi, number, model::esp_plaintext(inner, 0, 4)));
  }
  static PacketIn to_open(model::Octets packet, std::uint32_t cookie = 0) {
    abi::InDesc desc;
    desc.length = static_cast<std::uint16_t>(packet.size());
    desc.cookie = cookie;
    return {desc.pack(), std::move(packet)};
  }

  /// Everything that comes out of a direction until nothing is in flight there.
  std::vector<PacketOut> drain(Direction direction) {
    std::vector<PacketOut> out;
    std::uint64_t clocks = 0;
    while (accelerator->in_flight(direction) != 0 || accelerator->output_ready(direction)) {
      while (auto got = accelerator->pop(direction)) out.push_back(std::move(*got));
      if (accelerator->in_flight(direction) == 0) break;
      clocks += accelerator->run(1000);
      if (clocks > kStuck) {
        ADD_FAILURE() << "stuck with " << accelerator->in_flight(direction) << " packets inside";
        break;
      }
    }
    return out;
  }
  /// A snapshot that meets a broken word says so and shows nothing new; the next one sees the entry as that has left
  /// it.
  Snapshot look(std::uint32_t index) {
    for (int tries = 0; device.command(abi::Op::kSnapshot, index, 0).code == abi::CmdCode::kMemory; ++tries) {
      if (tries > 40) {
        ADD_FAILURE() << "entry " << index << " stays broken";
        break;
      }
    }
    return device.snapshot(index);
  }
  void settle() {
    std::uint64_t clocks = 0;
    while (!accelerator->idle() && clocks < kStuck) clocks += accelerator->run(100);
    EXPECT_LT(clocks, kStuck);
  }

  Traffic traffic;
  std::unique_ptr<sim::Accelerator> accelerator;
  Device device;

 private:
  std::uint32_t sas_ = kSas;
  model::SaConfig outer_ = [] {
    model::SaConfig c;
    c.out.ttl = 64;
    c.first[0] = c.second[0] = 10;
    return c;
  }();
};

}  // namespace sallyport::test
