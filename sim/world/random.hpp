#pragma once
/// @file
/// Random streams of a world. Each part draws from its own, so that a change in one does not move the others.
#include <cstdint>
#include <random>
#include <string_view>

namespace sallyport::sim {

/// A seed for the part called `part` of the world with this seed: FNV-1a over the name, mixed by SplitMix64.
constexpr std::uint64_t derive_seed(std::uint64_t seed, std::string_view part) {
  std::uint64_t h = 0xCBF29CE484222325U;
  for (const char c : part) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
  std::uint64_t z = seed + h + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

/// True with probability `p`, 0..1. Not std::bernoulli_distribution: its results differ between libraries.
inline bool chance(std::mt19937_64& random, double p) { return static_cast<double>(random() >> 11U) * 0x1p-53 < p; }

}  // namespace sallyport::sim
