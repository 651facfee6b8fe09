// Many random lives with faults: no entry leaks, none has two tenants, the counts always add up.
#include <set>

#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class ChurnTest : public FirmwareFixture {
 protected:
  void step(std::mt19937& random);
  void forget(std::size_t i) {
    live_[i] = live_.back();
    live_.pop_back();
  }
  std::vector<abi::MailboxAnswer> live_;
  unsigned installs_ = 0;
};

void ChurnTest::step(std::mt19937& random) {
  device_.advance(random() % 5'000'000);
  if (random() % 50 == 0) device_.fail_next(abi::Op::kCommit, abi::CmdCode::kMemory);
  if (random() % 3 != 0) {
    abi::MailboxReserve wanted;
    wanted.owner = static_cast<std::uint16_t>(random() % 4);
    // One of those that are there is rekeyed; some of these leave already.
    if (!live_.empty() && random() % 4 == 0) {
      const auto& old = live_[random() % live_.size()];
      abi::MailboxQuery owner;
      owner.index = old.in_index;
      wanted = rekey_request(old, random() % 2 == 0 ? abi::RekeyStarter::kHere : abi::RekeyStarter::kPeer, Pool::kRekey,
                             ask<abi::MailboxEntry>(MailboxCommand::kQuery, owner).owner);
    }
    wanted.claim = random() % 2 == 0 ? 1 : 0;
    const auto reserved = ask(MailboxCommand::kReserve, wanted);
    if (reserved.code != 0) {
      ASSERT_TRUE(reserved.code == static_cast<std::uint8_t>(MailboxCode::kFull) ||
                  reserved.code == static_cast<std::uint8_t>(MailboxCode::kBadState));
      return;
    }
    stage(0, reserved.spi, true);
    stage(1, kPeerSpi, false);
    auto request = pair_request(reserved);
    abi::MailboxQuery query;
    query.index = reserved.in_index;
    request.owner = ask<abi::MailboxEntry>(MailboxCommand::kQuery, query).owner;
    const auto pair = ask(MailboxCommand::kInstallPair, request);
    if (pair.code == 0) {
      ++installs_;
      live_.push_back(pair);
    } else {
      auto abandoned = pair_of(reserved);
      abandoned.out_index = kNone;
      ASSERT_EQ(code(MailboxCommand::kErase, abandoned), MailboxCode::kOk);
    }
    return;
  }
  if (live_.empty()) return;
  const std::size_t i = random() % live_.size();
  const auto pair = pair_of(live_[i]);
  device_.packet(pair.out_index, random() % 60'000);
  if (random() % 4 == 0) static_cast<void>(code(MailboxCommand::kMarkRedundant, pair));
  if (random() % 2 == 0) return;
  ASSERT_EQ(code(random() % 3 == 0 ? MailboxCommand::kErase : MailboxCommand::kRetire, pair), MailboxCode::kOk);
  forget(i);
}

TEST_F(ChurnTest, NothingLeaks) {
  std::mt19937 random(2026);
  std::uint32_t next_notice = 1;
  std::array<EntryState, 64> seen{};
  for (int i = 0; i < 60'000; ++i) {
    step(random);
    ASSERT_TRUE(firmware_.poll());
    for (const auto& notice : notices()) {
      ASSERT_EQ(notice.seq, next_notice++);
      if (notice.kind != static_cast<std::uint8_t>(abi::NoticeKind::kTransition)) continue;
      ASSERT_EQ(notice.from_state, static_cast<std::uint8_t>(seen[notice.index])) << "a transition is missing";
      seen[notice.index] = static_cast<EntryState>(notice.to_state);
    }
    if (i % 64 == 0) {
      expect_consistent();
      std::set<std::uint16_t> indices;
      for (const auto& pair : live_) {
        ASSERT_TRUE(indices.insert(pair.in_index).second && indices.insert(pair.out_index).second);
      }
      for (std::uint16_t e = 0; e < 64; ++e) ASSERT_EQ(device_.sa(e).state, seen[e]) << e;
    }
  }
  EXPECT_GT(installs_, 5'000U);
  while (!live_.empty()) {
    ASSERT_EQ(code(MailboxCommand::kErase, pair_of(live_.back())), MailboxCode::kOk);
    live_.pop_back();
    notices();
  }
  device_.advance(1'000'000'000);
  firmware_.poll();
  EXPECT_EQ(info().free, 64);
  EXPECT_EQ(info().claimed, 0);
  EXPECT_EQ(info().lost, 0U);
}

}  // namespace
}  // namespace sallyport::fw::test
