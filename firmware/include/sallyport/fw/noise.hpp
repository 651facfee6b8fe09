#pragma once
/// @file
/// From raw noise to seeds: the health tests of SP 800-90B 4.4 on every bit, and CBC-MAC as conditioning (3.1.5.1.1).
#include <cstdint>
#include <optional>

#include "sallyport/fw/ctr_drbg.hpp"

namespace sallyport::fw {

/// Raw bits, 32 at a time, each word once.
class NoiseSource {
 public:
  virtual std::uint32_t next() = 0;

 protected:
  ~NoiseSource() = default;
};

/// Least entropy that a raw bit is trusted with: a quarter of a bit. A source is to be measured against this.
inline constexpr unsigned kRawBitsPerBit = 4;

/// Repetition count and adaptive proportion test, false alarms once in 2^20 windows at most. A failure is for ever.
class NoiseHealth {
 public:
  /// One more is the cutoff of 4.4.1: 1 + 20 / H.
  static constexpr unsigned kLongestRun = 80;
  /// 4.4.2: window of 1,024 bits; its first bit may stand in it so often: critbinom(1024, 2^-H, 1 - 2^-20).
  static constexpr unsigned kWindow = 1024;
  static constexpr unsigned kMostAlike = 914;

  /// False once a test has failed.
  bool check(std::uint32_t word);
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  bool failed_ = false;
  bool last_ = false;
  bool first_ = false;       // of the window
  std::uint16_t run_ = 0;    // of bits like the last one
  std::uint16_t alike_ = 0;  // bits like the first one
  std::uint16_t seen_ = 0;   // of the window
};

/// Makes seeds of full entropy.
class SeedMaker {
 public:
  SeedMaker(NoiseSource& noise, BlockCipher& cipher) : noise_(noise), cipher_(cipher) {}

  /// Before the first seed: a window of noise is tested and thrown away. False when it fails.
  bool start();
  /// The cipher's key is another one afterwards. Nothing once the noise has failed a test.
  std::optional<CtrDrbg::Seed> make();
  [[nodiscard]] bool failed() const { return health_.failed(); }

 private:
  NoiseSource& noise_;
  BlockCipher& cipher_;
  NoiseHealth health_;
};

}  // namespace sallyport::fw
