// Clocks of the firmware on the Verilated management core, its clock and the accelerator's alike. JSON on standard
// output.
//
// A command counts from the write that rings the bell to the read that finds its answer: mailbox, crossings and the
// device's own work are inside, the host's writing of request and keys and its reading of the answer are not. They are
// in `host_clocks`.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "accel/accelerator.hpp"
#include "sallyport/core_firmware.hpp"
#include "sallyport/core_regs.hpp"
#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"
#include "sallyport/firmware_image.hpp"
#include "sallyport/packet.hpp"

namespace {

using nlohmann::json;
using sallyport::sim::Accelerator;

constexpr int kRounds = 30;
constexpr std::uint64_t kQuietNs = 100'000;

template <class T>
T must(sallyport::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "firmware_bench: %s\n", result.error().text.c_str());
  std::exit(1);
}
void must(const sallyport::Result<void>& result) {
  if (result) return;
  std::fprintf(stderr, "firmware_bench: %s\n", result.error().text.c_str());
  std::exit(1);
}

/// Passes everything through and looks at the clock when a bell is rung and when its answer is found.
class TimedBus final : public sallyport::Bus {
 public:
  explicit TimedBus(Accelerator& accelerator) : accelerator_(accelerator) {}
  sallyport::Result<std::uint32_t> read32(std::uint32_t address) override {
    auto value = accelerator_.read32(address);
    if (value && address == sallyport::core_regs::kRequestDoneAddress && *value == bell_) {
      served = accelerator_.clocks_evaluated() - rung_;
    }
    return value;
  }
  sallyport::Result<void> write32(std::uint32_t address, std::uint32_t value) override {
    if (address == sallyport::core_regs::kRequestBellAddress) {
      bell_ = value;
      rung_ = accelerator_.clocks_evaluated();
    }
    return accelerator_.write32(address, value);
  }
  [[nodiscard]] sallyport::EventDelivery event_delivery() const override { return accelerator_.event_delivery(); }
  [[nodiscard]] bool interrupt_pending() const override { return accelerator_.interrupt_pending(); }
  [[nodiscard]] std::uint64_t now_ns() const override { return accelerator_.now_ns(); }

  std::uint64_t served = 0;  ///< Clocks of the last command.

 private:
  Accelerator& accelerator_;
  std::uint32_t bell_ = 0;
  std::uint64_t rung_ = 0;
};

std::uint64_t median(std::vector<std::uint64_t> of) {
  if (of.empty()) {
    std::fprintf(stderr, "firmware_bench: nothing was measured: an event did not come\n");
    std::exit(1);
  }
  std::sort(of.begin(), of.end());
  return of[of.size() / 2];
}

/// One elaboration, measured.
class Bench {
 public:
  Bench(sallyport::sim::Variant variant, sallyport::sim::Profile profile) {
    sallyport::sim::AcceleratorOptions options;
    options.variant = variant;
    options.profile = profile;
    accelerator_ = must(Accelerator::create(options));
    bus_ = std::make_unique<TimedBus>(*accelerator_);
    auto clocks = [&, since = accelerator_->clocks_evaluated()]() mutable {
      const std::uint64_t now = accelerator_->clocks_evaluated();
      return now - std::exchange(since, now);
    };
    firmware_ = must(sallyport::CoreFirmware::load(*bus_, sallyport::firmware_image(table_entries(variant))));
    row_["start_clocks"]["load"] = clocks();
    // It answers when it has started.
    device_ = std::make_unique<sallyport::Device>(must(sallyport::Device::open(*bus_, *firmware_)));
    row_["start_clocks"]["start"] = clocks();
    queue_ = std::make_unique<sallyport::EventQueue>(*device_);
    sallyport::DevicePolicy policy;
    policy.reserve = 4;
    policy.drain_ns = 1'000;
    policy.round_ns = 1'000'000'000;  // none falls among the commands that are measured
    must(device_->set_policy(policy));
    row_["profile"] = profile == sallyport::sim::Profile::kFull ? "full" : "compact";
    row_["sas"] = table_entries(variant);
  }

  json run() {
    for (int i = 0; i < kRounds; ++i) round();
    json out = row_;
    for (const auto& [name, clocks] : clocks_) {
      out["commands"].push_back({{"command", name},
                                 {"clocks", median(clocks)},
                                 {"most_clocks", *std::max_element(clocks.begin(), clocks.end())},
                                 {"host_clocks", median(host_clocks_[name])}});
    }
    out["event_clocks"] = {{"to_notice", median(to_notice_)}, {"to_host", median(to_host_)}};
    return out;
  }

