#pragma once
/// @file
/// Logs of gateways that never were: two tables, tunnels that are rekeyed all the time, a few collisions, refusals,
/// drops.
#include <cstdint>
#include <filesystem>
#include <string>

#include "sallyport/result.hpp"

namespace sallyport::report {

/// What the made-up run is like.
struct SyntheticRun {
  std::uint64_t seed = 1;
  std::uint32_t table_size = 64;
  std::uint32_t floor = 4;
  unsigned tunnels = 12;                       ///< Two entries each; new ones are tried until one is refused.
  std::uint64_t span_ns = 6'000'000'000;       ///< 1 s or more.
  std::uint64_t life_ns = 700'000'000;         ///< Mean time from key to soft event.
  std::string name = "two gateways, made up";  ///< Of the log.
  std::string owner_prefix = "tunnel-";
  bool finish = true;  ///< false: stop without an end, as a crash does.
};

/// Writes the log and gives the number of transitions in it. The same run gives the same log.
Result<std::uint64_t> write_synthetic_log(const std::filesystem::path& path, const SyntheticRun& run);

}  // namespace sallyport::report
