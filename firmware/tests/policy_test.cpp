#include "sallyport/fw/policy.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sallyport::fw {
namespace {

using abi::Pool;

TEST(Policy, DefaultsForTheTableSizes) {
  const Policy big = Policy::for_table(1024);
  EXPECT_EQ(big.reserve, 14);
  EXPECT_EQ(big.emergency, 2);
  for (const std::uint16_t size : {64, 1024, 16384}) EXPECT_TRUE(Policy::for_table(size).valid(size)) << size;
}

TEST(Policy, EachPoolReachesDeeper) {
  const Policy policy = Policy::for_table(1024);
  EXPECT_TRUE(policy.admits(Pool::kEstablished, 1, 17));
  EXPECT_FALSE(policy.admits(Pool::kEstablished, 1, 16));
  EXPECT_TRUE(policy.admits(Pool::kRekey, 1, 3));
  EXPECT_FALSE(policy.admits(Pool::kRekey, 1, 2));
  EXPECT_TRUE(policy.admits(Pool::kEmergency, 1, 1));
  EXPECT_FALSE(policy.admits(Pool::kEmergency, 1, 0));
  EXPECT_FALSE(policy.admits(Pool::kRekey, 2, 3));
}

TEST(Policy, RefusesAReserveThatIsTheWholeTable) {
  Policy policy;
  policy.reserve = 60;
  policy.emergency = 4;
  EXPECT_FALSE(policy.valid(64));
  policy.emergency = 3;
  EXPECT_TRUE(policy.valid(64));
  policy.soft = {9'600, 500};
  EXPECT_FALSE(policy.valid(64));
}

TEST(Owners, QuotaCountsOnlyKnownOwners) {
  std::array<OwnerUse, 2> storage{};
  Owners owners(storage);
  EXPECT_TRUE(owners.admits(1, 1'000));
  owners[1].quota = 2;
  owners.take(1);
  EXPECT_TRUE(owners.admits(1, 1));
  EXPECT_FALSE(owners.admits(1, 2));
  owners.take(1);
  EXPECT_FALSE(owners.admits(1, 1));
  owners.give_back(1);
  EXPECT_TRUE(owners.admits(1, 1));
  EXPECT_TRUE(owners.admits(2, 60'000));
  owners.take(kNone);
}

}  // namespace
}  // namespace sallyport::fw
