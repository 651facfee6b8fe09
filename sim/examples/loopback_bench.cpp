// A SystemC bench of your own around the accelerator: one device encrypts packets to itself and decrypts them again.
//
//   traffic (SC_THREAD) --push--> AcceleratorModule --on_packet--> back in on the inbound side --> compare
//
// It shows what a bench needs: an Accelerator, firmware and driver over it, an SA pair, and the module that keeps the
// device in step with SystemC's time.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <systemc>
#include <utility>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/device.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/packet.hpp"
#include "world/accelerator_module.hpp"

namespace {

using namespace sallyport;

/// Every step of the set-up gives a Result; a bench may give up at the first that failed.
template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "loopback_bench: %s\n", result.error().text.c_str());
  std::exit(EXIT_FAILURE);
}

/// A minimal IPv4 packet: header without options (checksum left 0, nobody looks at it here) and some octets.
std::vector<std::uint8_t> make_packet(std::size_t octets, std::uint8_t fill) {
  constexpr std::uint8_t kVersionAndLength = 0x45;
  constexpr std::uint8_t kTtl = 64;
  constexpr std::uint8_t kExperimental = 253;  // RFC 3692
  std::vector<std::uint8_t> packet(octets, fill);
  const std::array<std::uint8_t, 20> header{kVersionAndLength,
                                            0,
                                            static_cast<std::uint8_t>(octets >> 8U),
                                            static_cast<std::uint8_t>(octets),
                                            0,
                                            0,
                                            0,
                                            0,
                                            kTtl,
                                            kExperimental,
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
  std::copy(header.begin(), header.end(), packet.begin());
  return packet;
}

class LoopbackBench : public sc_core::sc_module {
 public:
  explicit LoopbackBench(const sc_core::sc_module_name& name)
      : sc_module(name),
        accelerator_(must(sim::Accelerator::create({}))),
        firmware_(must(HostedFirmware::start(*accelerator_, 1))),
        device_(must(Device::open(*accelerator_, *firmware_))),
        module_("accelerator", *accelerator_, [this](Direction d, PacketOut out) { came_out(d, std::move(out)); }) {
    SC_HAS_PROCESS(LoopbackBench);
    SC_THREAD(traffic);
    key();
  }
  // The SAs end with the bench; nobody needs to hear of it.
  ~LoopbackBench() override { pair_.forget(); }

  [[nodiscard]] bool passed() const { return identical_ == kPackets; }

 private:
  static constexpr std::uint32_t kPackets = 20;

  void key() {
    const std::array<std::uint8_t, 32> key{1, 2, 3};
    const std::array<std::uint8_t, 4> salt{4, 5, 6, 7};
    auto reservation = must(device_.reserve({}));
    SaConfig in;
    in.direction = Direction::kInbound;
    in.key = SecretBytes(key);
    in.salt = SecretBytes(salt);
    SaConfig out;
    out.direction = Direction::kOutbound;
    out.spi = reservation.spi();
    out.key = SecretBytes(key);
    out.salt = SecretBytes(salt);
    out.outer = OuterHeader{must(IpAddress::parse("192.0.2.1")), must(IpAddress::parse("192.0.2.2")), 64, {}, {}};
    pair_ = must(device_.install(reservation, in, out, {}));
  }

  void traffic() {
    constexpr double kGapUs = 5;
    for (std::uint32_t i = 0; i < kPackets; ++i) {
      auto packet = make_packet(40 + 60 * i, static_cast<std::uint8_t>(i));
      module_.push(Direction::kOutbound, must(outbound_packet(pair_.out(), SaMode::kTunnel, packet, i)));
      wait(kGapUs, sc_core::SC_US);
    }
  }

  void came_out(Direction direction, PacketOut out) {
    const std::uint32_t number = out.status.cookie;
    if (out.status.verdict != static_cast<std::uint8_t>(abi::Verdict::kOk)) {
      std::printf("packet %u dropped: %s\n", number, abi::name(static_cast<abi::Verdict>(out.status.verdict)));
      return;
    }
    std::printf("%10s  %s packet %2u, %4zu octets\n", sc_core::sc_time_stamp().to_string().c_str(),
                direction == Direction::kOutbound ? "ESP  " : "plain", number, out.octets.size());
    if (direction == Direction::kOutbound) {
      module_.push(Direction::kInbound, must(inbound_packet(std::move(out.octets), number)));
    } else if (out.octets == make_packet(40 + 60 * number, static_cast<std::uint8_t>(number))) {
      ++identical_;
    }
  }

  std::unique_ptr<sim::Accelerator> accelerator_;
  std::unique_ptr<HostedFirmware> firmware_;
  Device device_;
  sim::AcceleratorModule module_;
  SaPair pair_;
  std::uint32_t identical_ = 0;
};

}  // namespace

int sc_main(int, char**) {
  LoopbackBench bench("bench");
  sc_core::sc_start();  // until nothing is left to do
  std::printf("%s\n", bench.passed() ? "all packets came back as they went in" : "FAILED");
  return bench.passed() ? EXIT_SUCCESS : EXIT_FAILURE;
}
