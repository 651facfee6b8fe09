#include "world/traffic_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "world/sim_time.hpp"

namespace sallyport::sim {

Result<void> check_span(const Scenario& scenario, const Capture& capture) {
  constexpr double kMostSamples = 20e6;
  if (scenario.traffic.pace == Pace::kSaturate) return {};
  const std::uint64_t first = capture.packets.front().time_ns;
  const double most_ns = kMostSamples * static_cast<double>(scenario.sample_ns);
  for (const auto& packet : capture.packets) {
    if (packet.time_ns <= first) continue;
    const double span_ns = static_cast<double>(packet.time_ns - first) / scenario.traffic.speed;
    if (span_ns > most_ns) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("frame {}: comes {:.3f} s of simulated time after the first packet, more than {:.3f} s; "
                               "raise traffic.speed or run.sample_us, or use traffic.pace = \"saturate\"",
                               packet.frame, span_ns / 1e9, most_ns / 1e9)};
    }
  }
  return {};
}

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
