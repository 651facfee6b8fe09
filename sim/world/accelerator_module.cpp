#include "world/accelerator_module.hpp"

#include <algorithm>
#include <utility>

#include "world/sim_time.hpp"

namespace sallyport::sim {

AcceleratorModule::AcceleratorModule(const sc_core::sc_module_name& name, Accelerator& accelerator,
                                     PacketHandler handler)
    : sc_module(name), accelerator_(accelerator), handler_(std::move(handler)) {
  SC_HAS_PROCESS(AcceleratorModule);
  SC_THREAD(serve);
}

sc_core::sc_time AcceleratorModule::device_time() const {
  return from_ps(accelerator_.clocks_passed() * accelerator_.period_ps());
}

void AcceleratorModule::catch_up() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  const sc_core::sc_time device = device_time();
  if (device >= now || !accelerator_.idle()) return;
  accelerator_.skip(std::min(to_ps(now - device) / accelerator_.period_ps(), clocks_to_alarm(accelerator_)));
}

void AcceleratorModule::push(Direction direction, PacketIn packet) {
  catch_up();
  accelerator_.push(direction, std::move(packet));
  wake();
}

void AcceleratorModule::hand_out() {
  for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
    while (auto packet = accelerator_.pop(direction)) {
      barren_clocks_ = 0;
      handler_(direction, std::move(*packet));
    }
  }
}

std::uint64_t AcceleratorModule::batch() const {
  const sc_core::sc_time pending = sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext());
  const std::uint64_t clocks = to_ps(pending) / accelerator_.period_ps();
  // Things due in this very instant (0) are not waited for: two devices would wait for each other.
  return clocks == 0 ? kQuantumClocks : std::min(kQuantumClocks, clocks);
}

void AcceleratorModule::serve() {
  while (true) {
    const sc_core::sc_time ahead = device_time() - std::min(device_time(), sc_core::sc_time_stamp());
    if (ahead > sc_core::SC_ZERO_TIME) wait(ahead);
    hand_out();
    if (accelerator_.interrupt_pending()) interrupt_.notify(sc_core::SC_ZERO_TIME);
    const std::uint64_t alarm = clocks_to_alarm(accelerator_);
    if (accelerator_.idle() && alarm != 0) {
      barren_clocks_ = 0;
      if (alarm == UINT64_MAX) {
        wait(wake_);
      } else {
        wait(from_ps(alarm * accelerator_.period_ps()), wake_);
      }
      catch_up();
      continue;
    }
    barren_clocks_ += accelerator_.run(batch());
  }
}

}  // namespace sallyport::sim
