#pragma once
/// @file
/// Telemetry at its source: counters and occupancy as the device has them, with their age.
#include <array>
#include <cstdint>
#include <vector>

#include "sallyport/device.hpp"

namespace sallyport {

/// Verdict counters since reset, by direction and verdict.
using VerdictCounters = std::array<std::array<std::uint64_t, abi::kVerdictCount>, 2>;

/// One picture of a device, apart from its SAs.
struct DeviceSample {
  Occupancy occupancy;         ///< Its time_ns is the sample's.
  VerdictCounters verdicts{};  ///< [direction][verdict].
  std::uint32_t ecc_corrected = 0;
  std::uint32_t ecc_fatal = 0;
  std::uint32_t events_late = 0;  ///< Records delivered late because the ring was full.
};

/// Reads samples. Costs register accesses, some ten a counter: for reports, not for every packet.
class SampleSource {
 public:
  /// `device` must outlive the source.
  explicit SampleSource(Device& device) : device_(device) {}
  Result<DeviceSample> sample();
  /// Every entry in use, each with its own time.
  Result<std::vector<EntryReport>> entries();

 private:
  Device& device_;
};

}  // namespace sallyport
