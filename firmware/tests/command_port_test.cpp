// The command register protocol, access by access.
#include "sallyport/fw/command_port.hpp"

#include <gtest/gtest.h>

#include "sallyport/regs.hpp"
#include "transcript_bus.hpp"

namespace sallyport::fw {
namespace {

constexpr std::uint32_t kBusy = 1;
constexpr std::uint32_t status(std::uint32_t seq, abi::CmdCode code) {
  return seq << 16 | static_cast<std::uint32_t>(code) << 8;
}

class CommandPortTest : public ::testing::Test {
 protected:
  void sync_at(std::uint32_t seq) {
    bus_.expect_read(regs::kCmdStatusAddress, status(seq, abi::CmdCode::kOk));
    ASSERT_TRUE(port_.sync());
  }
  void expect_start(std::uint32_t target, std::uint32_t arg1, std::uint32_t arg2, std::uint32_t go) {
    bus_.expect_write(regs::kCmdTargetAddress, target);
    bus_.expect_write(regs::kCmdArg1Address, arg1);
    bus_.expect_write(regs::kCmdArg2Address, arg2);
    bus_.expect_write(regs::kCmdGoAddress, go);
  }
  test::TranscriptBus bus_;
  CommandPort port_{bus_};
};

TEST_F(CommandPortTest, WritesArgumentsThenStartsThenWaits) {
  sync_at(7);
  expect_start(0xBEEF0005, 3, 0x12345678, 8U << 16 | static_cast<std::uint32_t>(abi::Op::kSetState));
  bus_.expect_read(regs::kCmdStatusAddress, kBusy | status(7, abi::CmdCode::kOk));
  bus_.expect_read(regs::kCmdStatusAddress, status(8, abi::CmdCode::kBadState));
  bus_.expect_read(regs::kCmdResultAddress, 1U << 20 | 2U << 16 | 0xBEEF);
  const CommandAnswer answer = port_.run(abi::Op::kSetState, 5, 0xBEEF, 3, 0x12345678);
  EXPECT_TRUE(answer.answered);
  EXPECT_EQ(answer.code, abi::CmdCode::kBadState);
  EXPECT_EQ(answer.mailbox_code(), abi::MailboxCode::kBadState);
  EXPECT_EQ(answer.generation, 0xBEEF);
  EXPECT_EQ(answer.state, abi::EntryState::kActive);
  EXPECT_EQ(answer.dead, abi::DeadReason::kHardOctets);
}

TEST_F(CommandPortTest, SequenceNumberWrapsAround) {
  sync_at(0xFFFF);
  expect_start(0, 0, 0, 0);
  bus_.expect_read(regs::kCmdStatusAddress, status(0, abi::CmdCode::kOk));
  bus_.expect_read(regs::kCmdResultAddress, 0U);
  EXPECT_TRUE(port_.run(abi::Op::kNop, 0, 0).ok());
}

TEST_F(CommandPortTest, RepeatsAStartThatTheDeviceDidNotSee) {
  sync_at(1);
  expect_start(0, 0, 0, 2U << 16);
  bus_.expect_read(regs::kCmdStatusAddress, status(1, abi::CmdCode::kOk));
  bus_.expect_write(regs::kCmdGoAddress, 2U << 16);
  bus_.expect_read(regs::kCmdStatusAddress, status(2, abi::CmdCode::kOk));
  bus_.expect_read(regs::kCmdResultAddress, 0U);
  EXPECT_TRUE(port_.run(abi::Op::kNop, 0, 0).ok());
}

TEST_F(CommandPortTest, SaysWhenTheBusFails) {
  sync_at(1);
  expect_start(0, 0, 0, 2U << 16);
  bus_.expect_read(regs::kCmdStatusAddress, std::nullopt);
  const CommandAnswer answer = port_.run(abi::Op::kNop, 0, 0);
  EXPECT_FALSE(answer.answered);
  EXPECT_EQ(answer.mailbox_code(), abi::MailboxCode::kBus);
}

TEST_F(CommandPortTest, StagingWordsGoLowHalfFirst) {
  bus_.expect_write(regs::kStagingAddress + 2 * 256 + 6 * 8, 0x55667788);
  bus_.expect_write(regs::kStagingAddress + 2 * 256 + 6 * 8 + 4, 0x11223344);
  EXPECT_TRUE(write_staging(bus_, 2, 6, 0x11223344'55667788));
}

}  // namespace
}  // namespace sallyport::fw
