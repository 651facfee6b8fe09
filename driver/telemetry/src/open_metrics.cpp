#include "sallyport/telemetry/open_metrics.hpp"

#include <fmt/format.h>

#include <iterator>

#include "utf8.hpp"

namespace sallyport {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string label_value(std::string_view text) {
  const bool good = is_utf8(text);
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += good || static_cast<unsigned char>(c) < 0x80 ? c : '?';
    }
  }
  return result;
}

/// All samples of a metric family must stand together, so the families are the outer loop and the tables the inner one.
class Families {
 public:
  Families(std::span<const MetricsTable> tables, Out out) : tables_(tables), out_(out) {}

  /// `each(tracker, table, emit)` calls emit(labels after table, value) for every sample of one table.
  template <class Each>
  void family(const char* name, const char* type, const char* help, Each each, const char* suffix = "",
              const char* unit = "") {
    fmt::format_to(out_, "# TYPE {} {}\n", name, type);
    if (*unit != 0) fmt::format_to(out_, "# UNIT {} {}\n", name, unit);
    fmt::format_to(out_, "# HELP {} {}\n", name, help);
    for (const MetricsTable& table : tables_) {
      const std::string label = label_value(table.name);
      each(table, [&](const std::string& labels, const auto& value) {
        fmt::format_to(out_, "{}{}{{table=\"{}\"{}}} {}\n", name, suffix, label, labels, value);
      });
    }
  }
  /// One sample for each state.
  template <class Value>
  void by_state(const char* name, const char* type, const char* help, Value value, const char* suffix = "",
                const char* unit = "") {
    family(
        name, type, help,
        [&](const MetricsTable& table, const auto& emit) {
          for (unsigned s = 0; s < abi::kEntryStateCount; ++s) {
            emit(fmt::format(",state=\"{}\"", abi::name(static_cast<abi::EntryState>(s))), value(*table.tracker, s));
          }
        },
        suffix, unit);
  }

 private:
  std::span<const MetricsTable> tables_;
  Out out_;
};

void occupancy(Families& out) {
  out.by_state("sallyport_sa_entries", "gauge", "Entries of the SA table in each state; they sum to the table's size.",
               [](const UtilisationTracker& t, unsigned s) { return t.occupancy()[s]; });
  out.by_state("sallyport_sa_entries_high_water", "gauge", "Most entries in each state at once since the last sample.",
               [](const UtilisationTracker& t, unsigned s) { return t.high_water()[s]; });
  out.family("sallyport_sa_table_entries", "gauge", "Size of the SA table.",
             [](const MetricsTable& t, const auto& emit) { emit("", t.tracker->table_size()); });
  out.family("sallyport_sa_floor_entries", "gauge", "Free entries that only a rekey may use.",
             [](const MetricsTable& t, const auto& emit) { emit("", t.floor); });
  out.family("sallyport_sa_utilisation_ratio", "gauge", "Entries that are not free, 0 to 1.",
             [](const MetricsTable& t, const auto& emit) {
               emit("", static_cast<double>(t.tracker->in_use()) / t.tracker->table_size());
             });
  out.by_state(
      "sallyport_sa_entry_seconds", "counter", "Exact time integral of the entries in each state.",
      [](const UtilisationTracker& t, unsigned s) { return t.totals().integral[s].to_seconds_string(); }, "_total",
      "seconds");
  out.by_state(
      "sallyport_sa_transitions", "counter", "Transitions into each state.",
      [](const UtilisationTracker& t, unsigned s) { return t.totals().entered[s]; }, "_total");
}

void events(Families& out) {
  out.family(
      "sallyport_sa_events", "counter", "Events of the device, by kind.",
      [](const MetricsTable& t, const auto& emit) {
        for (unsigned k = 0; k < abi::kEventKindCount; ++k) {
          emit(fmt::format(",kind=\"{}\"", abi::name(static_cast<abi::EventKind>(k))), t.tracker->totals().events[k]);
        }
      },
      "_total");
  out.family(
      "sallyport_sa_late_events", "counter", "Events delivered late because the ring was full.",
      [](const MetricsTable& t, const auto& emit) { emit("", t.tracker->totals().late_events); }, "_total");
  out.family(
      "sallyport_sa_rekeys", "counter", "Rekeys, by outcome.",
      [](const MetricsTable& t, const auto& emit) {
        for (unsigned o = 0; o < kRekeyOutcomeCount; ++o) {
          emit(fmt::format(",outcome=\"{}\"", name(static_cast<RekeyOutcome>(o))), t.tracker->totals().rekeys[o]);
        }
      },
      "_total");
  out.family(
      "sallyport_sa_refusals", "counter", "Entries that the table refused.",
      [](const MetricsTable& t, const auto& emit) {
        for (unsigned q = 0; q < kRefusedRequestCount; ++q) {
          for (unsigned r = 0; r < kRefusalReasonCount; ++r) {
            emit(fmt::format(",request=\"{}\",reason=\"{}\"", name(static_cast<RefusedRequest>(q)),
                             name(static_cast<RefusalReason>(r))),
                 t.tracker->totals().refusals[q][r]);
          }
        }
      },
      "_total");
}

void packets(Families& out) {
  const auto by_verdict = [](const auto& emit, const char* direction, const auto& counts, bool drops) {
    for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
      const auto verdict = static_cast<abi::Verdict>(v);
      if (is_drop(verdict) != drops) continue;
      emit(fmt::format(",direction=\"{}\",{}=\"{}\"", direction, drops ? "reason" : "verdict", abi::name(verdict)),
           counts[v]);
    }
  };
  const auto both = [by_verdict](bool drops) {
    return [by_verdict, drops](const MetricsTable& t, const auto& emit) {
      by_verdict(emit, "outbound", t.tracker->totals().outbound, drops);
      by_verdict(emit, "inbound", t.tracker->totals().inbound, drops);
    };
  };
  out.family("sallyport_drop_packets", "counter", "Packets dropped, by reason.", both(true), "_total");
  out.family("sallyport_good_packets", "counter", "Packets handled without loss, by verdict.", both(false), "_total");
}

}  // namespace

std::string open_metrics_text(std::span<const MetricsTable> tables) {
  std::string text;
  Families out(tables, std::back_inserter(text));
  occupancy(out);
  events(out);
  packets(out);
  text += "# EOF\n";
  return text;
}

}  // namespace sallyport
