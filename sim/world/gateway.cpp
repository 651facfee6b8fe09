#include "world/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sallyport/core_firmware.hpp"
#include "sallyport/firmware_image.hpp"
#include "sallyport/hosted_firmware.hpp"
#include "sallyport/model/ip_view.hpp"
#include "sallyport/regs.hpp"
#include "sallyport/sample_source.hpp"
#include "world/sim_time.hpp"

namespace sallyport::sim {

namespace {
constexpr std::size_t number(Direction direction) { return static_cast<std::size_t>(direction); }
constexpr std::uint16_t kLargestModelPacket = UINT16_MAX;
constexpr std::size_t kCompactSlots = 4;
constexpr std::size_t kFullSlots = 64;
}  // namespace

Gateway::Gateway(const sc_core::sc_module_name& name, const GatewayOptions& options,
                 std::unique_ptr<Accelerator> accelerator, Handlers handlers)
    : sc_module(name),
      name_(options.name),
      handlers_(std::move(handlers)),
      accelerator_(std::move(accelerator)),
      module_(std::make_unique<AcceleratorModule>(
          "accelerator", *accelerator_, [this](Direction d, PacketOut out) { completed(d, std::move(out)); })),
      entries_mask_(table_entries(options.accelerator.variant) - 1),
      slots_(options.accelerator.profile == Profile::kFull ? kFullSlots : kCompactSlots) {
  SC_HAS_PROCESS(Gateway);
  SC_THREAD(manage);
}

Result<std::unique_ptr<Gateway>> Gateway::create(const GatewayOptions& options, Handlers handlers) {
  auto accelerator = Accelerator::create(options.accelerator);
  if (!accelerator) return accelerator.error();
  // The name object must live as long as the constructor runs: SystemC builds its hierarchy from it.
  std::unique_ptr<Gateway> gateway(new Gateway(sc_core::sc_module_name(options.name.c_str()), options,
                                               std::move(*accelerator), std::move(handlers)));
  if (auto started = gateway->start(options); !started) {
    return Error{started.error().code, options.name + ": " + started.error().text};
  }
  return gateway;
}

Result<void> Gateway::start(const GatewayOptions& options) {
  const auto caps = accelerator_->read32(regs::kCaps1Address);
  if (!caps) return caps.error();
  const auto max_packet =
      std::min<std::uint32_t>((*caps & regs::kCaps1MaxPacketMask) >> regs::kCaps1MaxPacketShift, kLargestModelPacket);
  check_ =
      std::make_unique<GoldenCheck>(name_, table_entries(options.accelerator.variant),
                                    replay_window(options.accelerator.variant), static_cast<std::uint16_t>(max_packet));
  accelerator_->on_command([this](const CommandSeen& command) {
    check_->command(command, command.changes_entry() ? in_accelerator(command.index) : 0);
  });
  bus_ = std::make_unique<WorldBus>(*accelerator_, [this] { module_->catch_up(); });
  if (auto started = start_firmware(options); !started) return started;
  auto device = Device::open(*bus_, *firmware_);
  if (!device) return device.error();
  device_ = std::make_unique<Device>(std::move(*device));
  events_ = std::make_unique<EventQueue>(*device_);
  return device_->set_policy(options.policy);
}

Result<void> Gateway::start_firmware(const GatewayOptions& options) {
  if (options.firmware == FirmwarePlace::kCore) {
    auto core = CoreFirmware::load(*bus_, firmware_image(table_entries(options.accelerator.variant)));
    if (!core) return core.error();
    firmware_ = std::move(*core);
    return {};
  }
  auto hosted = HostedFirmware::start(*bus_, options.seed);
  if (!hosted) return hosted.error();
  firmware_ = std::move(*hosted);
  return {};
}

void Gateway::send(Direction direction, std::uint64_t tag, Maker maker) {
  waiting_[number(direction)].push_back({tag, std::move(maker)});
  pump(direction);
}

std::size_t Gateway::outstanding() const {
  return waiting_[0].size() + waiting_[1].size() + in_device_[0].size() + in_device_[1].size();
}

std::size_t Gateway::in_accelerator(std::uint16_t index) const {
  std::size_t n = 0;
  for (const auto& queue : in_device_) {
    n += static_cast<std::size_t>(
        std::count_if(queue.begin(), queue.end(), [&](const auto& p) { return p.index == index; }));
  }
  return n;
}

std::uint16_t Gateway::index_of(Direction direction, const PacketIn& packet) const {
  if (direction == Direction::kOutbound) return abi::OutDesc::unpack(packet.descriptor).index;
  const model::IpView ip = model::parse_ip(packet.octets);
  const std::size_t spi_at = ip.protocol == model::kProtocolUdp ? model::kUdpHeaderOctets : 0;
  if (!ip.ok || ip.upper.size() < spi_at + 4) return kNoEntry;
  return static_cast<std::uint16_t>(model::load32(ip.upper, spi_at) & entries_mask_);
}

void Gateway::pump(Direction direction) {
  auto& waiting = waiting_[number(direction)];
  auto& in_device = in_device_[number(direction)];
  while (!waiting.empty() && in_device.size() < slots_) {
    const Waiting next = std::move(waiting.front());
    waiting.pop_front();
    auto packet = next.maker(cookie_);
    if (!packet) continue;
    ++cookie_;
    in_device.push_back({next.tag, index_of(direction, *packet), *packet});
    module_->push(direction, std::move(*packet));
  }
}

void Gateway::completed(Direction direction, PacketOut out) {
  auto& in_device = in_device_[number(direction)];
  if (in_device.empty()) {
    handlers_.failure({ErrorCode::kBusFailure, name_ + ": a status without a packet came out of the accelerator"});
    return;
  }
  const InDevice in = std::move(in_device.front());
  in_device.pop_front();
  check_->packet(direction, in.index, in.packet, out);
  if (out.status.verdict < abi::kVerdictCount) ++verdicts_[number(direction)][out.status.verdict];
  handlers_.packet({direction, in.tag, out.status, std::move(out.octets)});
  pump(direction);
}

void Gateway::after_management() {
  take_notices();
  module_->wake();
  look_again_.notify(sc_core::SC_ZERO_TIME);
}

void Gateway::take_notices() {
  // A handler that manages the device comes back here; the loop below takes what it causes.
  if (taking_notices_ || failed_) return;
  taking_notices_ = true;
  if (auto polled = events_->poll(); !polled) {
    failed_ = true;
    handlers_.failure({polled.error().code, name_ + ": " + polled.error().text});
  }
  while (auto notice = events_->next()) {
    hand_out(*notice);
  }
  taking_notices_ = false;
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) pump(direction);
}

