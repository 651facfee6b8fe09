#include "world/summary.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace sallyport::sim {

namespace {

constexpr double kNsPerSecond = 1e9;

std::string counted(std::uint64_t n, const char* noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

}  // namespace

std::string to_json(const RunSummary& s, bool with_wall_clock) {
  nlohmann::ordered_json json;
  json["scenario"] = s.scenario;
  json["seed"] = s.seed;
  json["capture"] = s.capture;
  json["frames"] = s.frames;
  json["frames_skipped"] = s.frames_skipped;
  json["packets_in"] = s.packets_in;
  json["packets_out"] = s.packets_out;
  json["packets_lost"] = s.packets_lost();
  json["packets_altered"] = s.packets_altered();
  json["packets_out_of_order"] = s.packets_out_of_order;
  json["octets_in"] = s.octets_in;
  json["octets_out"] = s.octets_out;
  json["esp_packets"] = s.esp_packets;
  json["esp_octets"] = s.esp_octets;
  json["rekeys"] = s.rekeys;
  json["rekeys_failed"] = s.rekeys_failed;
  json["soft_events"] = s.soft_events;
  json["hard_expiries"] = s.hard_expiries;
  json["rekeys_asked"] = s.rekeys_asked;
  json["rekeys_asked_early"] = s.rekeys_asked_early;
  json["forced_drains"] = s.forced_drains;
  json["load_warnings"] = s.load_warnings;
  json["octets_over_hard_limit"] = s.octets_over_hard_limit;
  json["packets_over_hard_limit"] = s.packets_over_hard_limit;
  json["packets_of_no_sa"] = s.packets_of_no_sa;
  json["drops"] = s.drops;
  json["golden_packets"] = s.golden_packets;
  json["golden_mismatches"] = s.golden_mismatches;
  json["stream_faults"] = s.stream_faults;
  json["machine"] = s.tlm ? "tlm" : "rtl";
  json["firmware"] = {s.firmware_on_core[0] ? "core" : "hosted", s.firmware_on_core[1] ? "core" : "hosted"};
  json["table_entries"] = s.table_entries;
  json["peak_entries"] = s.peak_entries;
  json["simulated_seconds"] = static_cast<double>(s.simulated_ns) / kNsPerSecond;
  json["clocks"] = s.clocks;
  json["clocks_skipped"] = s.clocks_skipped;
  if (with_wall_clock) {
    json["wall_seconds"] = s.wall_seconds;
    json["cpu_seconds"] = s.cpu_seconds;
    json["clocks_per_second"] = s.clocks_per_second();
    json["model_share"] = s.model_share();
  }
  // File names and tunnel names may hold any octets.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string to_text(const RunSummary& s) {
  std::string text;
  const auto line = [&](const std::string& words) { text += words + "\n"; };
  line(fmt::format("packets:  {} in, {} out, {} lost; {} octets in", s.packets_in, s.packets_out, s.packets_lost(),
                   s.octets_in));
  line(fmt::format("          {} came out identical{}", s.packets_identical,
                   s.packets_out_of_order == 0
                       ? ", in order within each flow"
                       : fmt::format(", {} of them after a later one of their flow", s.packets_out_of_order)));
  if (s.packets_altered() != 0) line(fmt::format("          {} came out that nobody sent", s.packets_altered()));
  line(fmt::format("ESP:      {} packets, {} octets", s.esp_packets, s.esp_octets));
  line(fmt::format("SAs:      {}, {} failed; {}, {}", counted(s.rekeys, "rekey"), s.rekeys_failed,
                   counted(s.soft_events, "soft event"),
                   s.hard_expiries == 1 ? "1 hard expiry" : fmt::format("{} hard expiries", s.hard_expiries)));
  if (s.rekeys_asked != 0) {
    line(fmt::format("          {} asked for by the firmware, {} before the soft limit; {}, {}", s.rekeys_asked,
                     s.rekeys_asked_early, counted(s.load_warnings, "load warning"),
                     counted(s.forced_drains, "forced drain")));
  }
  line(fmt::format("          {} octets over a hard limit, {} packets over a hard limit", s.octets_over_hard_limit,
                   s.packets_over_hard_limit));
  if (s.tlm) line("machine:  the TLM model in place of both accelerators; times are estimates");
  const auto place = [](bool on_core) { return on_core ? "on the management core" : "hosted"; };
  line(fmt::format("firmware: {} (A) and {} (B)", place(s.firmware_on_core[0]), place(s.firmware_on_core[1])));
  line(fmt::format("table:    at most {} (A) and {} (B) of {} entries in use", s.peak_entries[0], s.peak_entries[1],
                   s.table_entries));
  if (s.drops.empty()) line("drops:    none");
  for (const auto& [place, reasons] : s.drops) {
    for (const auto& [reason, count] : reasons) line(fmt::format("drops:    {}: {} {}", place, reason, count));
  }
  line(fmt::format("model:    {} packets compared bit for bit with the golden model, {}", s.golden_packets,
                   counted(s.golden_mismatches, "difference")));
  for (const auto& report : s.golden_reports) line("          " + report);
  if (s.packets_of_no_sa != 0)
    line("          " + counted(s.packets_of_no_sa, "packet") + " of an SA that nobody keyed");
  if (s.stream_faults != 0) line("          " + counted(s.stream_faults, "broken stream rule"));
  line(fmt::format("speed:    {} clocks in {:.1f} s: {:.0f} clocks/s, {:.0f} % of the run time in the Verilated model",
                   s.clocks, s.wall_seconds, s.clocks_per_second(), 100.0 * s.model_share()));
  line(fmt::format("          {:.6f} s simulated, {} idle clocks skipped; seed {}",
                   static_cast<double>(s.simulated_ns) / kNsPerSecond, s.clocks_skipped, s.seed));
  return text;
}

}  // namespace sallyport::sim
