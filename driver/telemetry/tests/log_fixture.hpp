#pragma once
/// @file
/// Files for tests of logs.
#include <filesystem>
#include <fstream>
#include <string>

#include "sallyport/telemetry/utilisation_recorder.hpp"
#include "support/test_folder.hpp"

namespace sallyport {

/// A folder for logs.
class LogFolder : public test::FolderTest {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    // A new file: some file systems wait for the disk when an old one is written anew.
    std::filesystem::remove(path(name));
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
};

inline LogHeader two_gateways() {
  return {"test run",
          42,
          TimeBase::kSimulated,
          1'000,
          {{"gateway-a", 64, 4, EventDelivery::kInterrupt}, {"gateway-b", 4, 0, EventDelivery::kPollingOnly}}};
}

/// A record of each kind that a run may give.
inline std::vector<LogRecord> one_of_each() {
  DropsRecord drops{1, 3'000, {}, {}};
  drops.inbound[static_cast<unsigned>(abi::Verdict::kReplay)] = UINT64_MAX;
  drops.outbound[static_cast<unsigned>(abi::Verdict::kTooBig)] = 1;
  return {TransitionRecord{0, 2'000, 63, 65'535, abi::EntryState::kFree, abi::EntryState::kLarval,
                           abi::TransitionCause::kReserve, "tunnel \"1\"\n</script> \xE2\x82\xAC"},
          EventLogRecord{0, 1'900, 1, 63, 65'535, 0xFFFF'FFFF, abi::EventKind::kHard, true, true, UINT64_MAX, true},
          drops, RekeyRecord{1, 3'000, 2'999, RekeyTrigger::kSoftSeq, RekeyOutcome::kCollision, {3, 1}, {2, 9}, "t"},
          RefusalRecord{1, 3'000, RefusedRequest::kNewSa, RefusalReason::kReserve, ""}};
}

}  // namespace sallyport
