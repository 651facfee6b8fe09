#include "sallyport/fw/policy.hpp"

#include <gtest/gtest.h>

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
  EXPECT_TRUE(policy.admits(Pool::kEstablished, 1, 17, 0));
  EXPECT_FALSE(policy.admits(Pool::kEstablished, 1, 16, 0));
  EXPECT_TRUE(policy.admits(Pool::kRekey, 1, 3, 0));
  EXPECT_FALSE(policy.admits(Pool::kRekey, 1, 2, 0));
  EXPECT_TRUE(policy.admits(Pool::kEmergency, 1, 1, 0));
  EXPECT_FALSE(policy.admits(Pool::kEmergency, 1, 0, 0));
  EXPECT_FALSE(policy.admits(Pool::kRekey, 2, 3, 0));
}

TEST(Policy, WhatIsPledgedIsLeft) {
  const Policy policy = Policy::for_table(1024);
  EXPECT_TRUE(policy.admits(Pool::kEstablished, 1, 17, 16)) << "the reserve is for rekeys, whoever was asked for them";
  EXPECT_FALSE(policy.admits(Pool::kEstablished, 1, 18, 18)) << "more was pledged than the reserve";
  EXPECT_TRUE(policy.admits(Pool::kEstablished, 1, 19, 18));
  EXPECT_FALSE(policy.admits(Pool::kRekey, 2, 7, 4));
  EXPECT_TRUE(policy.admits(Pool::kRekey, 2, 8, 4));
  EXPECT_FALSE(policy.admits(Pool::kEmergency, 2, 5, 4));
  EXPECT_TRUE(policy.admits(Pool::kEmergency, 2, 6, 4));
}

TEST(Policy, TheGuardEndsWithinTheBound) {
  Policy policy = Policy::for_table(64);
  policy.drain_ns = policy.bound_ns;
  EXPECT_TRUE(policy.valid(64));
  ++policy.drain_ns;
  EXPECT_FALSE(policy.valid(64));
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

}  // namespace
}  // namespace sallyport::fw
