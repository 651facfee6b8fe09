#include "sallyport/tlm/device_model.hpp"

#include <algorithm>
#include <utility>

#include "sallyport/regs.hpp"

namespace sallyport::tlm {

Result<std::unique_ptr<DeviceModel>> DeviceModel::create(const DeviceForm& form) {
  if (auto sound = check_form(form); !sound) return sound.error();
  return std::unique_ptr<DeviceModel>(new DeviceModel(form));
}

DeviceModel::DeviceModel(const DeviceForm& form) : form_(form), ring_(form.ring_depth), table_(form, ring_, staging_) {}

bool DeviceModel::enabled() const { return (control_ & regs::kControlEnableMask) != 0; }

bool DeviceModel::interrupt_pending() const {
  return (control_ & regs::kControlIrqEnableMask) != 0 && ring_.head() != ring_.tail();
}

bool DeviceModel::quiet() const {
  return std::all_of(paths_.begin(), paths_.end(), [](const PacketPath& path) { return path.quiet(); });
}

bool DeviceModel::idle() const {
  return std::all_of(paths_.begin(), paths_.end(), [](const PacketPath& path) { return path.empty(); });
}

std::uint64_t DeviceModel::next_change() const {
  std::uint64_t next = kNever;
  for (const PacketPath& path : paths_) {
    next = std::min(next, path.next_done());
    if (enabled()) next = std::min(next, path.next_begin(clock_));
  }
  return next;
}

bool DeviceModel::step() {
  clock_ = next_change();
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
    if (path(direction).next_done() == clock_) {
      path(direction).complete();
      return true;
    }
  }
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
    if (path(direction).next_begin(clock_) == clock_) {
      begin_packet(direction);
      break;
    }
  }
  return false;
}

void DeviceModel::advance(std::uint64_t clocks) {
  const std::uint64_t end = clock_ + clocks;
  while (next_change() <= end) step();
  clock_ = end;
}

std::uint64_t DeviceModel::run(std::uint64_t clocks) {
  const std::uint64_t begin = clock_;
  const std::uint64_t end = begin + clocks;
  const bool irq_before = interrupt_pending();
  while (next_change() <= end) {
    const bool done = step();
    if (!done && (!interrupt_pending() || irq_before)) continue;
    // What is due at once takes a clock too.
    clock_ = std::min(std::max(clock_, begin + 1), end);
    return clock_ - begin;
  }
  clock_ = end;
  return clocks;
}

void DeviceModel::begin_packet(Direction direction) {
  PacketPath& way = path(direction);
  const PacketIn in = way.begin();
  model::PacketResult result = table_.packet(direction, in.descriptor, in.octets, true, now_ns());
  const PacketClocks clocks = cost(direction, in.octets.size(), result);
  way.inside(clock_, clocks, {result.status, std::move(result.octets), 0});
}

PacketClocks DeviceModel::cost(Direction direction, std::size_t octets, const model::PacketResult& result) const {
  const std::uint32_t index = result.status.index;
  const bool key256 = index < form_.num_sas && table_.entry(index).config().has(abi::SaFlag::kKey256);
  return packet_clocks(form_, {direction, octets, result.octets.size(), key256});
}

}  // namespace sallyport::tlm
