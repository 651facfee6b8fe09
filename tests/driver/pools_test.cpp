// A full table answers "full", the reserve is for rekeys, and nothing is evicted (G6).
#include "loopback.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;

class PoolsOnRtl : public Loopback {};

TEST_F(PoolsOnRtl, AFullTableStillRekeys) {
  std::vector<SaPair> pairs;
  // 64 entries less 4 + 2 in reserve: 29 pairs.
  for (std::uint8_t i = 0; i < 29; ++i) pairs.push_back(install(0, 0, i));
  const auto refused = device_->reserve(options(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFull);
  EXPECT_EQ(device_->last_code(), abi::MailboxCode::kFull);
  EXPECT_EQ(entries(EntryState::kActive), 58U);

  auto replacement = install(rekey_of(pairs[3]), 0, 0, 77);
  ASSERT_TRUE(pairs[3].supersede_by(replacement));
  EXPECT_TRUE(device_->reserve(rekey_of(pairs[4]))) << "a second rekey fits into R = 4; it is dropped again";
  auto last = install(rekey_of(pairs[4]), 0, 0, 78);
  EXPECT_FALSE(device_->reserve(rekey_of(pairs[5])));
  auto emergency = install(rekey_of(pairs[5], abi::Pool::kEmergency), 0, 0, 79);
  EXPECT_EQ(entries(EntryState::kFree), 0U);
  EXPECT_FALSE(device_->reserve(rekey_of(pairs[6], abi::Pool::kEmergency)));

  for (const auto& pair : pairs) round_trip(pair, ipv4_packet(64));
  for (const auto* pair : {&replacement, &last, &emergency}) round_trip(*pair, ipv4_packet(64));
}

TEST_F(PoolsOnRtl, EveryEntryIsUsedAndGivenBackManyTimes) {
  std::array<unsigned, 64> used{};
  for (int i = 0; i < 300; ++i) {
    auto pair = install(0, 0, static_cast<std::uint8_t>(i));
    ++used[pair.in().index.value];
    ++used[pair.out().index.value];
    if (i % 25 == 0) round_trip(pair, ipv4_packet(64));
    ASSERT_TRUE(pair.erase());
    events();
  }
  for (const unsigned n : used) EXPECT_GE(n, 9U);
  EXPECT_EQ(entries(EntryState::kFree), 64U);
  EXPECT_EQ(queue_->lost(), 0U);
}

class LargePools : public Loopback {
 protected:
  LargePools() : Loopback(sim::Variant::k1024Sas) {}
};

TEST_F(LargePools, AThousandAndEightEstablished) {
  // Each can be replaced twice at a time.
  std::vector<SaPair> old;
  for (std::uint8_t i = 0; i < 9; ++i) old.push_back(install(0, 0, i));
  std::vector<Reservation> held;
  const auto take = [&](InstallOptions single) {
    single.claim_outbound = false;
    auto reservation = device_->reserve(single);
    if (reservation) held.push_back(std::move(*reservation));
    return reservation.ok();
  };
  while (take(options(1))) {
  }
  EXPECT_EQ(held.size() + 18, 1'008U);
  for (unsigned i = 0; i < 14; ++i) EXPECT_TRUE(take(rekey_of(old[i / 2]))) << i;
  EXPECT_FALSE(take(rekey_of(old[7])));
  for (unsigned i = 0; i < 2; ++i) EXPECT_TRUE(take(rekey_of(old[7], abi::Pool::kEmergency))) << i;
  EXPECT_FALSE(take(rekey_of(old[8], abi::Pool::kEmergency)));
  EXPECT_EQ(entries(EntryState::kFree), 0U);
  held.resize(held.size() - 2);
  auto pair = install(rekey_of(old[8], abi::Pool::kEmergency), 0, 0, 1);
  round_trip(pair, ipv4_packet(100));
}

}  // namespace
}  // namespace sallyport::test
