// Clocks per packet of the compact accelerator, one direction at work, against the floor that one AES round a clock and
// engine sets.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/device.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/packet.hpp"

namespace {

using namespace sallyport;

constexpr std::uint64_t kGiveUpClocks = 10'000'000;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "sallyport_bench: %s\n", what.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) fail(result.error().text);
  return std::move(result).value();
}

/// An accelerator with its firmware and one SA pair whose two halves face each other.
struct Bench {
  std::unique_ptr<sim::Accelerator> accelerator;
  std::unique_ptr<HostedFirmware> firmware;
  std::unique_ptr<Device> device;
  SaPair pair;
};

Bench make_bench(std::size_t key_octets) {
  Bench bench;
  bench.accelerator = must(sim::Accelerator::create({}));
  bench.firmware = must(HostedFirmware::start(*bench.accelerator, 1));
  bench.device = std::make_unique<Device>(must(Device::open(*bench.accelerator, *bench.firmware)));
  const std::vector<std::uint8_t> key(key_octets, 0x5A);
  const std::array<std::uint8_t, 4> salt{1, 2, 3, 4};
  const InstallOptions options;
  Reservation reservation = must(bench.device->reserve(options));

  SaConfig in;
  in.direction = Direction::kInbound;
  in.key = SecretBytes(key);
  in.salt = SecretBytes(salt);
  in.esn = true;
  SaConfig out;
  out.direction = Direction::kOutbound;
  out.spi = reservation.spi();
  out.key = SecretBytes(key);
  out.salt = SecretBytes(salt);
  out.esn = true;
  out.path_mtu = 9600;
  out.outer = OuterHeader{must(IpAddress::parse("192.0.2.1")), must(IpAddress::parse("192.0.2.2")), 64, {}, {}};
  bench.pair = must(bench.device->install(reservation, in, out, options));
  return bench;
}

std::vector<std::uint8_t> udp_packet(std::size_t octets) {
  std::vector<std::uint8_t> p(octets, 0x33);
  const std::array<std::uint8_t, 20> head{0x45,
                                          0,
                                          static_cast<std::uint8_t>(octets >> 8),
                                          static_cast<std::uint8_t>(octets),
                                          0,
                                          1,
                                          0x40,
                                          0,
                                          64,
                                          17,
                                          0,
                                          0,
                                          10,
                                          0,
                                          0,
                                          1,
                                          10,
                                          0,
                                          0,
                                          2};
  std::copy(head.begin(), head.end(), p.begin());
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(p[i] << 8 | p[i + 1]);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  p[10] = static_cast<std::uint8_t>(~sum >> 8);
  p[11] = static_cast<std::uint8_t>(~sum);
  return p;
}

/// Pushes the packets and runs until all are out. Gives the clocks from the first to the last completed packet and the
/// octets out.
std::pair<std::uint64_t, std::vector<std::vector<std::uint8_t>>> drive(sim::Accelerator& accelerator,
                                                                       Direction direction,
                                                                       std::vector<PacketIn> packets) {
  const std::size_t count = packets.size();
  for (auto& packet : packets) accelerator.push(direction, std::move(packet));
  std::vector<std::vector<std::uint8_t>> out;
  std::uint64_t first = 0;
  const std::uint64_t give_up = accelerator.clocks_passed() + kGiveUpClocks;
  while (out.size() < count) {
    accelerator.run(1000);
    while (auto packet = accelerator.pop(direction)) {
      if (packet->status.verdict != static_cast<std::uint8_t>(abi::Verdict::kOk)) {
        fail(std::string("packet dropped: ") + abi::name(static_cast<abi::Verdict>(packet->status.verdict)));
      }
      if (out.empty()) first = accelerator.clocks_passed();
      out.push_back(std::move(packet->octets));
    }
    if (accelerator.clocks_passed() > give_up) fail("packets do not come out");
  }
  return {accelerator.clocks_passed() - first, std::move(out)};
}

}  // namespace

int main() {
  constexpr int kPackets = 60;
  constexpr double kClockMhz = 100.0;
  std::printf("compact profile, one lane, back to back on one SA; Gbit/s of inner packets at %.0f MHz\n\n", kClockMhz);
  std::printf("%-8s %7s | %10s %7s %8s | %10s %7s %8s\n", "key", "octets", "out clocks", "floor", "Gbit/s", "in clocks",
              "floor", "Gbit/s");
  std::uint64_t clocks = 0;
  double seconds = 0;
  for (const std::size_t key_octets : {16U, 32U}) {
    Bench bench = make_bench(key_octets);
    const unsigned rounds = key_octets == 16 ? 10 : 14;
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t before = bench.accelerator->clocks_evaluated();
    for (const std::size_t octets : {64U, 256U, 570U, 1400U, 9000U}) {
      const std::size_t cipher = (octets + 2 + 3) / 4 * 4;
      const std::size_t blocks = (cipher + 15) / 16 + 1;
      const auto floor = static_cast<double>(blocks * rounds) / bench.device->info().engines;
      std::vector<PacketIn> plain;
      for (std::uint32_t i = 0; i < kPackets; ++i) {
        plain.push_back(must(outbound_packet(bench.pair.out(), SaMode::kTunnel, udp_packet(octets), i)));
      }
      auto [out_clocks, esp] = drive(*bench.accelerator, Direction::kOutbound, std::move(plain));
      std::vector<PacketIn> wire;
      for (std::uint32_t i = 0; i < kPackets; ++i) wire.push_back(must(inbound_packet(std::move(esp[i]), i)));
      auto [in_clocks, back] = drive(*bench.accelerator, Direction::kInbound, std::move(wire));
      if (back.back() != udp_packet(octets)) fail("a packet came back changed");
      const double out_each = static_cast<double>(out_clocks) / (kPackets - 1);
      const double in_each = static_cast<double>(in_clocks) / (kPackets - 1);
      const double bits = static_cast<double>(octets) * 8 * kClockMhz / 1000;
      std::printf("AES-%-4zu %7zu | %10.1f %6.1f%% %8.3f | %10.1f %6.1f%% %8.3f\n", key_octets * 8, octets, out_each,
                  100 * floor / out_each, bits / out_each, in_each, 100 * floor / in_each, bits / in_each);
    }
    clocks += bench.accelerator->clocks_evaluated() - before;
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  std::printf(
      "\nfloor: share of the clocks that the AES rounds alone need, spread over all engines. Simulation: %.0f clocks a "
      "second.\n",
      static_cast<double>(clocks) / seconds);
  return 0;
}
