#include "cli/run_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/progress.hpp"
#include "sallyport/report/report.hpp"
#include "world/outputs.hpp"
#include "world/traffic_source.hpp"
#include "world/world.hpp"

namespace sallyport::sim {

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

namespace {

int complain(const std::string& text, int status) {
  fmt::print(stderr, "sallyport: {}\n", printable(text));
  return status;
}

/// Whose fault an error is decides the exit status: a device that fails is not the input's.
int status_of(ErrorCode code) { return code == ErrorCode::kBusFailure ? kExitUnsound : kExitBadInput; }

Result<Scenario> scenario_of(const RunArguments& arguments) {
  auto scenario = read_scenario(arguments.scenario);
  if (!scenario) return scenario;
  if (arguments.capture) scenario->capture = *arguments.capture;
  if (arguments.seed) scenario->seed = *arguments.seed;
  if (arguments.machine) scenario->accelerator.machine = *arguments.machine;
  if (arguments.firmware) scenario->firmware = *arguments.firmware;
  if (arguments.profile) scenario->accelerator.profile = *arguments.profile;
  if (arguments.strict) scenario->strict = true;
  if (arguments.trace_from) scenario->trace.from = arguments.trace_from;
  if (arguments.trace_to) scenario->trace.to = arguments.trace_to;
  if (arguments.trace_on) scenario->trace.on = *arguments.trace_on;
  if (auto checked = check_scenario(*scenario); !checked) return checked.error();
  if (scenario->capture.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 arguments.scenario + ": run.capture: missing, and --capture names no file either"};
  }
  return scenario;
}

}  // namespace

int run_command(const RunArguments& arguments) {
  const auto scenario = scenario_of(arguments);
  if (!scenario) return complain(scenario.error().text, kExitBadInput);
  const std::string capture_path = scenario->capture.lexically_normal().string();
  const auto capture = read_capture(capture_path, scenario->strict);
  if (!capture) return complain(capture.error().text, kExitBadInput);
  if (const std::string warning = capture->warning(); !warning.empty()) {
    fmt::print(stderr, "sallyport: warning: {}: {}\n", capture_path, warning);
  }

  if (auto span = check_span(*scenario, *capture); !span) {
    return complain(capture_path + ": " + span.error().text, kExitBadInput);
  }

  ProgressDisplay display;
  std::function<void(const Progress&)> progress;
  if (!arguments.quiet) progress = [&](const Progress& p) { display.show(p); };
  const std::filesystem::path folder = arguments.out;
  const auto summary = run_world(*scenario, *capture, folder, progress);
  display.finish();
  if (!summary) return complain(summary.error().text, status_of(summary.error().code));
  if (auto written = write_report(folder / "util.jsonl", folder / "report.html"); !written) {
    (void)clear_results(folder);
    return complain(written.error().text, kExitBadInput);
  }

  std::string files = "esp.pcap, decrypted.pcap, esp_sa, util.jsonl, summary.json, report.html";
  for (const auto& waveform : summary->waveforms) files += ", " + waveform;
  fmt::print("{}results:  {}: {}\n", to_text(*summary), folder.string(), files);
  if (std::fflush(stdout) != 0) return complain("the summary could not be written to standard output", kExitUnsound);
  if (scenario->trace.wanted() && summary->waveforms.empty()) {
    fmt::print(stderr, "sallyport: warning: nothing was recorded: the run did not come to {}\n",
               scenario->trace.on.empty() ? "the first clock of the waveform" : "the event " + scenario->trace.on);
  }
  if (!summary->sound()) return complain("the run shows what must never happen; see above", kExitUnsound);
  if (arguments.need_all && summary->packets_lost() != 0) {
    return complain(fmt::format("{} packets were lost; the drops above say where", summary->packets_lost()),
                    kExitUnsound);
  }
  return kExitOk;
}

}  // namespace sallyport::sim
