#include <fmt/format.h>

#include <iterator>
#include <numeric>

#include "meanings.hpp"
#include "page.hpp"
#include "text.hpp"

namespace sallyport::report {
namespace {

using Out = std::back_insert_iterator<std::string>;
using S = abi::EntryState;

/// From the most to the least useful to a reader.
constexpr std::array kStateOrder{S::kActive, S::kOverlap, S::kDraining, S::kRedundant,
                                 S::kLarval, S::kErasing, S::kFree};

std::string card(const char* label, const std::string& value, const std::string& sub, const char* tone = "") {
  return fmt::format(
      "<div class=\"card {}\"><div class=\"label\">{}</div><div class=\"value\">{}</div><div "
      "class=\"sub\">{}</div></div>\n",
      tone, label, value, sub);
}

/// Opens a panel with a table. `header` is made of our own text.
std::string open_table(const std::string& title, const char* header, bool is_long = false) {
  return fmt::format(
      "<div class=\"panel\"><h3>{}</h3><div class=\"table{}\"><table><thead><tr>{}</tr></thead><tbody>\n", title,
      is_long ? " long" : "", header);
}

std::string close_table(const std::string& footer = {}) {
  return fmt::format("</tbody>{}</table></div></div>\n", footer.empty() ? "" : "<tfoot>" + footer + "</tfoot>");
}

/// A moment that the plots can be asked to show. Before the start is shown at the start.
std::string show_button(std::uint64_t time_ns, std::uint64_t start_ns) {
  const std::uint64_t since = time_ns < start_ns ? 0 : time_ns - start_ns;
  return fmt::format("<button type=\"button\" class=\"show\" data-time=\"{}\" title=\"Show in the plots\">{}</button>",
                     since, EntryTime(1, since).to_seconds_string() + " s");
}

std::string title_with_count(const char* title, std::size_t listed, std::uint64_t all) {
  if (listed == all) return fmt::format("{} ({})", title, grouped(all));
  return fmt::format("{} (the first {} of {}; the rest is in the log)", title, grouped(listed), grouped(all));
}

template <class Counts>
std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t limit_refusals(const TableSummary& t, RefusedRequest request) {
  return sum(t.totals.refusals[static_cast<std::size_t>(request)]);
}

}  // namespace

std::string headline_cards(const TableSummary& t) {
  const std::uint64_t collisions = t.rekeys(RekeyOutcome::kCollision);
  const std::uint64_t failed = t.rekeys(RekeyOutcome::kFailed);
  const std::uint64_t hard = t.hard_expiries();
  const std::uint64_t drops = t.totals.drops();
  const std::uint64_t packets = sum(t.totals.outbound) + sum(t.totals.inbound);
  const double size = t.table.size;
  const auto overlap = state_index(S::kOverlap);
  std::string html = "<div class=\"cards\">\n";
  html += card("Table size", grouped(t.table.size),
               t.table.floor == 0 ? "entries" : fmt::format("entries, {} kept for rekeys", t.table.floor));
  html += card("In use, mean", percent(t.mean_in_use() / size), mean_count(t.mean_in_use()) + " entries");
  html += card("In use, peak", percent(t.peak_in_use / size), grouped(t.peak_in_use) + " entries");
  html += card(
      "Overlap, mean", mean_count(t.mean(S::kOverlap)),
      fmt::format("entries; peak {}, longest {}", t.peak[overlap],
                  t.stays[overlap].stays == 0 ? "none" : duration(static_cast<double>(t.stays[overlap].longest_ns))));
  html += card("Rekeys", grouped(t.rekeys(RekeyOutcome::kDone)),
               fmt::format("done; {} collided, {} failed", collisions, failed));
  html += card("Hard expiries", grouped(hard), hard == 0 ? "no SA ran into its limit" : "SAs ran into their limit",
               hard == 0 ? "good" : "bad");
  html += card("Refusals", grouped(t.totals.refused()),
               fmt::format("{} new, {} rekey", limit_refusals(t, RefusedRequest::kNewSa),
                           limit_refusals(t, RefusedRequest::kRekey)),
               limit_refusals(t, RefusedRequest::kRekey) == 0 ? "" : "bad");
  html += card("Drops", grouped(drops),
               packets == 0 ? "no counters logged" : fmt::format("of {} packets", grouped(packets)),
               packets != 0 && drops == 0 ? "good" : "");
  return html + "</div>\n";
}

std::string state_panel(const TableSummary& t) {
  std::string html =
      "<div class=\"panel\"><h3>Share of each state, as exact time integral</h3>\n<div class=\"bar\" "
      "aria-hidden=\"true\">";
  for (const S state : kStateOrder) {
    fmt::format_to(Out(html), "<span class=\"{}\" style=\"width:{:.4f}%\"></span>", abi::name(state),
                   100 * t.mean(state) / t.table.size);
  }
  html +=
      "</div>\n<div class=\"table\"><table><thead><tr><th>State</th><th>Meaning</th><th class=\"n\">Mean entries</th>"
      "<th class=\"n\">Share of table</th><th class=\"n\">Entry seconds</th><th class=\"n\">Peak</th><th "
      "class=\"n\">Stays</th>"
      "<th class=\"n\">Mean stay</th><th class=\"n\">Longest</th></tr></thead><tbody>\n";
  EntryTime whole;
  for (const S state : kStateOrder) {
    const std::size_t s = state_index(state);
    whole += t.totals.integral[s];
    const StayStatistics& stays = t.stays[s];
    fmt::format_to(
        Out(html),
        "<tr><td class=\"name\"><span class=\"swatch {0}\"></span>{0}</td><td>{1}</td><td class=\"n\">{2}</td>"
        "<td class=\"n\">{3}</td><td class=\"n\">{4}</td><td class=\"n\">{5}</td>",
        abi::name(state), meaning(state), mean_count(t.mean(state)), percent(t.mean(state) / t.table.size),
        t.totals.integral[s].to_seconds_string(), grouped(t.peak[s]));
    if (stays.stays == 0) {
      html += "<td class=\"n\">–</td><td class=\"n\">–</td><td class=\"n\">–</td></tr>\n";
    } else {
      fmt::format_to(Out(html), "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                     grouped(stays.stays), duration(stays.mean_ns()), duration(static_cast<double>(stays.longest_ns)));
    }
  }
  fmt::format_to(Out(html),
                 "</tbody><tfoot><tr><td colspan=\"2\">Sum = size × time, exactly</td><td class=\"n\">{}</td>"
                 "<td class=\"n\">100 %</td><td class=\"n\">{}</td><td colspan=\"4\"></td></tr></tfoot></table></div>\n"
                 "<p class=\"sub\">From {} transitions. {}</p></div>\n",
                 grouped(t.table.size), whole.to_seconds_string(), grouped(t.transitions),
                 t.samples == 0
                     ? std::string("The log has no samples to compare with.")
                     : fmt::format("All {} samples of the log agree with them to the nanosecond.", grouped(t.samples)));
  return html;
}

std::string drops_panel(const TableSummary& t) {
  std::string html =
      open_table("Packets dropped, by reason",
                 "<th>Reason</th><th>Meaning</th><th class=\"n\">Outbound</th><th class=\"n\">Inbound</th>");
  bool any = false;
  std::uint64_t out = 0;
  std::uint64_t in = 0;
  for (unsigned v = 0; v < abi::kVerdictCount; ++v) {
    const auto verdict = static_cast<abi::Verdict>(v);
    if (!is_drop(verdict) || t.totals.outbound[v] + t.totals.inbound[v] == 0) continue;
    any = true;
    out += t.totals.outbound[v];
    in += t.totals.inbound[v];
    fmt::format_to(
        Out(html),
        "<tr><td class=\"name\"><code>{}</code></td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        abi::name(verdict), meaning(verdict), grouped(t.totals.outbound[v]), grouped(t.totals.inbound[v]));
  }
  if (!any) return html + "<tr><td colspan=\"4\">None.</td></tr>\n" + close_table();
  return html +
         close_table(fmt::format("<tr><td colspan=\"2\">All</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                                 grouped(out), grouped(in)));
}

std::string event_counts_panel(const TableSummary& t) {
  std::string html = open_table("Events, by kind", "<th>Kind</th><th>Meaning</th><th class=\"n\">Events</th>");
  for (unsigned k = 0; k < abi::kEventKindCount; ++k) {
    const auto kind = static_cast<abi::EventKind>(k);
    if (t.totals.events[k] == 0) continue;
    fmt::format_to(Out(html), "<tr><td class=\"name\"><code>{}</code></td><td>{}</td><td class=\"n\">{}</td></tr>\n",
                   abi::name(kind), meaning(kind), grouped(t.totals.events[k]));
  }
  const std::uint64_t all = sum(t.totals.events);
  if (all == 0) return html + "<tr><td colspan=\"3\">None.</td></tr>\n" + close_table();
  return html + close_table(fmt::format(
                    "<tr><td colspan=\"2\">All; {} delivered late, {}</td><td class=\"n\">{}</td></tr>",
                    grouped(t.totals.late_events),
                    t.events_missing == 0 ? "no number missing" : grouped(t.events_missing) + " numbers missing",
                    grouped(all)));
}

std::string events_panel(const TableSummary& t, const TableContent& content, std::uint64_t start_ns) {
  if (content.events.empty()) return {};
  std::string html = open_table(
      title_with_count("Events", content.events.size(), sum(t.totals.events)),
      "<th>Time</th><th class=\"n\">Number</th><th>Kind</th><th class=\"n\">Entry</th>"
      "<th class=\"n\">Generation</th><th>Direction</th><th>SPI</th><th class=\"n\">Count</th><th>Delivery</th>",
      true);
  for (const EventLogRecord& e : content.events) {
    fmt::format_to(Out(html),
                   "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"name\"><code>{}</code></td><td "
                   "class=\"n\">{}</td><td class=\"n\">{}</td>"
                   "<td>{}</td><td><code>0x{:08x}</code></td><td class=\"n\">{}{}</td><td>{}</td></tr>\n",
                   show_button(e.time_ns, start_ns), e.seq, abi::name(e.kind), e.index, e.generation,
                   e.inbound ? "inbound" : "outbound", e.spi, grouped(e.count),
                   e.kind != abi::EventKind::kHard ? ""
                   : e.packets                     ? " packets"
                                                   : " octets",
                   e.seq == 0 ? "found by a sweep"
                   : e.late   ? "late"
                              : "at once");
  }
  return html + close_table();
}

std::string rekeys_panel(const TableSummary& t, const TableContent& content, std::uint64_t start_ns) {
  if (content.rekeys.empty()) return {};
  std::string html =
      open_table(title_with_count("Rekeys", content.rekeys.size(), sum(t.totals.rekeys)),
                 "<th>Time</th><th>Outcome</th><th>Trigger</th><th class=\"n\">Took</th><th class=\"n\">Old entry</th>"
                 "<th class=\"n\">New entry</th><th>Owner</th>",
                 true);
  for (const RekeyRecord& r : content.rekeys) {
    fmt::format_to(Out(html),
                   "<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
                   "<td class=\"n\">{}</td><td class=\"owner\">{}</td></tr>\n",
                   show_button(r.time_ns, start_ns), name(r.outcome), name(r.trigger),
                   duration(static_cast<double>(r.time_ns - r.started_ns)), r.old_entry.index,
                   r.outcome == RekeyOutcome::kFailed ? "–" : std::to_string(r.new_entry.index), escape(r.owner));
  }
  return html + close_table();
}

std::string refusals_panel(const TableSummary& t, const TableContent& content, std::uint64_t start_ns) {
  if (content.refusals.empty()) return {};
  std::string html = open_table(title_with_count("Refusals", content.refusals.size(), t.totals.refused()),
                                "<th>Time</th><th>Asked for</th><th>Why refused</th><th>Owner</th>", true);
  for (const RefusalRecord& r : content.refusals) {
    const char* why = r.reason == RefusalReason::kFull      ? "no entry is free"
                      : r.reason == RefusalReason::kReserve ? "the free entries are kept for rekeys"
                                                            : "the owner's quota is used up";
    fmt::format_to(Out(html), "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"owner\">{}</td></tr>\n",
                   show_button(r.time_ns, start_ns),
                   r.request == RefusedRequest::kNewSa ? "entry for a new SA" : "entry for a rekey", why,
                   escape(r.owner));
  }
  return html + close_table();
}

}  // namespace sallyport::report
