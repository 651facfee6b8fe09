#include "world/traffic_source.hpp"

#include <cmath>
#include <utility>

#include "world/sim_time.hpp"

namespace sallyport::sim {

TrafficSource::TrafficSource(const sc_core::sc_module_name& name, const Capture& capture, const TrafficConfig& config,
                             std::uint64_t start_ns, Receiver receiver, Room room)
    : sc_module(name),
      capture_(capture),
      config_(config),
      start_ns_(start_ns),
      receiver_(std::move(receiver)),
      room_(std::move(room)) {
  SC_HAS_PROCESS(TrafficSource);
  SC_THREAD(run);
}

std::uint64_t TrafficSource::due_ns(std::size_t packet) const {
  if (config_.pace == Pace::kSaturate) return start_ns_;
  const std::uint64_t first = capture_.packets.front().time_ns;
  // Captures may hold a packet that is older than the one before.
  const std::uint64_t at = std::max(capture_.packets[packet].time_ns, first);
  return start_ns_ + static_cast<std::uint64_t>(std::llround(static_cast<double>(at - first) / config_.speed));
}

void TrafficSource::run() {
  while (!done()) {
    const std::uint64_t due = due_ns(offered_);
    if (due > now_ns()) wait(from_ns(due - now_ns()));
    while (config_.pace == Pace::kSaturate && !room_()) wait(room_event_);
    receiver_(offered_);
    ++offered_;
  }
}

}  // namespace sallyport::sim
