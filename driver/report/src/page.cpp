#include "page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "assets.hpp"
#include "meanings.hpp"
#include "page_data.hpp"
#include "text.hpp"

namespace sallyport::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

/// What the page may do: its own scripts and styles, and nothing from anywhere else.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'";

const char* delivery_text(EventDelivery delivery) {
  switch (delivery) {
    case EventDelivery::kInterrupt:
      return "Events reach the host by interrupt";
    case EventDelivery::kNumberedStream:
      return "Events reach the host as a numbered stream, repeated until acknowledged";
    case EventDelivery::kPollingOnly:
      return "Polling only: the host learns of events when it next looks";
  }
  return "?";
}

std::string plural(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

void head(std::string& html, const UtilisationSummary& summary) {
  fmt::format_to(Out(html),
                 "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
                 "<title>SA table utilisation: {}</title>\n<style>\n{}\n{}</style>\n</head>\n<body>\n",
                 kContentSecurityPolicy, escape(summary.header.name), assets::dygraph_css, assets::style);
}

void top(std::string& html, const UtilisationSummary& summary) {
  const double span = static_cast<double>(summary.end_ns - summary.header.start_ns);
  fmt::format_to(Out(html),
                 "<header class=\"top\"><div><h1>SA table utilisation: {}</h1>\n"
                 "<p class=\"muted\">{} of {} time, seed {}, {}</p></div>\n"
                 "<button id=\"theme\" type=\"button\">Light / dark</button></header>\n<main>\n",
                 escape(summary.header.name), duration(span),
                 summary.header.time_base == TimeBase::kSimulated ? "simulated" : "device", summary.header.seed,
                 plural(summary.records, "record", "records"));
  if (summary.truncated) {
    fmt::format_to(
        Out(html),
        "<p class=\"warning\" role=\"alert\"><strong>This log is truncated.</strong> It stops without its end "
        "line: the run was broken off or goes on. The page covers what was written up to {} after the start.</p>\n",
        duration(span));
  }
  html +=
      "<noscript><p class=\"warning\">The plots need scripts. All numbers and tables of this page are here without "
      "them.</p></noscript>\n";
  if (summary.tables.size() > 1) {
    html += "<p>Tables: ";
    for (std::size_t t = 0; t < summary.tables.size(); ++t) {
      fmt::format_to(Out(html), "{}<a href=\"#table-{}\">{}</a>", t == 0 ? "" : " · ", t,
                     escape(summary.tables[t].table.name));
    }
    html += "</p>\n";
  }
  html +=
      "<div class=\"toolbar\"><button type=\"button\" data-action=\"whole\">Whole run</button>"
      "<button type=\"button\" data-action=\"in\" aria-label=\"Zoom in\">+</button>"
      "<button type=\"button\" data-action=\"out\" aria-label=\"Zoom out\">−</button>"
      "<button type=\"button\" data-action=\"back\" aria-label=\"Earlier\">◀</button>"
      "<button type=\"button\" data-action=\"on\" aria-label=\"Later\">▶</button>"
      "<span id=\"range\" aria-live=\"polite\"></span>"
      "<span class=\"hint\">Drag to zoom, shift-drag to move, double click for all. Keys: + − 0 ← →</span></div>\n";
}

std::string legend() {
  using S = abi::EntryState;
  std::string html = "<div class=\"legend\">";
  for (const S state : {S::kActive, S::kOverlap, S::kDraining, S::kRedundant, S::kLarval, S::kErasing, S::kFree}) {
    fmt::format_to(Out(html), "<span title=\"{1}\"><span class=\"swatch {0}\"></span>{0}</span>", abi::name(state),
                   meaning(state));
  }
  return html + "</div>\n";
}

std::string plots_panel(std::size_t number, const TableContent& content, std::uint64_t size) {
  std::string html = fmt::format(
      "<div class=\"panel\"><div class=\"controls\"><h3>Entries over time, and each entry's states</h3>"
      "<span><label>Chart height <select id=\"scale-{0}\"><option value=\"use\">what is in use</option>"
      "<option value=\"size\">whole table</option></select></label> "
      "<label>Rows <select id=\"rows-{0}\"><option value=\"fit\">fit</option><option "
      "value=\"tall\">tall</option></select>"
      "</label></span></div>\n{1}<div id=\"plots-{0}\"></div>\n",
      number, legend());
  const auto used =
      static_cast<std::uint64_t>(std::count_if(content.timeline.entries().begin(), content.timeline.entries().end(),
                                               [](const auto& pieces) { return !pieces.empty(); }));
  fmt::format_to(Out(html), "<p class=\"sub\">Each entry that was used has a row ({} of {}). ", grouped(used),
                 grouped(size));
  html +=
      "No stay is too short to be drawn: it gets at least one pixel, and where several states meet in a pixel the most "
      "notable shows (redundant, overlap, draining, larval, erasing, active, free). Zoom in for the exact lengths.";
  const std::uint64_t coarse = std::max(content.steps.slot_ns(), content.timeline.slot_ns());
  if (coarse == 0) {
    html += " Every transition of the log is in these plots.";
  } else {
    fmt::format_to(
        Out(html),
        " The log has more transitions than a page can hold: below {} the plots name the states and the highest "
        "and lowest counts, but not their order. The numbers and tables are exact.",
        duration(static_cast<double>(coarse)));
  }
  return html + "</p></div>\n";
}

void table_section(std::string& html, const UtilisationSummary& summary, const std::vector<TableContent>& content,
                   std::size_t number) {
  const TableSummary& table = summary.tables[number];
  const std::uint64_t start_ns = summary.header.start_ns;
  fmt::format_to(Out(html),
                 "<section class=\"table-report\" id=\"table-{}\">\n<h2>{}</h2>\n<p class=\"muted\">{}.</p>\n", number,
                 escape(table.table.name), delivery_text(table.table.event_delivery));
  html += headline_cards(table);
  html += plots_panel(number, content[number], table.table.size);
  html += state_panel(table);
  html += "<div class=\"pair\">\n" + drops_panel(table) + event_counts_panel(table) + "</div>\n";
  html += events_panel(table, content[number], start_ns);
  html += rekeys_panel(table, content[number], start_ns);
  html += refusals_panel(table, content[number], start_ns);
  html += "</section>\n";
}

}  // namespace

std::string page(const UtilisationSummary& summary, const std::vector<TableContent>& content) {
  std::string html;
  head(html, summary);
  top(html, summary);
  for (std::size_t t = 0; t < content.size(); ++t) table_section(html, summary, content, t);
  fmt::format_to(
      Out(html),
      "</main>\n<footer>Times on this page count from the start of the log ({} ns of its time base). Integrals are "
      "exact; format of the log: utilisation log version {}. Charts: dygraphs (MIT licence).</footer>\n",
      grouped(summary.header.start_ns), kUtilisationLogVersion);
  fmt::format_to(Out(html), "<script type=\"application/json\" id=\"data\">{}</script>\n", page_data(summary, content));
  fmt::format_to(Out(html), "<!--\n{}-->\n<script>{}</script>\n", assets::notice, assets::dygraph_js);
  for (const std::string_view script : {assets::format_js, assets::reduce_js, assets::strip_js, assets::chart_js,
                                        assets::marks_js, assets::timeline_js, assets::main_js}) {
    fmt::format_to(Out(html), "<script>\n{}</script>\n", script);
  }
  html += "</body>\n</html>\n";
  return html;
}

}  // namespace sallyport::report
