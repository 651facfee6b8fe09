#include <fmt/format.h>

#include "log_json.hpp"
#include "utf8.hpp"

namespace sallyport::log_json {
namespace {

// Ordered, so that lines read as documented and the kind comes first.
using Json = nlohmann::ordered_json;

template <class T, class Convert>
Json per_state(const PerState<T>& values, Convert convert) {
  Json object = Json::object();
  for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
    object[abi::name(static_cast<abi::EntryState>(s))] = convert(values[s]);
  }
  return object;
}

Json per_verdict(const std::array<std::uint64_t, abi::kVerdictCount>& counts) {
  Json object = Json::object();
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    if (counts[v] != 0) object[abi::name(static_cast<abi::Verdict>(v))] = counts[v];
  }
  return object;
}

struct ToJson {
  Json operator()(const TransitionRecord& r) const {
    return {{"kind", "transition"},
            {"table", r.table},
            {"time_ns", r.time_ns},
            {"index", r.index},
            {"generation", r.generation},
            {"from", abi::name(r.from)},
            {"to", abi::name(r.to)},
            {"cause", abi::name(r.cause)},
            {"owner", r.owner}};
  }
  Json operator()(const SampleRecord& r) const {
    const auto same = [](std::uint32_t n) { return n; };
    return {{"kind", "sample"},
            {"table", r.table},
            {"time_ns", r.time_ns},
            {"from_ns", r.from_ns},
            {"entries", per_state(r.entries, same)},
            {"integral", per_state(r.integral, [](EntryTime t) { return t.to_string(); })},
            {"high_water", per_state(r.high_water, same)},
            {"high_water_in_use", r.high_water_in_use}};
  }
  Json operator()(const EventLogRecord& r) const {
    return {{"kind", "event"},  {"table", r.table},           {"time_ns", r.time_ns}, {"seq", r.seq},
            {"index", r.index}, {"generation", r.generation}, {"spi", r.spi},         {"event", abi::name(r.kind)},
            {"late", r.late},   {"inbound", r.inbound},       {"count", r.count},     {"packets", r.packets}};
  }
  Json operator()(const DropsRecord& r) const {
    return {{"kind", "drops"},
            {"table", r.table},
            {"time_ns", r.time_ns},
            {"outbound", per_verdict(r.outbound)},
            {"inbound", per_verdict(r.inbound)}};
  }
  Json operator()(const RekeyRecord& r) const {
    return {{"kind", "rekey"},
            {"table", r.table},
            {"time_ns", r.time_ns},
            {"started_ns", r.started_ns},
            {"trigger", name(r.trigger)},
            {"outcome", name(r.outcome)},
            {"old_index", r.old_entry.index},
            {"old_generation", r.old_entry.generation},
            {"new_index", r.new_entry.index},
            {"new_generation", r.new_entry.generation},
            {"owner", r.owner}};
  }
  Json operator()(const RefusalRecord& r) const {
    return {{"kind", "refusal"},          {"table", r.table},         {"time_ns", r.time_ns},
            {"request", name(r.request)}, {"reason", name(r.reason)}, {"owner", r.owner}};
  }
  Json operator()(const EndRecord& r) const {
    return {{"kind", "end"}, {"time_ns", r.time_ns}, {"records", r.records}};
  }
};

std::string text_of(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

Result<void> bad(std::string text) { return Error{ErrorCode::kInvalidArgument, std::move(text)}; }

Result<void> check_name(const char* what, const std::string& name) {
  if (name.empty() || name.size() > kLogMaxNameOctets) {
    return bad(fmt::format("the name of the {} must have 1..{} octets, not {}", what, kLogMaxNameOctets, name.size()));
  }
  if (!is_utf8(name)) return bad(fmt::format("the name of the {} is not UTF-8", what));
  return {};
}

/// Every entry that a record names.
std::array<std::uint32_t, 2> indices(const auto& r) {
  if constexpr (requires { r.index; }) {
    return {r.index, r.index};
  } else if constexpr (requires { r.old_entry; }) {
    return {r.old_entry.index, r.new_entry.index};
  } else {
    return {0, 0};
  }
}

struct Check {
  const LogHeader& header;

  Result<void> operator()(const EndRecord&) const { return {}; }
  template <class R>
  Result<void> operator()(const R& r) const {
    if (r.table >= header.tables.size()) {
      return bad(fmt::format("table {} is not one of the log's {}", r.table, header.tables.size()));
    }
    for (const std::uint32_t index : indices(r)) {
      if (index >= header.tables[r.table].size) {
        return bad(fmt::format("entry {} is not in table {} (size {})", index, r.table, header.tables[r.table].size));
      }
    }
    if constexpr (requires { r.owner; }) {
      if (r.owner.size() > kLogMaxOwnerOctets || !is_utf8(r.owner)) {
        return bad(fmt::format("an owner must be UTF-8 of at most {} octets", kLogMaxOwnerOctets));
      }
    }
    return {};
  }
};

}  // namespace

std::string line_of(const LogHeader& header) {
  Json tables = Json::array();
  for (const LogTable& table : header.tables) {
    tables.push_back({{"name", table.name},
                      {"size", table.size},
                      {"floor", table.floor},
                      {"event_delivery", event_delivery_name(table.event_delivery)}});
  }
  return text_of({{"kind", "header"},
                  {"format", kFormatName},
                  {"version", kUtilisationLogVersion},
                  {"name", header.name},
                  {"seed", header.seed},
                  {"time_base", name(header.time_base)},
                  {"start_ns", header.start_ns},
                  {"tables", std::move(tables)}});
}

std::string line_of(const LogRecord& record) { return text_of(std::visit(ToJson{}, record)); }

Result<void> check(const LogHeader& header) {
  if (auto good = check_name("log", header.name); !good) return good;
  if (header.tables.empty() || header.tables.size() > kLogMaxTables) {
    return bad(fmt::format("a log has 1..{} tables, not {}", kLogMaxTables, header.tables.size()));
  }
  for (const LogTable& table : header.tables) {
    if (auto good = check_name("table", table.name); !good) return good;
    if (table.size == 0 || table.size > kLogMaxTableSize) {
      return bad(fmt::format("table size {} is outside 1..{}", table.size, kLogMaxTableSize));
    }
    if (table.floor > table.size) return bad(fmt::format("a floor of {} in a table of {}", table.floor, table.size));
  }
  return {};
}

Result<void> check(const LogRecord& record, const LogHeader& header) { return std::visit(Check{header}, record); }

}  // namespace sallyport::log_json
