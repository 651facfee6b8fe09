#include "cli/run_command.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/progress.hpp"
#include "sallyport/report/report.hpp"
#include "world/world.hpp"

namespace sallyport::sim {

namespace {

int complain(const std::string& text, int status) {
  fmt::print(stderr, "sallyport: {}\n", text);
  return status;
}

/// Whose fault an error is decides the exit status: a device that fails is not the input's.
int status_of(ErrorCode code) { return code == ErrorCode::kBusFailure ? kExitUnsound : kExitBadInput; }

Result<Scenario> scenario_of(const RunArguments& arguments) {
  auto scenario = read_scenario(arguments.scenario);
  if (!scenario) return scenario;
  if (arguments.capture) scenario->capture = *arguments.capture;
  if (arguments.seed) scenario->seed = *arguments.seed;
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
  const auto capture = read_capture(scenario->capture.string(), scenario->strict);
  if (!capture) return complain(capture.error().text, kExitBadInput);
  if (const std::string warning = capture->warning(); !warning.empty()) {
    fmt::print(stderr, "sallyport: warning: {}: {}\n", scenario->capture.string(), warning);
  }

  ProgressDisplay display;
  std::function<void(const Progress&)> progress;
  if (!arguments.quiet) progress = [&](const Progress& p) { display.show(p); };
  const std::filesystem::path folder = arguments.out;
  const auto summary = run_world(*scenario, *capture, folder, progress);
  display.finish();
  if (!summary) return complain(summary.error().text, status_of(summary.error().code));
  if (auto written = write_report(folder / "util.jsonl", folder / "report.html"); !written) {
    return complain(written.error().text, kExitUnsound);
  }

  fmt::print("{}results:  {}/ (esp.pcap, decrypted.pcap, esp_sa, util.jsonl, summary.json, report.html)\n",
             to_text(*summary), folder.string());
  if (!summary->sound()) return complain("the run shows what must never happen; see above", kExitUnsound);
  if (arguments.need_all && summary->packets_lost() != 0) {
    return complain(fmt::format("{} packets were lost; the drops above say where", summary->packets_lost()),
                    kExitUnsound);
  }
  return kExitOk;
}

}  // namespace sallyport::sim