void Gateway::hand_out(const Notice& notice) {
  if (const auto* event = std::get_if<SaEvent>(&notice)) {
    check_->event(*event);
    handlers_.event(*event);
  } else if (const auto* transition = std::get_if<EntryTransition>(&notice)) {
    handlers_.transition(*transition);
  } else if (const auto* request = std::get_if<RekeyRequest>(&notice)) {
    handlers_.rekey(*request);
  } else if (const auto* forced = std::get_if<DrainForced>(&notice)) {
    handlers_.forced(*forced);
  } else {
    handlers_.load(std::get<LoadWarning>(notice));
  }
}

void Gateway::manage() {
  while (!failed_) {
    // An accelerator with nothing to do stands; the firmware's deadlines are on its clock.
    if (firmware_->next_deadline_ns() <= now_ns()) module_->catch_up();
    if (firmware_->work_pending()) {
      take_notices();
      module_->wake();
    }
    const std::uint64_t deadline = firmware_->next_deadline_ns();
    if (deadline == UINT64_MAX) {
      wait(module_->interrupt() | look_again_);
    } else {
      // A deadline that has just passed on the device's side still takes the world a step to reach.
      constexpr std::uint64_t kLeastWaitNs = 100;
      wait(from_ns(deadline > now_ns() ? std::max(deadline - now_ns(), kLeastWaitNs) : kLeastWaitNs),
           module_->interrupt() | look_again_);
    }
  }
}

Result<void> Gateway::final_check() {
  take_notices();
  check_->compare_events();
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
    for (unsigned i = 0; i < abi::kVerdictCount; ++i) {
      const auto verdict = static_cast<abi::Verdict>(i);
      const auto counter = device_->verdict_counter(direction, verdict);
      if (!counter) return counter.error();
      if (*counter != verdicts_[number(direction)][i]) {
        return Error{ErrorCode::kBusFailure,
                     fmt::format("{}: the device counts {} packets {}, {} came out", name_, *counter,
                                 abi::name(verdict), verdicts_[number(direction)][i])};
      }
    }
  }
  return {};
}

}  // namespace sallyport::sim
