#pragma once
/// @file
/// The state function of a table entry: the one place that says which event leads where
/// (docs/reference/entry-states.md). Firmware, RTL tests and the fleet model compute
/// states with it. Freestanding.
#include <array>
#include <cstdint>
#include <optional>

#include "sallyport/abi.hpp"

namespace sallyport::fw {

/// What can happen to an entry.
enum class EntryEvent : std::uint8_t {
  kReserve,    ///< An SPI is given out.
  kCommit,     ///< Key, limits and template are put in.
  kSupersede,  ///< The replacement is keyed.
  kReinstate,  ///< The supersession is undone.
  kRedundant,  ///< The nonces say that this SA lost a rekey collision.
  kDrain,      ///< The Delete exchange is done.
  kErase,      ///< Erasing begins.
  kErased,     ///< Key, salt and hash key are zero.
};
inline constexpr unsigned kEntryEventCount = 8;

/// The event as the document writes it.
constexpr const char* name(EntryEvent event) {
  constexpr std::array<const char*, kEntryEventCount> names = {"reserve",   "commit", "supersede", "reinstate",
                                                               "redundant", "drain",  "erase",     "erased"};
  return names[static_cast<unsigned>(event)];
}

/// The state after `event`, or nothing when the event is impossible in this state.
constexpr std::optional<abi::EntryState> next_state(abi::EntryState state, EntryEvent event) {
  using S = abi::EntryState;
  switch (event) {
    case EntryEvent::kReserve:
      if (state == S::kFree) return S::kLarval;
      break;
    case EntryEvent::kCommit:
      if (state == S::kFree || state == S::kLarval) return S::kActive;
      break;
    case EntryEvent::kSupersede:
      if (state == S::kActive) return S::kOverlap;
      break;
    case EntryEvent::kReinstate:
      if (state == S::kOverlap) return S::kActive;
      break;
    case EntryEvent::kRedundant:
      if (state == S::kActive || state == S::kOverlap) return S::kRedundant;
      break;
    case EntryEvent::kDrain:
      if (state == S::kActive || state == S::kOverlap || state == S::kRedundant) return S::kDraining;
      break;
    case EntryEvent::kErase:
      if (state != S::kFree) return S::kErasing;
      break;
    case EntryEvent::kErased:
      if (state == S::kErasing) return S::kFree;
      break;
  }
  return std::nullopt;
}

/// An entry in this state takes inbound packets (unless it is dead).
constexpr bool accepts_inbound(abi::EntryState state) {
  using S = abi::EntryState;
  return state == S::kActive || state == S::kOverlap || state == S::kDraining || state == S::kRedundant;
}

/// An entry in this state sends outbound packets (unless it is dead).
constexpr bool accepts_outbound(abi::EntryState state) {
  return accepts_inbound(state) && state != abi::EntryState::kDraining;
}

}  // namespace sallyport::fw
