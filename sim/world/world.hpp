#pragma once
/// @file
/// Two gateways, a link, traffic and keys: a whole run.
#include <cstdint>
#include <filesystem>
#include <functional>

#include "capture/capture_reader.hpp"
#include "sallyport/result.hpp"
#include "scenario/scenario.hpp"
#include "world/summary.hpp"

namespace sallyport::sim {

/// How far a run has come.
struct Progress {
  std::uint64_t packets_out = 0;
  std::uint64_t packets_total = 0;
  std::uint64_t rekeys = 0;
};

/// Runs a scenario with a capture and writes esp.pcap, decrypted.pcap, esp_sa, util.jsonl and summary.json (and
/// waveforms) to `folder`; none of them if it fails. Same scenario, seed and capture: same files, but for the wall
/// clock in the summary.
///
/// Once a process: SystemC builds one world only.
/// Errors: a scenario value that the devices refuse, a device that fails or hangs, files that cannot be written.
Result<RunSummary> run_world(const Scenario& scenario, const Capture& capture, const std::filesystem::path& folder,
                             const std::function<void(const Progress&)>& progress);

}  // namespace sallyport::sim
