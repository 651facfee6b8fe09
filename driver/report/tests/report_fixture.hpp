#pragma once
/// @file
/// Files for tests of reports.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "sallyport/report/report.hpp"
#include "sallyport/report/summary.hpp"
#include "sallyport/telemetry/utilisation_recorder.hpp"
#include "support/test_folder.hpp"
#include "synthetic_log.hpp"

namespace sallyport::report {

/// A folder for logs and reports.
class ReportFolder : public test::FolderTest {
 protected:
  /// A log of an hour in which one SA is rekeyed once, with an overlap of 50 ms.
  std::filesystem::path hour_with_one_overlap() const {
    using S = abi::EntryState;
    constexpr std::uint64_t kHour = 3'600'000'000'000;
    constexpr std::uint64_t kMs = 1'000'000;
    const LogHeader header{"an hour", 7, TimeBase::kSimulated, 0, {{"gw", 64, 0, EventDelivery::kNumberedStream}}};
    auto recorder = UtilisationRecorder::create(path("hour.jsonl"), header);
    EXPECT_TRUE(recorder);
    const auto step = [&](std::uint64_t time, std::uint16_t index, S from, S to, abi::TransitionCause cause) {
      const auto taken = recorder->record(TransitionRecord{0, time, index, 1, from, to, cause, "only one"});
      EXPECT_TRUE(taken) << taken.error().text;
    };
    constexpr std::uint64_t kRekey = kHour / 3;
    step(0, 0, S::kFree, S::kActive, abi::TransitionCause::kInstall);
    step(kRekey, 1, S::kFree, S::kActive, abi::TransitionCause::kInstall);
    step(kRekey, 0, S::kActive, S::kOverlap, abi::TransitionCause::kSupersede);
    step(kRekey + 50 * kMs, 0, S::kOverlap, S::kErasing, abi::TransitionCause::kDrained);
    step(kRekey + 50 * kMs, 0, S::kErasing, S::kFree, abi::TransitionCause::kDrained);
    EXPECT_TRUE(recorder->sample(0, kHour / 2));
    EXPECT_TRUE(recorder->finish(kHour));
    return path("hour.jsonl");
  }
};

}  // namespace sallyport::report
