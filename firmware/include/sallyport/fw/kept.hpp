#pragma once
/// @file
/// What the host has said and nobody else knows: policy and quotas. They stand in memory that a restart of the firmware
/// leaves as it is, in two copies that are written by turns, so that a restart in the middle of a change finds what was
/// before. A copy counts when it is of this layout, ABI version and table, and its checksum is right; a core reset that
/// loads another image zeroes the memory, and zeros are no copy.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sallyport/fw/policy.hpp"

namespace sallyport::fw {

/// Words before the quotas: magic, ABI version and size of the table, owners, number, checksum, policy.
inline constexpr std::size_t kKeptHead = 13;

/// The memory. Words without first values: nothing is to write there before the firmware looks at it.
template <std::size_t QuotaOwners>
struct Kept {
  static constexpr std::size_t kWords = kKeptHead + (QuotaOwners + 1) / 2;
  std::array<std::array<std::uint32_t, kWords>, 2> copies;
};

/// Policy and quotas as the firmware uses them.
class Settings {
 public:
  template <std::size_t QuotaOwners>
  explicit Settings(Kept<QuotaOwners>& kept) : copies_{kept.copies[0], kept.copies[1]}, owners_(QuotaOwners) {}

  /// Goes on with the newer copy that counts for a table of `sas` entries; without one with a cold start's settings.
  void start(std::uint16_t sas);
  [[nodiscard]] Policy policy() const;
  void set_policy(const Policy& policy);
  /// Owners that can have a quota: 0..owners-1.
  [[nodiscard]] std::uint16_t owners() const { return owners_; }
  /// kNone: no quota. Only for these owners.
  [[nodiscard]] std::uint16_t quota(std::uint16_t owner) const {
    return static_cast<std::uint16_t>(now()[kKeptHead + owner / 2U] >> (owner % 2 != 0 ? 16 : 0));
  }
  void set_quota(std::uint16_t owner, std::uint16_t quota);

 private:
  using Copy = std::span<std::uint32_t>;
  [[nodiscard]] Copy now() const { return copies_[newest_]; }
  [[nodiscard]] bool counts(Copy copy, std::uint16_t sas) const;
  // The other copy, as the present one is; it is changed, then made the present one.
  Copy begin_change();
  void end_change();

  std::array<Copy, 2> copies_;
  std::uint16_t owners_;
  std::uint8_t newest_ = 0;
};

/// Which owner holds how many entries, promised ones too. A quota refuses new SAs only: an owner at its quota can still
/// rekey what it has.
class Owners {
 public:
  Owners(std::span<std::uint16_t> held, const Settings& settings) : held_(held), settings_(settings) {}
  [[nodiscard]] std::uint16_t size() const { return static_cast<std::uint16_t>(held_.size()); }
  [[nodiscard]] bool known(std::uint16_t owner) const { return owner < held_.size(); }
  [[nodiscard]] bool admits(std::uint16_t owner, std::uint32_t wanted) const {
    if (!known(owner)) return true;
    const std::uint16_t quota = settings_.quota(owner);
    return quota == kNone || held_[owner] + wanted <= quota;
  }
  void take(std::uint16_t owner) {
    if (known(owner)) ++held_[owner];
  }
  void give_back(std::uint16_t owner) {
    if (known(owner)) --held_[owner];
  }
  /// Only for known owners.
  [[nodiscard]] std::uint16_t held(std::uint16_t owner) const { return held_[owner]; }
  /// Nobody holds anything.
  void clear() {
    for (std::uint16_t& held : held_) held = 0;
  }

 private:
  std::span<std::uint16_t> held_;
  const Settings& settings_;
};

}  // namespace sallyport::fw
