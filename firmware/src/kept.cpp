#include "sallyport/fw/kept.hpp"

namespace sallyport::fw {
namespace {

constexpr std::uint32_t kMagic = 0x5350'4B31;  // "SPK1": changes with the layout

// Places of the head.
constexpr std::size_t kMagicAt = 0;
constexpr std::size_t kTableAt = 1;
constexpr std::size_t kOwnersAt = 2;
constexpr std::size_t kNumberAt = 3;
constexpr std::size_t kSumAt = 4;
constexpr std::size_t kReserveAt = 5;
constexpr std::size_t kSoftAt = 6;
constexpr std::size_t kDrainAt = 7;
constexpr std::size_t kBoundAt = 9;
constexpr std::size_t kRoundAt = 11;
static_assert(kRoundAt + 2 == kKeptHead);

using Words = std::span<std::uint32_t>;

std::uint32_t table_word(std::uint32_t sas) { return abi::kAbiVersion << 16 | sas; }

std::uint64_t get64(Words words, std::size_t at) { return static_cast<std::uint64_t>(words[at + 1]) << 32 | words[at]; }
void put64(Words words, std::size_t at, std::uint64_t value) {
  words[at] = static_cast<std::uint32_t>(value);
  words[at + 1] = static_cast<std::uint32_t>(value >> 32);
}
std::uint16_t high(std::uint32_t word) { return static_cast<std::uint16_t>(word >> 16); }
std::uint16_t low(std::uint32_t word) { return static_cast<std::uint16_t>(word); }

// FNV-1a over words, the checksum's own apart. Against what a restart cuts off and a layout that has changed; single
// bits are the memory's business.
std::uint32_t sum_of(Words words) {
  constexpr std::uint32_t kBasis = 0x811C'9DC5;
  constexpr std::uint32_t kPrime = 0x0100'0193;
  std::uint32_t sum = kBasis;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != kSumAt) sum = (sum ^ words[i]) * kPrime;
  }
  return sum;
}

Policy policy_of(Words words) {
  return {.reserve = high(words[kReserveAt]),
          .emergency = low(words[kReserveAt]),
          .soft = {high(words[kSoftAt]), low(words[kSoftAt])},
          .drain_ns = get64(words, kDrainAt),
          .bound_ns = get64(words, kBoundAt),
          .round_ns = get64(words, kRoundAt)};
}
void put_policy(Words words, const Policy& policy) {
  words[kReserveAt] = static_cast<std::uint32_t>(policy.reserve) << 16 | policy.emergency;
  words[kSoftAt] = static_cast<std::uint32_t>(policy.soft.from) << 16 | policy.soft.span;
  put64(words, kDrainAt, policy.drain_ns);
  put64(words, kBoundAt, policy.bound_ns);
  put64(words, kRoundAt, policy.round_ns);
}

}  // namespace

bool Settings::counts(Copy copy, std::uint16_t sas) const {
  return copy[kMagicAt] == kMagic && copy[kTableAt] == table_word(sas) && copy[kOwnersAt] == owners_ &&
         copy[kSumAt] == sum_of(copy) && policy_of(copy).valid(sas);
}

void Settings::start(std::uint16_t sas) {
  const std::array<bool, 2> count = {counts(copies_[0], sas), counts(copies_[1], sas)};
  if (count[0] || count[1]) {
    const bool second_newer =
        static_cast<std::int32_t>(copies_[1][kNumberAt] - copies_[0][kNumberAt]) > 0;  // modulo 2^32
    newest_ = count[1] && (!count[0] || second_newer) ? 1 : 0;
    return;
  }
  newest_ = 0;
  const Copy fresh = now();
  for (std::uint32_t& word : fresh) word = UINT32_MAX;  // no quotas
  fresh[kMagicAt] = kMagic;
  fresh[kTableAt] = table_word(sas);
  fresh[kOwnersAt] = owners_;
  fresh[kNumberAt] = 0;
  put_policy(fresh, Policy::for_table(sas));
  fresh[kSumAt] = sum_of(fresh);
}

Policy Settings::policy() const { return policy_of(now()); }

Settings::Copy Settings::begin_change() {
  const Copy from = now();
  const Copy to = copies_[newest_ ^ 1U];
  // Until its checksum is written last it counts for nothing.
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i];
  ++to[kNumberAt];
  return to;
}

void Settings::end_change() {
  newest_ ^= 1U;
  now()[kSumAt] = sum_of(now());
}

void Settings::set_policy(const Policy& policy) {
  put_policy(begin_change(), policy);
  end_change();
}

void Settings::set_quota(std::uint16_t owner, std::uint16_t quota) {
  std::uint32_t& word = begin_change()[kKeptHead + owner / 2U];
  const unsigned shift = owner % 2 != 0 ? 16 : 0;
  word = (word & ~(0xFFFFU << shift)) | static_cast<std::uint32_t>(quota) << shift;
  end_change();
}

}  // namespace sallyport::fw
