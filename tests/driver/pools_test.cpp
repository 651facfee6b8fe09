// A full table answers "full", the reserve is for rekeys, and nothing is evicted (G6).
#include "loopback.hpp"

namespace sallyport::test {
namespace {

using abi::EntryState;

class PoolsOnRtl : public Loopback {};

TEST_F(PoolsOnRtl, AFullTableStillRekeys) {
  std::vector<SaPair> pairs;
  // 64 entries less 4 + 2 in reserve: 29 pairs.
  for (std::uint8_t i = 0; i < 29; ++i) pairs.push_back(install(0, 0, abi::Pool::kEstablished, i));
  const auto refused = device_->reserve(options(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFull);
  EXPECT_EQ(device_->last_code(), abi::MailboxCode::kFull);
  EXPECT_EQ(entries(EntryState::kActive), 58U);

  auto replacement = install(0, 0, abi::Pool::kRekey, 77);
  ASSERT_TRUE(pairs[3].supersede_by(replacement));
  EXPECT_TRUE(device_->reserve(options(1, abi::Pool::kRekey))) << "a second rekey fits into R = 4; it is dropped again";
  auto last = install(0, 0, abi::Pool::kRekey, 78);
  EXPECT_FALSE(device_->reserve(options(1, abi::Pool::kRekey)));
  auto emergency = install(0, 0, abi::Pool::kEmergency, 79);
  EXPECT_EQ(entries(EntryState::kFree), 0U);
  EXPECT_FALSE(device_->reserve(options(1, abi::Pool::kEmergency)));

  for (const auto& pair : pairs) round_trip(pair, ipv4_packet(64));
  for (const auto* pair : {&replacement, &last, &emergency}) round_trip(*pair, ipv4_packet(64));
}

TEST_F(PoolsOnRtl, EveryEntryIsUsedAndGivenBackManyTimes) {
  std::array<unsigned, 64> used{};
  for (int i = 0; i < 300; ++i) {
    auto pair = install(0, 0, abi::Pool::kEstablished, static_cast<std::uint8_t>(i));
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
  std::vector<Reservation> held;
  for (const auto& [pool, expected] : {std::pair{abi::Pool::kEstablished, 1'008U}, std::pair{abi::Pool::kRekey, 14U},
                                       std::pair{abi::Pool::kEmergency, 2U}}) {
    auto single = options(1, pool);
    single.claim_outbound = false;
    const std::size_t before = held.size();
    while (auto reservation = device_->reserve(single)) held.push_back(std::move(*reservation));
    EXPECT_EQ(held.size() - before, expected);
  }
  EXPECT_EQ(entries(EntryState::kLarval), 1'024U);
  held.resize(held.size() - 2);
  auto pair = install(0, 0, abi::Pool::kEmergency);
  round_trip(pair, ipv4_packet(100));
}

}  // namespace
}  // namespace sallyport::test