 private:
  template <class Call>
  auto timed(const char* name, Call call) {
    quiet();
    const std::uint64_t begin = accelerator_->clocks_evaluated();
    auto result = must(call());
    host_clocks_[name].push_back(accelerator_->clocks_evaluated() - begin);
    clocks_[name].push_back(bus_->served);
    return result;
  }
  template <class Call>
  void timed_void(const char* name, Call call) {
    timed(name, [&]() -> sallyport::Result<int> {
      must(call());
      return 0;
    });
  }
  /// Everything has been told and the core sleeps.
  void quiet() {
    sallyport::sim::pass_time(*accelerator_, kQuietNs);
    must(queue_->poll());
    while (queue_->next()) {
    }
    sallyport::sim::pass_time(*accelerator_, kQuietNs);
  }
  static sallyport::SaConfig half(sallyport::Direction direction) {
    sallyport::SaConfig sa;
    sa.direction = direction;
    sa.key = sallyport::SecretBytes(std::vector<std::uint8_t>(32, 0x11));
    sa.salt = sallyport::SecretBytes(std::vector<std::uint8_t>(4, 0x22));
    sa.lifetime.octets = sallyport::Octets{1'000'000'000};
    sa.lifetime.packets = sallyport::Packets{10};
    if (direction == sallyport::Direction::kOutbound) {
      sa.outer = sallyport::OuterHeader{.source = sallyport::IpAddress::parse("192.0.2.1").value(),
                                        .destination = sallyport::IpAddress::parse("192.0.2.2").value(),
                                        .dscp = std::nullopt};
    }
    return sa;
  }
  /// Paced, as agents install. `old`: what it replaces.
  sallyport::SaPair install(const sallyport::SaPair* old) {
    sallyport::InstallOptions options;
    options.owner = sallyport::OwnerId{1};
    options.pool = old == nullptr ? sallyport::abi::Pool::kEstablished : sallyport::abi::Pool::kRekey;
    options.pace = {.t_ike_ns = 1'000'000, .designated = true};
    if (old != nullptr) options.rekey = {.inbound = old->in()};
    auto reservation = timed("reserve", [&] { return device_->reserve(options); });
    const auto inbound = half(sallyport::Direction::kInbound);
    auto outbound = half(sallyport::Direction::kOutbound);
    outbound.spi = reservation.spi();
    return timed("install_pair", [&] { return device_->install(reservation, inbound, outbound, options); });
  }
  void round() {
    auto old = install(nullptr);
    event(old);
    auto fresh = install(&old);
    timed_void("supersede", [&] { return old.supersede_by(fresh); });
    timed_void("retire", [&] { return old.retire(1'000); });
    timed("query", [&] { return device_->query(fresh.in().index); });
    timed("info", [&] { return device_->occupancy(); });
    quiet();  // the old pair has drained
    timed_void("retire", [&] { return fresh.retire(1'000); });
    quiet();
  }
  /// The packet that crosses the soft limit.
  void event(const sallyport::SaPair& pair) {
    quiet();
    std::vector<std::uint8_t> packet(64, 0);
    packet[0] = 0x45;
    packet[3] = 64;
    packet[8] = 64;
    packet[9] = 17;
    const auto until = [&] {
      return accelerator_->read32(sallyport::core_regs::kNoticeHeadAddress).value() !=
             accelerator_->read32(sallyport::core_regs::kNoticeTailAddress).value();
    };
    for (int i = 0; i < 10 && !until(); ++i) {
      accelerator_->push(sallyport::Direction::kOutbound,
                         must(sallyport::outbound_packet(pair.out(), sallyport::SaMode::kTunnel, packet, 1)));
      for (int waits = 0; waits < 40 && !until(); ++waits) accelerator_->run(50);
      while (accelerator_->pop(sallyport::Direction::kOutbound)) {
      }
    }
    // In the mailbox; to be read while the core goes on.
    const std::uint64_t now = accelerator_->now_ns();
    must(queue_->poll());
    while (auto notice = queue_->next()) {
      const auto* event = std::get_if<sallyport::SaEvent>(&*notice);
      if (event == nullptr) continue;
      const std::uint64_t period_ns = accelerator_->period_ps() / 1'000;
      to_notice_.push_back((event->posted_ns - event->time_ns) / period_ns);
      to_host_.push_back((now - event->time_ns) / period_ns);
      return;
    }
  }

  std::unique_ptr<Accelerator> accelerator_;
  std::unique_ptr<TimedBus> bus_;
  std::unique_ptr<sallyport::CoreFirmware> firmware_;
  std::unique_ptr<sallyport::Device> device_;
  std::unique_ptr<sallyport::EventQueue> queue_;
  json row_;
  std::map<std::string, std::vector<std::uint64_t>> clocks_, host_clocks_;
  std::vector<std::uint64_t> to_notice_, to_host_;
};

}  // namespace

int main(int argc, char** argv) {
  json out;
  if (argc == 2 && argv[1] == std::string("--quick")) {
    out["devices"].push_back(Bench(sallyport::sim::Variant::k64Sas, sallyport::sim::Profile::kCompact).run());
    std::printf("%s\n", out.dump(1).c_str());
    return 0;
  }
  for (const auto profile : {sallyport::sim::Profile::kCompact, sallyport::sim::Profile::kFull}) {
    for (const auto variant : {sallyport::sim::Variant::k64Sas, sallyport::sim::Variant::k1024Sas}) {
      out["devices"].push_back(Bench(variant, profile).run());
    }
  }
  std::printf("%s\n", out.dump(1).c_str());
  return 0;
}
