// The program `sallyport`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/run_command.hpp"
#include "sallyport/report/report.hpp"
#include "vectors/run_vector_files.hpp"

namespace {

using sallyport::sim::kExitBadInput;
using sallyport::sim::kExitOk;
using sallyport::sim::RunArguments;

// As scenario files have them.
constexpr std::uint64_t kMostSeed = 9'223'372'036'854'775'807;
constexpr std::uint64_t kMostClocks = 1'000'000'000'000;

/// An option that takes a whole decimal number up to `most`; anything else is an error that says so.
void add_number(CLI::App& app, const std::string& name, std::optional<std::uint64_t>& target, std::uint64_t most,
                const std::string& text) {
  app.add_option_function<std::string>(
         name,
         [&target, name, most](const std::string& value) {
           std::uint64_t number = 0;
           const char* end = value.data() + value.size();
           const auto [stop, error] = std::from_chars(value.data(), end, number);
           if (error != std::errc() || stop != end || number > most) {
             throw CLI::ValidationError(name, fmt::format("\"{}\" is no whole number from 0 to {}", value, most));
           }
           target = number;
         },
         text)
      ->type_name("NUMBER");
}

/// --profile of any subcommand.
template <class Target>
void add_profile(CLI::App& app, Target& target, const std::string& text) {
  const std::map<std::string, sallyport::sim::Profile> profiles{{"compact", sallyport::sim::Profile::kCompact},
                                                                {"full", sallyport::sim::Profile::kFull}};
  app.add_option("--profile", target, text)->type_name("PROFILE")->transform(CLI::CheckedTransformer(profiles));
}

/// Options that run and demo share.
void add_run_options(CLI::App& app, RunArguments& arguments) {
  app.add_option("--capture", arguments.capture, "Capture file (pcap or pcapng) instead of the scenario's");
  add_number(app, "--seed", arguments.seed, kMostSeed, "Seed instead of the scenario's");
  add_profile(app, arguments.profile, "Profile of the accelerators instead of the scenario's: compact, full");
  const std::map<std::string, sallyport::sim::Machine> machines{{"rtl", sallyport::sim::Machine::kRtl},
                                                                {"tlm", sallyport::sim::Machine::kTlm}};
  app.add_option("--machine", arguments.machine,
                 "What stands for the accelerators, instead of the scenario's: rtl, tlm")
      ->type_name("MACHINE")
      ->transform(CLI::CheckedTransformer(machines));
  const std::map<std::string, sallyport::sim::FirmwarePlace> places{{"core", sallyport::sim::FirmwarePlace::kCore},
                                                                    {"hosted", sallyport::sim::FirmwarePlace::kHosted}};
  app.add_option("--firmware", arguments.firmware, "Where the firmware runs, instead of the scenario's: core, hosted")
      ->type_name("PLACE")
      ->transform(CLI::CheckedTransformer(places));
  app.add_option("--out", arguments.out, "Folder for the results")->capture_default_str();
  app.add_flag("--strict", arguments.strict, "A frame without a whole IP packet is an error");
  add_number(app, "--trace-from", arguments.trace_from, kMostClocks,
             "First clock of the waveform; with --trace-on: clocks after the event");
  add_number(app, "--trace-to", arguments.trace_to, kMostClocks,
             "Last clock of the waveform; with --trace-on: clocks after the event");
  app.add_option("--trace-on", arguments.trace_on,
                 "Record from this event on (an event kind or drop reason, e.g. soft_octets)");
  app.add_flag("--quiet", arguments.quiet, "No progress display");
}

int write_page(const std::string& log, const std::string& html, bool allow_truncated) {
  std::error_code no_matter;
  if (std::filesystem::equivalent(log, html, no_matter)) {
    fmt::print(stderr, "sallyport: {}: is the log itself; give the page another name\n", html);
    return kExitBadInput;
  }
  sallyport::ReportOptions options;
  options.allow_truncated = allow_truncated;
  if (auto written = sallyport::write_report(log, html, options); !written) {
    fmt::print(stderr, "sallyport: {}\n", sallyport::sim::printable(written.error().text));
    return kExitBadInput;
  }
  fmt::print("{}\n", html);
  return kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  // SystemC's banner has no place among our output.
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);

  CLI::App app{"ESP accelerator in simulation: runs, vectors, reports", "sallyport"};
  app.require_subcommand(1);

  RunArguments run;
  run.out = "out/run";
  auto* run_app = app.add_subcommand("run", "Run a scenario");
  run_app->add_option("scenario", run.scenario, "Scenario file (TOML)")->required();
  add_run_options(*run_app, run);

  RunArguments demo;
  demo.scenario = SALLYPORT_DEMO_SCENARIO;
  demo.out = "out/demo";
  demo.need_all = true;
  auto* demo_app = app.add_subcommand("demo", "Run the demo scenario; a lost packet is a failure");
  demo_app->add_option("--scenario", demo.scenario, "Scenario file (TOML)")->capture_default_str();
  add_run_options(*demo_app, demo);

  std::vector<std::filesystem::path> files;
  auto* vectors_app = app.add_subcommand("vectors", "Run vector files through the Verilated RTL");
  vectors_app->add_option("files", files, "Vector files")->required();
  auto vectors_profile = sallyport::sim::Profile::kCompact;
  add_profile(*vectors_app, vectors_profile,
              "Profile of the accelerator that whole ESP packets go through: compact, full");

  std::string log;
  std::string html;
  auto* report_app = app.add_subcommand("report", "Make a page from a utilisation log");
  report_app->add_option("log", log, "Utilisation log (util.jsonl)")->required();
  report_app->add_option("-o,--output", html, "HTML file to write")->required();
  bool allow_truncated = false;
  report_app->add_flag("--allow-truncated", allow_truncated, "Take a log that stops early; the page says so");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return kExitBadInput;
  }
  if (*run_app) return sallyport::sim::run_command(run);
  if (*demo_app) return sallyport::sim::run_command(demo);
  if (*vectors_app) return sallyport::sim::run_vector_files(files, vectors_profile, std::cout);
  return write_page(log, html, allow_truncated);
}
