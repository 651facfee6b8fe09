#include "sallyport/fw/noise.hpp"

#include <bit>

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

// Ones of a word; the core has no instruction for it, and no library need be there.
constexpr unsigned ones(std::uint32_t word) {
  word -= word >> 1 & 0x55555555U;
  word = (word & 0x33333333U) + (word >> 2 & 0x33333333U);
  word = (word + (word >> 4)) & 0x0F0F0F0FU;
  return word * 0x01010101U >> 24;
}
static_assert(ones(0) == 0 && ones(UINT32_MAX) == 32 && ones(0x80000001U) == 2);

}  // namespace

// A word at a time, because a core takes some forty clocks for a bit: what lies inside of a word is no run that counts.
static_assert(NoiseHealth::kLongestRun >= kWordBits && NoiseHealth::kWindow % kWordBits == 0);

bool NoiseHealth::check(std::uint32_t word) {
  // Bit i: it differs from the one before.
  const std::uint32_t changes = word ^ (word << 1 | (last_ ? 1U : 0U));
  const unsigned like_last = changes == 0 ? kWordBits : static_cast<unsigned>(std::countr_zero(changes));
  if (run_ + like_last > kLongestRun) failed_ = true;
  run_ = static_cast<std::uint16_t>(changes == 0 ? (failed_ ? run_ : run_ + kWordBits) : std::countl_zero(changes) + 1);
  last_ = word >> (kWordBits - 1) != 0;

  if (seen_ == 0) {
    first_ = (word & 1U) != 0;
    alike_ = 0;
  }
  alike_ = static_cast<std::uint16_t>(alike_ + ones(first_ ? word : ~word));
  if (alike_ > kMostAlike) failed_ = true;
  seen_ = static_cast<std::uint16_t>((seen_ + kWordBits) % kWindow);
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
