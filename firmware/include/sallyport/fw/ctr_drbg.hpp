#pragma once
/// @file
/// CTR_DRBG of SP 800-90A Rev. 1, 10.2.1: AES-128, no derivation function, no personalisation string, no additional
/// input. Security strength 128 bit. Seeds must have full entropy.
#include <array>
#include <cstdint>
#include <span>

namespace sallyport::fw {

/// An AES block or a key as words, octet 0 in the most significant octet of word 0.
using Block = std::array<std::uint32_t, 4>;

/// AES-128 encryption, a block at a time: an engine on the management core.
class BlockCipher {
 public:
  virtual void key(const Block& key) = 0;
  virtual Block encrypt(const Block& block) = 0;

 protected:
  ~BlockCipher() = default;
};

/// The generator. Its user counts the requests and reseeds (2^48 are allowed). Others may use the cipher in between.
class CtrDrbg {
 public:
  /// Key and counter block, in this order.
  using Seed = std::array<std::uint32_t, 8>;
  /// Longest request in blocks (2^19 bit are allowed).
  static constexpr std::size_t kMostBlocks = 4096;

  explicit CtrDrbg(BlockCipher& cipher) : cipher_(cipher) {}
  ~CtrDrbg();
  CtrDrbg(const CtrDrbg&) = delete;
  CtrDrbg& operator=(const CtrDrbg&) = delete;

  void instantiate(const Seed& entropy);
  void reseed(const Seed& entropy);
  /// Fills `out`, at most kMostBlocks; two blocks more are made, so that nobody can tell later what it was.
  void generate(std::span<Block> out);

 private:
  void update(const Seed& provided);
  Block next_block();

  BlockCipher& cipher_;
  Block key_{};
  Block v_{};
};

}  // namespace sallyport::fw
