#include <set>

#include "json_fields.hpp"
#include "log_json.hpp"

namespace sallyport::log_json {
namespace {

using nlohmann::json;

Error malformed(std::string text) { return {ErrorCode::kMalformedInput, std::move(text)}; }

abi::EntryState state(Fields& fields, const char* key) {
  return fields.constant<abi::EntryState>(key, abi::kEntryStateCount, [](auto v) { return abi::name(v); });
}

template <class E>
E constant(Fields& fields, const char* key, unsigned count) {
  return fields.constant<E>(key, count, [](E v) { return name(v); });
}

std::string owner(Fields& fields) { return fields.text("owner", kLogMaxOwnerOctets); }

/// Counts of all states, each at most `size`; they must sum to it if `sums`.
PerState<std::uint32_t> counts(Fields& fields, const char* key, std::uint32_t size, bool sums) {
  PerState<std::uint32_t> result{};
  const json* object = fields.object(key);
  if (object == nullptr) return result;
  Fields inner(*object);
  std::uint64_t sum = 0;
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    result[s] = inner.number_as<std::uint32_t>(abi::name(static_cast<abi::EntryState>(s)), size);
    sum += result[s];
  }
  if (auto good = inner.done(); !good) fields.fail(key, good.error().text);
  if (sums && sum != size) fields.fail(key, fmt::format("sums to {}, the table has {} entries", sum, size));
  return result;
}

PerState<EntryTime> integrals(Fields& fields, const char* key, EntryTime expected) {
  PerState<EntryTime> result{};
  const json* object = fields.object(key);
  if (object == nullptr) return result;
  Fields inner(*object);
  EntryTime sum;
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    const char* name = abi::name(static_cast<abi::EntryState>(s));
    constexpr std::size_t kMostDigits = 39;  // of 2^128
    const auto value = EntryTime::from_string(inner.text(name, kMostDigits));
    if (inner.ok() && (!value || *value > expected)) inner.fail(name, "is no integral of this interval");
    result[s] = value.value_or(EntryTime{});
    sum += result[s];
  }
  if (auto good = inner.done(); !good) fields.fail(key, good.error().text);
  if (sum != expected) {
    fields.fail(key, fmt::format("sums to {}, size times interval is {}", sum.to_string(), expected.to_string()));
  }
  return result;
}

std::array<std::uint64_t, abi::kVerdictCount> verdicts(Fields& fields, const char* key) {
  std::array<std::uint64_t, abi::kVerdictCount> result{};
  const json* object = fields.object(key);
  if (object == nullptr) return result;
  Fields inner(*object);
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    const char* name = abi::name(static_cast<abi::Verdict>(v));
    if (object->contains(name)) result[v] = inner.number(name);
  }
  if (auto good = inner.done(); !good) fields.fail(key, good.error().text);
  return result;
}

void read(Fields& f, const LogTable&, TransitionRecord& r) {
  r.time_ns = f.number("time_ns");
  r.index = f.number_as<std::uint16_t>("index");
  r.generation = f.number_as<std::uint16_t>("generation");
  r.from = state(f, "from");
  r.to = state(f, "to");
  r.cause = f.constant<abi::TransitionCause>("cause", abi::kTransitionCauseCount, [](auto v) { return abi::name(v); });
  r.owner = owner(f);
}

void read(Fields& f, const LogTable& table, SampleRecord& r) {
  r.time_ns = f.number("time_ns");
  r.from_ns = f.number("from_ns", r.time_ns);
  r.entries = counts(f, "entries", table.size, true);
  r.integral = integrals(f, "integral", EntryTime(table.size, r.time_ns - r.from_ns));
  r.high_water = counts(f, "high_water", table.size, false);
  r.high_water_in_use = f.number_as<std::uint32_t>("high_water_in_use", table.size);
}

void read(Fields& f, const LogTable&, EventLogRecord& r) {
  r.time_ns = f.number("time_ns");
  r.seq = f.number_as<std::uint32_t>("seq");
  r.index = f.number_as<std::uint16_t>("index");
  r.generation = f.number_as<std::uint16_t>("generation");
  r.spi = f.number_as<std::uint32_t>("spi");
  r.kind = f.constant<abi::EventKind>("event", abi::kEventKindCount, [](auto v) { return abi::name(v); });
  r.late = f.flag("late");
  r.inbound = f.flag("inbound");
  r.count = f.number("count");
  r.packets = f.flag("packets");
}

void read(Fields& f, const LogTable&, DropsRecord& r) {
  r.time_ns = f.number("time_ns");
  r.outbound = verdicts(f, "outbound");
  r.inbound = verdicts(f, "inbound");
}

