#include "churn_books.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace sallyport::test {
namespace {

using abi::EntryState;

std::string words(SaRef ref) {
  return "entry " + std::to_string(ref.index.value) + ", generation " + std::to_string(ref.generation.value);
}

}  // namespace

void ChurnBooks::open(unsigned entries, std::uint64_t patience_ns) {
  places_.assign(entries, {});
  patience_ns_ = patience_ns;
}

void ChurnBooks::moved_in(SaRef ref, const Tenant& tenant) {
  for (const auto& [other, who] : tenants_) {
    // That a leaving one has gone may not have been read yet.
    EXPECT_FALSE(other.index == ref.index && !who.leaving) << words(ref) << " was given out twice";
  }
  EXPECT_TRUE(tenants_.emplace(ref, tenant).second) << words(ref) << " is no new tenant";
}

void ChurnBooks::now_is(SaRef ref, EntryState state) {
  const auto at = tenants_.find(ref);
  ASSERT_NE(at, tenants_.end()) << words(ref) << " has gone";
  at->second.state = state;
}

void ChurnBooks::given_back(SaRef ref, std::uint64_t now_ns) {
  const auto at = tenants_.find(ref);
  ASSERT_NE(at, tenants_.end()) << words(ref) << " has gone";
  at->second.leaving = true;
  at->second.given_back_ns = now_ns;
}

void ChurnBooks::told(const EntryTransition& step) {
  ASSERT_LT(step.ref.index.value, places_.size());
  Place& place = places_[step.ref.index.value];
  EXPECT_FALSE(step.reconstructed) << words(step.ref);
  EXPECT_EQ(step.from, place.state) << words(step.ref) << ": a step is missing before " << abi::name(step.to);
  if (step.from == EntryState::kFree) {
    EXPECT_NE(step.ref.generation, place.generation) << words(step.ref) << ": two tenants of one generation";
  } else {
    EXPECT_EQ(step.ref.generation, place.generation) << words(step.ref) << ": two tenants at once";
  }
  place = {step.to, step.ref.generation};
  if (step.to != EntryState::kFree) return;
  const auto at = tenants_.find(step.ref);
  ASSERT_NE(at, tenants_.end()) << words(step.ref) << " is freed, and nobody knew it";
  EXPECT_TRUE(at->second.leaving) << words(step.ref) << " is taken away from its owner";
  tenants_.erase(at);
}

void ChurnBooks::compare(Device& device) const {
  std::set<SaRef> seen;
  std::uint16_t at = 0;
  while (at < places_.size()) {
    const auto found = device.query_next(SaIndex{at});
    ASSERT_TRUE(found) << found.error().text;
    if (!*found) break;
    const EntryReport& entry = **found;
    at = static_cast<std::uint16_t>(entry.ref.index.value + 1);
    const auto known = tenants_.find(entry.ref);
    ASSERT_NE(known, tenants_.end()) << words(entry.ref) << " is " << abi::name(entry.state) << ", and nobody's";
    seen.insert(entry.ref);
    const Tenant& tenant = known->second;
    EXPECT_EQ(entry.owner, tenant.owner) << words(entry.ref);
    EXPECT_EQ(entry.spi, tenant.spi) << words(entry.ref);
    EXPECT_EQ(entry.direction, tenant.direction) << words(entry.ref);
    EXPECT_EQ(entry.dead, abi::DeadReason::kAlive) << words(entry.ref);
    if (!tenant.leaving) {
      EXPECT_EQ(entry.state, tenant.state) << words(entry.ref);
      continue;
    }
    EXPECT_TRUE(entry.state == EntryState::kDraining || entry.state == EntryState::kErasing)
        << words(entry.ref) << " was given back and is " << abi::name(entry.state);
    EXPECT_LT(entry.time_ns, tenant.given_back_ns + patience_ns_) << words(entry.ref) << " has leaked";
  }
  std::array<unsigned, abi::kEntryStateCount> expected{};
  for (const auto& [ref, tenant] : tenants_) {
    if (tenant.leaving) continue;
    EXPECT_TRUE(seen.contains(ref)) << words(ref) << " is not in the table any more";
    ++expected[static_cast<unsigned>(tenant.state)];
  }
  const auto now = device.occupancy();
  ASSERT_TRUE(now) << now.error().text;
  for (const auto state : {EntryState::kLarval, EntryState::kActive, EntryState::kOverlap, EntryState::kRedundant}) {
    EXPECT_EQ(now->entries[static_cast<unsigned>(state)], expected[static_cast<unsigned>(state)]) << abi::name(state);
  }
  unsigned all = 0;
  for (const unsigned count : now->entries) all += count;
  EXPECT_EQ(all, places_.size());
  EXPECT_EQ(now->claimed, claims_);
  EXPECT_EQ(now->notices_lost, 0U);
}

}  // namespace sallyport::test
