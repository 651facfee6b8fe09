#pragma once
/// @file
/// How many requests a table of several lanes grants of those that are wanted.
#include <gtest/gtest.h>

#include <random>

#include "full_bench.hpp"

namespace sallyport::test {

/// 0..31 outbound, 32..63 inbound, all installed.
template <class Bench>
void fill(Bench& bench) {
  for (std::uint16_t i = 0; i < 64; ++i)
    ASSERT_EQ(bench.install(i, i < 32 ? Sa::outbound(0x1000U + i) : Sa::inbound(i)).generation, 1);
}

/// Three requests a lane every eight clocks, random entries, one of each may wait: granted of those that were wanted.
template <class V, unsigned kLanes>
double share(unsigned clocks) {
  FullBench<V, kLanes> bench(kLanes == 4 ? 16 : 256);
  fill(bench);
  std::mt19937_64 random(kLanes);
  std::uint64_t number = 0, wanted = 0;
  const std::uint64_t before = bench.grants;
  for (unsigned t = 0; t < clocks; ++t) {
    for (unsigned l = 0; l < kLanes; ++l) {
      if (t % 8 == (3 * l) % 8) {
        wanted += 3;
        if (bench.queued(l, Kind::kAdmit) < 2)
          bench.send(l, Request::admit(static_cast<std::uint16_t>(random() % 32), 1));
        const auto index = static_cast<std::uint16_t>(32 + random() % 32);
        if (bench.queued(l, Kind::kLookUp) < 2)
          bench.send(l, Request::look_up(Sa::inbound(index).spi, static_cast<std::uint32_t>(number + 100)));
        const auto other = static_cast<std::uint16_t>(32 + random() % 32);
        if (bench.queued(l, Kind::kCommit) < 2) bench.send(l, Request::commit(other, 1, ++number));
      }
    }
    bench.step();
  }
  return static_cast<double>(bench.grants - before) / static_cast<double>(wanted);
}

}  // namespace sallyport::test
