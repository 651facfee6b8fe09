#pragma once
/// @file
/// Who lives in the table: kept by the host's own deeds, held against what the firmware tells of each step and against
/// what the device shows.
#include <cstdint>
#include <map>
#include <vector>

#include "sallyport/device.hpp"
#include "sallyport/event_queue.hpp"

namespace sallyport::test {

/// Complains by failing the test.
class ChurnBooks {
 public:
  struct Tenant {
    OwnerId owner;
    Spi spi;
    Direction direction = Direction::kInbound;
    abi::EntryState state = abi::EntryState::kLarval;
    bool leaving = false;  ///< Given back: when it goes is the firmware's business.
    std::uint64_t given_back_ns = 0;
  };

  /// `patience_ns`: an entry that was given back longer ago has leaked.
  void open(unsigned entries, std::uint64_t patience_ns);

  // ---- the host's deeds
  void moved_in(SaRef ref, const Tenant& tenant);
  void now_is(SaRef ref, abi::EntryState state);
  void given_back(SaRef ref, std::uint64_t now_ns);
  void claimed() { ++claims_; }
  void claim_used() { --claims_; }

  /// What the firmware tells of an entry.
  void told(const EntryTransition& step);
  /// The whole table, entry by entry. All notices must have been taken.
  void compare(Device& device) const;

  [[nodiscard]] std::size_t in_use() const { return tenants_.size(); }
  [[nodiscard]] bool lives(SaRef ref) const { return tenants_.contains(ref); }

 private:
  /// As told.
  struct Place {
    abi::EntryState state = abi::EntryState::kFree;
    Generation generation;
  };

  std::uint64_t patience_ns_ = 0;
  unsigned claims_ = 0;
  std::map<SaRef, Tenant> tenants_;
  std::vector<Place> places_;
};

}  // namespace sallyport::test
