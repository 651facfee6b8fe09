#pragma once
/// @file
/// The firmware's random numbers: CTR_DRBG over the noise source, seeded again as it goes.
#include <array>
#include <cstdint>

#include "sallyport/fw/ctr_drbg.hpp"
#include "sallyport/fw/noise.hpp"
#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw {

/// Costs a few clocks a word and six AES blocks every 16 words.
class Random final : public RandomSource {
 public:
  Random(NoiseSource& noise, BlockCipher& cipher) : seeds_(noise, cipher), drbg_(cipher) {}

  /// Tests the noise and takes the first seed. False when the noise fails: then there are no random numbers.
  bool start();
  /// Makes words ahead, and takes a new seed when it is time; some thousand clocks then. To be called when nothing
  /// waits.
  void maintain();
  std::uint32_t next() override;
  [[nodiscard]] bool usable() const override { return started_; }
  /// The noise has passed all tests so far. When it fails later, numbers go on to come from the last seed.
  [[nodiscard]] bool healthy() const override { return started_ && !seeds_.failed(); }

 private:
  static constexpr std::uint32_t kRequestsASeed = 1024;
  static constexpr std::size_t kKeep = 8;  // words that are there for the next request of the host

  void refill();

  SeedMaker seeds_;
  CtrDrbg drbg_;
  std::array<Block, 4> words_{};
  std::size_t left_ = 0;
  std::uint32_t requests_ = 0;
  bool started_ = false;
};

}  // namespace sallyport::fw