void read(Fields& f, const LogTable&, RekeyRecord& r) {
  r.time_ns = f.number("time_ns");
  r.started_ns = f.number("started_ns", r.time_ns);
  r.trigger = constant<RekeyTrigger>(f, "trigger", kRekeyTriggerCount);
  r.outcome = constant<RekeyOutcome>(f, "outcome", kRekeyOutcomeCount);
  r.old_entry = {f.number_as<std::uint16_t>("old_index"), f.number_as<std::uint16_t>("old_generation")};
  r.new_entry = {f.number_as<std::uint16_t>("new_index"), f.number_as<std::uint16_t>("new_generation")};
  r.owner = owner(f);
}

void read(Fields& f, const LogTable&, RefusalRecord& r) {
  r.time_ns = f.number("time_ns");
  r.request = constant<RefusedRequest>(f, "request", kRefusedRequestCount);
  r.reason = constant<RefusalReason>(f, "reason", kRefusalReasonCount);
  r.owner = owner(f);
}

/// A record of a table; `fields` has "kind" behind it.
template <class R>
Result<LogRecord> table_record(Fields fields, const LogHeader& header) {
  R record;
  record.table = fields.number_as<std::uint16_t>("table", header.tables.size() - 1);
  read(fields, header.tables[record.table], record);
  if (auto good = fields.done(); !good) return good.error();
  LogRecord result(std::move(record));
  if (auto good = check(result, header); !good) return malformed(good.error().text);
  return result;
}

LogTable table_from(const json& value, Fields& fields) {
  LogTable table;
  if (!value.is_object()) return fields.fail("tables", "holds something that is no object"), table;
  Fields inner(value);
  table.name = inner.text("name", kLogMaxNameOctets);
  table.size = inner.number_as<std::uint32_t>("size", kLogMaxTableSize);
  if (table.size == 0) inner.fail("size", "is 0");
  table.floor = inner.number_as<std::uint32_t>("floor", table.size);
  table.event_delivery = inner.constant<EventDelivery>("event_delivery", 3, event_delivery_name);
  if (auto good = inner.done(); !good) fields.fail("tables", "holds a table where " + good.error().text);
  return table;
}

}  // namespace

Result<json> parse_line(std::string_view line) {
  // The parser would silently keep the last of two equal keys; a strict reader must not.
  std::vector<std::set<std::string>> open_objects;
  bool twice = false;
  const auto watch = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) open_objects.pop_back();
    if (event == json::parse_event_t::key) twice |= !open_objects.back().insert(value.get<std::string>()).second;
    return true;
  };
  json result = json::parse(line.begin(), line.end(), watch, false);
  if (result.is_discarded()) return malformed("is not JSON");
  if (!result.is_object()) return malformed("is no JSON object");
  if (twice) return malformed("holds a key twice");
  return result;
}

Result<LogHeader> header_from(const json& line) {
  Fields fields(line);
  if (fields.text("kind", kLogMaxNameOctets) != "header" || fields.text("format", kLogMaxNameOctets) != kFormatName) {
    return malformed("is not the header of a utilisation log");
  }
  const std::uint64_t version = fields.number("version");
  if (fields.ok() && version != kUtilisationLogVersion) {
    return Error{ErrorCode::kVersionMismatch,
                 fmt::format("is of format version {}, only version {} can be read", version, kUtilisationLogVersion)};
  }
  LogHeader header;
  header.name = fields.text("name", kLogMaxNameOctets);
  header.seed = fields.number("seed");
  header.time_base = constant<TimeBase>(fields, "time_base", 2);
  header.start_ns = fields.number("start_ns");
  if (const json* tables = fields.array("tables"); tables != nullptr) {
    if (tables->size() > kLogMaxTables) return malformed(fmt::format("names more than {} tables", kLogMaxTables));
    for (const json& table : *tables) header.tables.push_back(table_from(table, fields));
  }
  if (auto good = fields.done(); !good) return good.error();
  if (auto good = check(header); !good) return malformed(good.error().text);
  return header;
}

Result<LogRecord> record_from(const json& line, const LogHeader& header) {
  Fields fields(line);
  const std::string kind = fields.text("kind", kLogMaxNameOctets);
  if (!fields.ok()) return fields.done().error();
  if (kind == "transition") return table_record<TransitionRecord>(fields, header);
  if (kind == "sample") return table_record<SampleRecord>(fields, header);
  if (kind == "event") return table_record<EventLogRecord>(fields, header);
  if (kind == "drops") return table_record<DropsRecord>(fields, header);
  if (kind == "rekey") return table_record<RekeyRecord>(fields, header);
  if (kind == "refusal") return table_record<RefusalRecord>(fields, header);
  if (kind == "end") {
    EndRecord end;
    end.time_ns = fields.number("time_ns");
    end.records = fields.number("records");
    if (auto good = fields.done(); !good) return good.error();
    return LogRecord(end);
  }
  return malformed(fmt::format("is of a kind not known here, {}", quoted(kind)));
}

}  // namespace sallyport::log_json
