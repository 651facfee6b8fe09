#pragma once
/// @file
/// Which accelerator is modelled: what an elaboration of the RTL fixes by parameters, and the clock.
#include <cstdint>

#include "sallyport/result.hpp"

namespace sallyport::tlm {

/// Profile of the RTL; here it decides what packets cost in clocks, and what CAPS0 says.
enum class Profile : std::uint8_t { kCompact = 0, kFull = 1 };

/// As the parameters of rtl/top/sallyport.sv, one lane.
struct DeviceForm {
  std::uint32_t num_sas = 64;  ///< Entries of the SA table, a power of two, 64..16,384.
  std::uint32_t window = 64;   ///< Replay window in packets, a power of two, 64..1,024.
  Profile profile = Profile::kCompact;
  unsigned engines = 2;              ///< Compact: AES engines, 1..8.
  std::uint32_t ring_depth = 256;    ///< Event records, a power of two, 2..256: as many have an address.
  std::uint16_t max_packet = 10240;  ///< Longest packet taken in, octets, 9,600..16,384.
  std::uint64_t period_ps = 10'000;  ///< Clock period, 1,000..1,000,000 ps.
};

/// Errors: kInvalidArgument, the text names the member and its range.
Result<void> check_form(const DeviceForm& form);

}  // namespace sallyport::tlm
