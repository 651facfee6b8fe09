// One direction after the other: whose partner an entry may become.
#include "firmware_fixture.hpp"

namespace sallyport::fw::test {
namespace {

class PartnerTest : public FirmwareFixture {
 protected:
  abi::MailboxAnswer install_in(const abi::MailboxAnswer& reserved, std::uint16_t partner = kNone,
                                std::uint16_t owner = 1) {
    stage(0, reserved.spi, true);
    auto request = pair_request(reserved, owner);
    request.slot_out = 0xFF;
    request.partner = partner;
    return ask(MailboxCommand::kInstallOne, request);
  }
  abi::MailboxAnswer install_out(std::uint16_t partner = kNone, std::uint16_t owner = 1) {
    stage(1, kPeerSpi, false);
    auto request = pair_request({}, owner);
    request.in_index = kNone;
    request.in_generation = 0;
    request.slot_in = 0xFF;
    request.partner = partner;
    return ask(MailboxCommand::kInstallOne, request);
  }
  std::uint16_t partner_of(std::uint16_t index) {
    abi::MailboxQuery query;
    query.index = index;
    return ask<abi::MailboxEntry>(MailboxCommand::kQuery, query).partner;
  }
  void expect_joined(std::uint16_t in, std::uint16_t out) {
    EXPECT_EQ(partner_of(in), out);
    EXPECT_EQ(partner_of(out), in);
  }
  static constexpr auto kBadState = static_cast<std::uint8_t>(MailboxCode::kBadState);
};

TEST_F(PartnerTest, EitherDirectionMayComeFirst) {
  const auto in = install_in(reserve());
  const auto out = install_out(in.in_index);
  ASSERT_EQ(out.code, 0);
  expect_joined(in.in_index, out.out_index);
  const auto first = install_out();
  const auto second = install_in(reserve(), first.out_index);
  ASSERT_EQ(second.code, 0);
  expect_joined(second.in_index, first.out_index);
}

// The outbound half of a reservation, which is keyed later.
TEST_F(PartnerTest, AReservationMayHaveItsOutboundHalfAlready) {
  const auto reserved = reserve(1, true);
  const auto out = install_out(reserved.in_index);
  ASSERT_EQ(out.code, 0);
  EXPECT_EQ(install_out(reserved.in_index).code, kBadState) << "it has one";
  EXPECT_EQ(install_in(reserved).code, kBadState) << "and does not leave it";
  EXPECT_EQ(install_in(reserved, install_pair().out_index).code, kBadState);
  stage(0, reserved.spi, true);
  stage(1, kPeerSpi, false);
  EXPECT_EQ(code(MailboxCommand::kInstallPair, pair_request(reserved)), MailboxCode::kBadState);
  device_.fail_next(abi::Op::kCommit, abi::CmdCode::kMemory);
  EXPECT_EQ(install_in(reserved, out.out_index).code, static_cast<std::uint8_t>(MailboxCode::kMemory));
  expect_joined(reserved.in_index, out.out_index);
  ASSERT_EQ(install_in(reserved, out.out_index).code, 0);
  expect_joined(reserved.in_index, out.out_index);
  EXPECT_EQ(held(1), 4U);
}

TEST_F(PartnerTest, APairTakesNoThird) {
  const auto pair = install_pair();
  const auto reserved = reserve();
  EXPECT_EQ(install_in(reserved, pair.out_index).code, kBadState);
  EXPECT_EQ(install_out(pair.in_index).code, kBadState);
  EXPECT_TRUE(staging_empty());
  expect_joined(pair.in_index, pair.out_index);
  EXPECT_EQ(install_in(reserved, pair.in_index).code, kBadState) << "of the same direction";
  EXPECT_EQ(install_in(reserved, reserved.in_index).code, kBadState);
  EXPECT_EQ(install_in(reserved, 64).code, static_cast<std::uint8_t>(MailboxCode::kBadIndex));
  EXPECT_EQ(install_out(50).code, kBadState) << "free";
  EXPECT_EQ(install_in(reserve(2), install_out().out_index, 2).code, static_cast<std::uint8_t>(MailboxCode::kBadOwner));
}

TEST_F(PartnerTest, OneThatLeavesTakesNobody) {
  const auto leaving = [&](MailboxCommand command) {
    const auto in = install_in(reserve());
    EXPECT_EQ(in.code, 0);
    auto request = pair_of(in);
    request.out_index = kNone;
    request.out_generation = 0;
    if (command == MailboxCommand::kSupersede) {
      const auto fresh = install_in(reserve());
      request.new_in_index = fresh.in_index;
      request.new_in_generation = fresh.in_generation;
      request.new_out_index = kNone;
    }
    EXPECT_EQ(code(command, request), MailboxCode::kOk);
    EXPECT_EQ(install_out(in.in_index).code, kBadState) << abi::name(command);
  };
  leaving(MailboxCommand::kSupersede);
  leaving(MailboxCommand::kMarkRedundant);
  leaving(MailboxCommand::kRetire);
  leaving(MailboxCommand::kErase);
}

TEST_F(PartnerTest, WhoeverIsLeftAloneMayBeJoinedAgain) {
  const auto pair = install_pair();
  abi::MailboxPair out = pair_of(pair);
  out.in_index = kNone;
  out.in_generation = 0;
  ASSERT_EQ(code(MailboxCommand::kErase, out), MailboxCode::kOk);
  EXPECT_EQ(partner_of(pair.in_index), kNone);
  const auto fresh = install_out(pair.in_index);
  ASSERT_EQ(fresh.code, 0);
  expect_joined(pair.in_index, fresh.out_index);
}

}  // namespace
}  // namespace sallyport::fw::test
