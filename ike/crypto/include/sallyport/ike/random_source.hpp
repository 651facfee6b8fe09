#pragma once
/// @file
/// Where all random octets of the agent come from.
///
/// `fill` cannot fail, so that no caller has a path on which a nonce or a key is not random. What can fail is the
/// making of a SystemRandom: once it exists it holds 256 bits of the system's randomness and needs nothing else.
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "sallyport/result.hpp"

namespace sallyport::ike {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  /// Writes unpredictable octets (of a SeededRandom: octets that look so) over the whole span, whatever its size.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  /// A number of 0..bound-1, all equally likely. `bound` is at least 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

 protected:
  RandomSource() = default;
  RandomSource(const RandomSource&) = default;
  RandomSource& operator=(const RandomSource&) = default;
};

/// The ChaCha20 key stream (RFC 8439 2.4) as a generator: the one primitive here that is not OpenSSL's, because it has
/// to work when OpenSSL does not. No allocation, no failure. 2^64 blocks: its block counter is taken 64 bits wide, from
/// nonce 0. Wiped when it goes.
class KeyStream {
 public:
  using Key = std::array<std::uint8_t, 32>;
  explicit KeyStream(const Key& key, std::uint64_t first_block = 0);
  ~KeyStream();
  KeyStream(const KeyStream&) = delete;
  KeyStream& operator=(const KeyStream&) = delete;
  KeyStream(KeyStream&&) = delete;
  KeyStream& operator=(KeyStream&&) = delete;

  void fill(std::span<std::uint8_t> out);

 private:
  void next_block();

  std::array<std::uint32_t, 16> state_{};
  std::array<std::uint8_t, 64> block_{};
  std::size_t used_ = 64;
};

/// The system's randomness: OpenSSL's private generator, for the live agent.
/// Should that one fail later (each failure is counted), octets come from a ChaCha20 generator that was seeded when
/// this object was made and takes a new key from its own stream after each use: what was given out cannot be found
/// again from its state. A process that forks makes a new object in the child.
class SystemRandom final : public RandomSource {
 public:
  /// Fills all or nothing; says whether it did.
  using Origin = bool (*)(std::span<std::uint8_t>);
  static bool openssl(std::span<std::uint8_t> out);

  /// kIo: the origin gives nothing; do not start.
  static Result<std::unique_ptr<SystemRandom>> make(Origin origin = &openssl);
  ~SystemRandom() override;
  SystemRandom(const SystemRandom&) = delete;
  SystemRandom& operator=(const SystemRandom&) = delete;
  SystemRandom(SystemRandom&&) = delete;
  SystemRandom& operator=(SystemRandom&&) = delete;

  void fill(std::span<std::uint8_t> out) override;
  /// How often the origin failed since the start. More than 0 belongs into the log.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  explicit SystemRandom(Origin origin) : origin_(origin) {}

  Origin origin_;
  KeyStream::Key spare_key_{};
  std::uint64_t failures_ = 0;
};

/// For worlds and tests only: the same octets for the same seed, on every machine. The key is the seed, little endian,
/// and 24 zero octets.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed);
  void fill(std::span<std::uint8_t> out) override { stream_.fill(out); }

 private:
  KeyStream stream_;
};

}  // namespace sallyport::ike
