#pragma once
/// @file
/// The driver's notices as records of a log. Header only, so that telemetry itself needs no device.
#include <cstdint>
#include <string>
#include <utility>

#include "sallyport/event_queue.hpp"
#include "sallyport/telemetry/records.hpp"

namespace sallyport {

/// `table`: place of the device's table in the log's header. `owner`: the name of transition.owner, by which people
/// know it.
inline TransitionRecord to_record(const EntryTransition& transition, std::uint16_t table, std::string owner) {
  return {table,           transition.time_ns, transition.ref.index.value, transition.ref.generation.value,
          transition.from, transition.to,      transition.cause,           std::move(owner)};
}

inline EventLogRecord to_record(const SaEvent& event, std::uint16_t table) {
  return {table,
          event.time_ns,
          event.reconstructed ? 0 : event.record,
          event.ref.index.value,
          event.ref.generation.value,
          event.spi.value,
          event.event,
          event.late,
          event.direction == Direction::kInbound,
          event.count,
          event.packets};
}

}  // namespace sallyport
