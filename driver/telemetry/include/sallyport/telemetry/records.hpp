#pragma once
/// @file
/// The records of a utilisation log, one struct for each kind of line. docs/reference/utilisation-log.md gives the text
/// form. No record has a place for a key (G5).
#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sallyport/abi.hpp"
#include "sallyport/bus.hpp"
#include "sallyport/telemetry/entry_time.hpp"

namespace sallyport {

/// Version of the log's format that is written and read.
inline constexpr unsigned kUtilisationLogVersion = 1;

/// Bounds that writer and reader share: whatever is written can be read, and a reader needs no more memory than this
/// says.
inline constexpr std::size_t kLogMaxLineOctets = 65'536;
inline constexpr std::size_t kLogMaxTables = 16;
inline constexpr std::uint32_t kLogMaxTableSize = 65'536;
inline constexpr std::size_t kLogMaxNameOctets = 256;
inline constexpr std::size_t kLogMaxOwnerOctets = 128;

/// One value for each entry state, indexed by the state's number.
template <class T>
using PerState = std::array<T, abi::kEntryStateCount>;

constexpr std::size_t state_index(abi::EntryState state) { return static_cast<std::size_t>(state); }

/// Where time stamps come from.
enum class TimeBase : std::uint8_t {
  kSimulated,  ///< ns of a simulated world, from its start.
  kDevice,     ///< ns of a live device's time register.
};

/// What was asked of a table that refused.
enum class RefusedRequest : std::uint8_t {
  kNewSa,  ///< An entry for an SA that replaces none.
  kRekey,  ///< An entry for a replacement.
};
inline constexpr unsigned kRefusedRequestCount = 2;

/// Why the table refused.
enum class RefusalReason : std::uint8_t {
  kFull,     ///< No entry is free.
  kReserve,  ///< What is free is the floor kept for rekeys (or emergencies), which this request may not use.
  kQuota,    ///< The owner has as many entries as it may.
};
inline constexpr unsigned kRefusalReasonCount = 3;

/// How a rekey ended.
enum class RekeyOutcome : std::uint8_t {
  kDone,       ///< The replacement carries the traffic.
  kCollision,  ///< Both sides rekeyed; this one lost and its SA is redundant.
  kFailed,     ///< No replacement came of it.
};
inline constexpr unsigned kRekeyOutcomeCount = 3;

/// What started a rekey.
enum class RekeyTrigger : std::uint8_t { kSoftOctets, kSoftPackets, kSoftSeq, kTime, kPeer, kCommand, kPaced };
inline constexpr unsigned kRekeyTriggerCount = 7;

/// A table the log is about.
struct LogTable {
  std::string name;         ///< E.g. "gateway-a"; 1..kLogMaxNameOctets octets.
  std::uint32_t size = 0;   ///< Entries, 1..kLogMaxTableSize.
  std::uint32_t floor = 0;  ///< Free entries kept for rekeys (0..size); what an ordinary new SA cannot get.
  EventDelivery event_delivery = EventDelivery::kInterrupt;
};

/// First line.
struct LogHeader {
  std::string name;  ///< Of the run; 1..kLogMaxNameOctets octets.
  std::uint64_t seed = 0;
  TimeBase time_base = TimeBase::kSimulated;
  std::uint64_t start_ns = 0;    ///< Every entry is free at this time.
  std::vector<LogTable> tables;  ///< 1..kLogMaxTables.
};

/// An entry changed its state. Every one is logged.
struct TransitionRecord {
  std::uint16_t table = 0;  ///< Index into LogHeader::tables.
  std::uint64_t time_ns = 0;
  std::uint16_t index = 0;
  std::uint16_t generation = 0;
  abi::EntryState from = abi::EntryState::kFree;
  abi::EntryState to = abi::EntryState::kFree;
  abi::TransitionCause cause = abi::TransitionCause::kReserve;
  std::string owner;  ///< Who holds the entry, e.g. a tunnel's name; at most kLogMaxOwnerOctets octets.
};

/// Occupancy now, and what it was since the sample before (or the start).
struct SampleRecord {
  std::uint16_t table = 0;
  std::uint64_t from_ns = 0;             ///< Time of the sample before.
  std::uint64_t time_ns = 0;             ///< Now.
  PerState<std::uint32_t> entries{};     ///< Now; they sum to the table's size.
  PerState<EntryTime> integral{};        ///< Over from_ns..time_ns; they sum to size * (time_ns - from_ns).
  PerState<std::uint32_t> high_water{};  ///< Most entries at once, states held for 0 ns included.
  std::uint32_t high_water_in_use = 0;   ///< The same of all entries that are not free.
};

/// An event record as it came out of the device's ring.
struct EventLogRecord {
  std::uint16_t table = 0;
  std::uint64_t time_ns = 0;  ///< Device time of the event; may be before the line above when delivery was late.
  std::uint32_t seq = 0;      ///< Number in the ring, from 1; 0: lost on the way and found by a sweep of the table.
  std::uint16_t index = 0;
  std::uint16_t generation = 0;
  std::uint32_t spi = 0;
  abi::EventKind kind = abi::EventKind::kSoftOctets;
  bool late = false;
  bool inbound = false;
  std::uint64_t count = 0;  ///< Unit by kind; of `hard`: octets, or packets when `packets`.
  bool packets = false;
};

/// Totals of the verdict counters since the start; they only rise.
struct DropsRecord {
  std::uint16_t table = 0;
  std::uint64_t time_ns = 0;
  std::array<std::uint64_t, abi::kVerdictCount> outbound{};  ///< By verdict; "ok" and "dummy" are no drops.
  std::array<std::uint64_t, abi::kVerdictCount> inbound{};
};

/// An entry and its tenant.
struct EntryRef {
  std::uint16_t index = 0;
  std::uint16_t generation = 0;
};

/// One rekey of one SA pair, logged once, when its outcome is known.
struct RekeyRecord {
  std::uint16_t table = 0;
  std::uint64_t time_ns = 0;     ///< Outcome known.
  std::uint64_t started_ns = 0;  ///< Trigger seen; not after time_ns.
  RekeyTrigger trigger = RekeyTrigger::kSoftOctets;
  RekeyOutcome outcome = RekeyOutcome::kDone;
  EntryRef old_entry;  ///< The entry whose limit started it.
  EntryRef new_entry;  ///< Its replacement; of a failed rekey the same as old_entry.
  std::string owner;
};

/// The table refused an entry.
struct RefusalRecord {
  std::uint16_t table = 0;
  std::uint64_t time_ns = 0;
  RefusedRequest request = RefusedRequest::kNewSa;
  RefusalReason reason = RefusalReason::kFull;
  std::string owner;
};

/// Last line; a log without it is truncated.
struct EndRecord {
  std::uint64_t time_ns = 0;
  std::uint64_t records = 0;  ///< Lines between header and this one.
};

using LogRecord =
    std::variant<TransitionRecord, SampleRecord, EventLogRecord, DropsRecord, RekeyRecord, RefusalRecord, EndRecord>;

/// Names as logs, metrics and reports write them; "?" for a number that is none.
const char* name(TimeBase value);
const char* name(RefusedRequest value);
const char* name(RefusalReason value);
const char* name(RekeyOutcome value);
const char* name(RekeyTrigger value);
/// Apart from `name`, as EventDelivery belongs to bus.hpp.
const char* event_delivery_name(EventDelivery value);

/// Whether a verdict means that a packet was lost.
constexpr bool is_drop(abi::Verdict verdict) { return verdict != abi::Verdict::kOk && verdict != abi::Verdict::kDummy; }

}  // namespace sallyport
