#pragma once
/// @file
/// `sallyport run` and `sallyport demo`.
#include <cstdint>
#include <optional>
#include <string>

#include "scenario/scenario.hpp"

namespace sallyport::sim {

/// What the command line says about a run; what it does not say comes from the scenario.
struct RunArguments {
  std::string scenario;
  std::optional<std::string> capture;
  std::optional<std::uint64_t> seed;
  std::optional<Profile> profile;
  std::optional<Machine> machine;
  std::optional<FirmwarePlace> firmware;
  std::string out;
  bool strict = false;
  std::optional<std::uint64_t> trace_from;
  std::optional<std::uint64_t> trace_to;
  std::optional<std::string> trace_on;
  bool quiet = false;     ///< No progress.
  bool need_all = false;  ///< A lost packet is a failure.
};

/// Exit status of the program: 0 all well; 1 the run showed something that must not happen; 2 the input is at fault.
inline constexpr int kExitOk = 0;
inline constexpr int kExitUnsound = 1;
inline constexpr int kExitBadInput = 2;

/// Text for a terminal: control characters become question marks.
std::string printable(std::string text);

/// Runs a scenario and reports. Messages go to standard error, the summary to standard output. Returns the exit status.
int run_command(const RunArguments& arguments);

}  // namespace sallyport::sim
