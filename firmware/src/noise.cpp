#include "sallyport/fw/noise.hpp"

namespace sallyport::fw {
namespace {

constexpr unsigned kWordBits = 32;
constexpr unsigned kBlockBits = 128;
// Full entropy in n bits out of a vetted function takes n + 64 bits of entropy into it (SP 800-90B 3.1.5.1.2).
constexpr unsigned kWordsABlock = (kBlockBits + 64) * kRawBitsPerBit / kWordBits;
static_assert(kWordsABlock % 4 == 0, "whole blocks, so that CBC-MAC needs no padding");

// Keys of the conditioning are no secrets, but must be fixed; two, so that the halves of a seed come from two
// functions.
constexpr Block kConditionKeys[] = {{0x53616C6C, 0x79706F72, 0x74206E6F, 0x69736531},
                                    {0x53616C6C, 0x79706F72, 0x74206E6F, 0x69736532}};

}  // namespace

void NoiseHealth::bit(bool value) {
  run_ = value == last_ ? static_cast<std::uint16_t>(run_ + 1) : std::uint16_t{1};
  last_ = value;
  if (run_ > kLongestRun) failed_ = true;

  if (seen_ == 0) {
    first_ = value;
    alike_ = 0;
  }
  if (value == first_) ++alike_;
  if (alike_ > kMostAlike) failed_ = true;
  if (++seen_ == kWindow) seen_ = 0;
}

bool NoiseHealth::check(std::uint32_t word) {
  for (unsigned i = 0; i < kWordBits; ++i) bit((word >> i & 1U) != 0);
  return !failed_;
}

bool SeedMaker::start() {
  for (unsigned i = 0; i < NoiseHealth::kWindow / kWordBits; ++i) static_cast<void>(health_.check(noise_.next()));
  return !health_.failed();
}

std::optional<CtrDrbg::Seed> SeedMaker::make() {
  CtrDrbg::Seed seed{};
  std::size_t at = 0;
  for (const Block& key : kConditionKeys) {
    cipher_.key(key);
    Block mac{};
    for (unsigned word = 0; word < kWordsABlock; ++word) {
      const std::uint32_t raw = noise_.next();
      if (!health_.check(raw)) return std::nullopt;
      mac[word % mac.size()] ^= raw;
      if (word % mac.size() == mac.size() - 1) mac = cipher_.encrypt(mac);
    }
    for (const std::uint32_t word : mac) seed[at++] = word;
  }
  return seed;
}

}  // namespace sallyport::fw
