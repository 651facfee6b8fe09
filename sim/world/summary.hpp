#pragma once
/// @file
/// What a run came to, in numbers and in words.
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sallyport::sim {

struct RunSummary {
  // ---- the same for the same scenario, seed and capture
  std::string scenario;
  std::uint64_t seed = 0;
  std::string capture;  ///< File name without its folders.
  std::uint64_t frames = 0;
  std::map<std::string, std::uint64_t> frames_skipped;  ///< By kind.
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;           ///< Came out at gateway B.
  std::uint64_t packets_identical = 0;     ///< Of those, as they went in.
  std::uint64_t packets_out_of_order = 0;  ///< Of those, after a later packet of their flow.
  std::uint64_t octets_in = 0;
  std::uint64_t octets_out = 0;
  std::uint64_t esp_packets = 0;
  std::uint64_t esp_octets = 0;
  std::uint64_t rekeys = 0;
  std::uint64_t rekeys_failed = 0;
  std::uint64_t soft_events = 0;
  std::uint64_t hard_expiries = 0;
  std::uint64_t rekeys_asked = 0;        ///< By gateway A's firmware (paced).
  std::uint64_t rekeys_asked_early = 0;  ///< Of those: before the soft limit.
  std::uint64_t forced_drains = 0;       ///< Both gateways.
  std::uint64_t load_warnings = 0;       ///< Both gateways.
  std::uint64_t octets_over_hard_limit = 0;
  std::uint64_t packets_over_hard_limit = 0;
  std::uint64_t packets_of_no_sa = 0;  ///< Came out under an entry that nobody had keyed.
  /// By place ("gateway-a outbound", "link" ...) and reason.
  std::map<std::string, std::map<std::string, std::uint64_t>> drops;
  std::uint64_t golden_packets = 0;
  std::uint64_t golden_mismatches = 0;
  std::vector<std::string> golden_reports;  ///< The first few mismatches in words.
  std::uint64_t stream_faults = 0;
  bool tlm = false;                        ///< The accelerators were the TLM model, not the RTL.
  std::array<bool, 2> firmware_on_core{};  ///< Said by the accelerators at the end, gateway A and B; else hosted.
  std::uint32_t table_entries = 0;
  std::array<std::uint32_t, 2> peak_entries{};  ///< Most in use at once, gateway A and B.
  std::uint64_t simulated_ns = 0;
  std::uint64_t clocks = 0;            ///< Evaluated, both accelerators.
  std::uint64_t clocks_skipped = 0;    ///< Passed while idle, both accelerators.
  std::vector<std::string> waveforms;  ///< File names; not part of the JSON.
  // ---- of this run on this machine
  double wall_seconds = 0.0;
  double cpu_seconds = 0.0;
  double model_seconds = 0.0;

  [[nodiscard]] std::uint64_t packets_lost() const { return packets_in - packets_identical; }
  [[nodiscard]] std::uint64_t packets_altered() const { return packets_out - packets_identical; }
  [[nodiscard]] double clocks_per_second() const {
    return wall_seconds > 0 ? static_cast<double>(clocks) / wall_seconds : 0.0;
  }
  /// Share of the run's processor time that went into the Verilated models' evaluation, 0..1.
  [[nodiscard]] double model_share() const { return cpu_seconds > 0 ? model_seconds / cpu_seconds : 0.0; }
  /// Nothing happened that must never happen: a difference from the golden model, a packet changed, a hard limit
  /// passed.
  [[nodiscard]] bool sound() const {
    return golden_mismatches == 0 && packets_altered() == 0 && octets_over_hard_limit == 0 &&
           packets_over_hard_limit == 0 && packets_of_no_sa == 0 && stream_faults == 0;
  }
};

/// JSON object, two spaces indented, keys in a fixed order. `with_wall_clock` false leaves out what differs from run to
/// run.
std::string to_json(const RunSummary& summary, bool with_wall_clock = true);

/// Lines for people.
std::string to_text(const RunSummary& summary);

}  // namespace sallyport::sim
