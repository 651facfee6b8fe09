#pragma once
/// @file
/// What a run writes to its utilisation log.
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "sallyport/event_queue.hpp"
#include "sallyport/telemetry/utilisation_recorder.hpp"
#include "scenario/scenario.hpp"
#include "world/gateway.hpp"
#include "world/key_source.hpp"

namespace sallyport::sim {

/// The log of a world: table 0 is gateway A's, table 1 gateway B's. The first error is kept.
class Utilisation {
 public:
  /// Errors: as UtilisationRecorder::create.
  static Result<Utilisation> create(const std::filesystem::path& path, const Scenario& scenario);

  void transition(unsigned gateway, const EntryTransition& transition);
  void event(unsigned gateway, const SaEvent& event);
  void rekey(const RekeyReport& report);
  void refusal(unsigned gateway, std::size_t tunnel, abi::MailboxCode why);
  /// Occupancy and verdict counters of a gateway, now. Nothing is written when nothing has happened since the last
  /// sample: the next one covers the longer time.
  void sample(unsigned gateway, const Gateway::VerdictCounts& verdicts);
  /// Ends the log with last samples. Errors: the first one met, or as UtilisationRecorder::finish.
  Result<void> finish();

  /// Most entries that were in use at once.
  [[nodiscard]] std::uint32_t peak_in_use(unsigned gateway) const;
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  Utilisation(UtilisationRecorder recorder, const Scenario& scenario);
  void record(const LogRecord& record);
  [[nodiscard]] std::string owner(OwnerId id) const;
  /// Now, or when the gateway's device last did something: management may run ahead of the world.
  [[nodiscard]] std::uint64_t time(unsigned gateway) const;

  UtilisationRecorder recorder_;
  const Scenario* scenario_;
  std::optional<Error> error_;
  std::array<bool, 2> changed_{true, true};  ///< Something was recorded since the last sample.
  std::array<Gateway::VerdictCounts, 2> sampled_{};
};

}  // namespace sallyport::sim
