// The register map as a host sees it over AXI4-Lite.
#include <gtest/gtest.h>
#include <verilated.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "Vmgmt_regs_model.h"
#include "sallyport/abi.hpp"
#include "sallyport/regs.hpp"

namespace {

namespace abi = sallyport::abi;
namespace regs = sallyport::regs;

class MgmtRegs : public testing::Test {
 protected:
  MgmtRegs() : model_(std::make_unique<Vmgmt_regs_model>(&context_)) {
    model_->rst_ni = 0;
    model_->s_axil_bready = model_->s_axil_rready = 1;
    model_->cmd_ready_i = 1;
    model_->stg_wr_ready_i = 1;
    model_->block_ready_i = 1;
    for (int i = 0; i < 3; ++i) clock();
    model_->rst_ni = 1;
    clock();
  }

  void clock() {
    model_->clk_i = 0;
    model_->eval();
    if (model_->stg_wr_en_o && model_->stg_wr_ready_i)
      staged_.emplace_back(model_->stg_wr_addr_o, model_->stg_wr_data_o);
    const bool ring = model_->ring_rd_en_o;
    const unsigned ring_word = model_->ring_rd_addr_o;
    if (model_->cmd_valid_o && model_->cmd_ready_i) ++commands_;
    if ((model_->test_o[2] >> 14 & 1) != 0)
      test_goes_.push_back((model_->test_o[2] & 0x3FFF) << 2 | model_->test_o[1] >> 30);
    if ((model_->test_o[1] >> 25 & 1) != 0) test_stops_.push_back(model_->test_o[1] >> 9 & 0xFFFF);
    if ((model_->test_o[1] >> 7 & 1) != 0) test_words_.emplace_back(model_->test_o[1] & 0x7F, model_->test_o[0]);
    const bool asked = model_->block_valid_o && model_->block_ready_i;
    if (asked) blocks_.push_back(model_->block_req_o[1]);
    if (model_->core_valid_i && model_->core_ready_o) core_taken_ = true;
    if (model_->core_rsp_valid_o) core_answer_ = model_->core_rsp_o;
    model_->clk_i = 1;
    model_->eval();
    model_->block_rsp_valid_i = asked;
    model_->block_rsp_i = 0xB10C;
    if (core_taken_) model_->core_valid_i = 0;
    if (ring) model_->ring_rd_data_i = 0xA0000000U + ring_word;
  }

  std::pair<std::uint32_t, unsigned> read(std::uint32_t address) {
    model_->s_axil_araddr = address;
    model_->s_axil_arvalid = 1;
    for (int i = 0; i < 50; ++i) {
      model_->clk_i = 0;
      model_->eval();
      const bool taken = model_->s_axil_arready;
      const bool answered = model_->s_axil_rvalid;
      const std::uint32_t data = model_->s_axil_rdata;
      const unsigned response = model_->s_axil_rresp;
      clock();
      if (taken) model_->s_axil_arvalid = 0;
      if (answered) return {data, response};
    }
    ADD_FAILURE() << "no answer to a read of " << address;
    return {};
  }

  unsigned write(std::uint32_t address, std::uint32_t value) {
    model_->s_axil_awaddr = address;
    model_->s_axil_wdata = value;
    model_->s_axil_wstrb = 0xF;
    model_->s_axil_awvalid = model_->s_axil_wvalid = 1;
    for (int i = 0; i < 50; ++i) {
      model_->clk_i = 0;
      model_->eval();
      const bool address_taken = model_->s_axil_awready;
      const bool data_taken = model_->s_axil_wready;
      const bool answered = model_->s_axil_bvalid;
      const unsigned response = model_->s_axil_bresp;
      clock();
      if (address_taken) model_->s_axil_awvalid = 0;
      if (data_taken) model_->s_axil_wvalid = 0;
      if (answered) return response;
    }
    ADD_FAILURE() << "no answer to a write of " << address;
    return 0;
  }

  void go(abi::Op op, std::uint16_t sequence) {
    write(regs::kCmdGoAddress, static_cast<std::uint32_t>(op) | static_cast<std::uint32_t>(sequence)
                                                                    << regs::kCmdGoSeqShift);
    for (int i = 0; i < 4; ++i) clock();  // the command follows the answer of the bus
  }
  void finish(abi::CmdCode code) {
    model_->cmd_done_i = 1;
    // cmd_rsp_t: code, generation (16), state (3), dead (3).
    model_->cmd_rsp_i = static_cast<std::uint32_t>(code) << 22;
    clock();
    model_->cmd_done_i = 0;
  }

  /// The management core asks; its answer comes with the clocks.
  void core_asks(bool write, std::uint32_t address, std::uint32_t value = 0) {
    model_->core_req_i[0] = value;
    model_->core_req_i[1] = address;
    model_->core_req_i[2] = 0xFU | (write ? 0x10U : 0U);
    model_->core_valid_i = 1;
    core_taken_ = false;
    core_answer_.reset();
  }
  /// Value and whether it was an error.
  std::pair<std::uint32_t, bool> core_answer() {
    for (int i = 0; i < 50 && !core_answer_; ++i) clock();
    EXPECT_TRUE(core_answer_.has_value()) << "no answer to the core";
    return {static_cast<std::uint32_t>(core_answer_.value_or(0)), (core_answer_.value_or(0) >> 32) != 0};
  }
  std::pair<std::uint32_t, bool> core_read(std::uint32_t address) {
    core_asks(false, address);
    return core_answer();
  }
  bool core_write(std::uint32_t address, std::uint32_t value) {
    core_asks(true, address, value);
    return !core_answer().second;
  }

  VerilatedContext context_;
  std::unique_ptr<Vmgmt_regs_model> model_;
  std::vector<std::uint32_t> blocks_;  // addresses of accesses to the core's block
  bool core_taken_ = true;
  std::optional<std::uint64_t> core_answer_;
  std::vector<std::pair<unsigned, std::uint64_t>> staged_;
  int commands_ = 0;
  std::vector<std::uint32_t> test_goes_, test_stops_;  // sequence numbers
  std::vector<std::pair<std::uint32_t, std::uint32_t>> test_words_;
};

TEST_F(MgmtRegs, SaysWhatItIs) {
  EXPECT_EQ(read(regs::kIdAddress).first, 0x534C5950U);
  EXPECT_EQ(read(regs::kVersionAddress).first & regs::kVersionAbiMask, abi::kAbiVersion);
  const std::uint32_t caps = read(regs::kCaps0Address).first;
  EXPECT_EQ((caps & regs::kCaps0Log2SasMask) >> regs::kCaps0Log2SasShift, 6U);
  EXPECT_EQ((caps & regs::kCaps0StagingSlotsMask) >> regs::kCaps0StagingSlotsShift, abi::kStagingSlots);
}

TEST_F(MgmtRegs, ACommandRunsOncePerNumber) {
  write(regs::kCmdTargetAddress, 0x00050003U);
  go(abi::Op::kErase, 1);
  EXPECT_EQ(commands_, 1);
  EXPECT_TRUE(read(regs::kCmdStatusAddress).first & regs::kCmdStatusBusyMask);
  go(abi::Op::kErase, 1);  // repeated while busy
  go(abi::Op::kErase, 2);  // next one while busy
  EXPECT_EQ(commands_, 1);
  finish(abi::CmdCode::kOk);
  EXPECT_EQ(read(regs::kCmdStatusAddress).first, 1U << regs::kCmdStatusSeqShift);
  go(abi::Op::kErase, 1);  // repeated, late
  go(abi::Op::kErase, 3);  // one too far
  EXPECT_EQ(commands_, 1);
  go(abi::Op::kErase, 2);
  EXPECT_EQ(commands_, 2);
}

TEST_F(MgmtRegs, TheTailOnlyMovesForwardUpToTheHead) {
  model_->ev_head_i = 5;
  write(regs::kControlAddress, regs::kControlIrqEnableMask);
  EXPECT_TRUE(model_->irq_o);
  write(regs::kEvTailAddress, 6);  // past the head
  EXPECT_EQ(read(regs::kEvTailAddress).first, 0U);
  write(regs::kEvTailAddress, 5);
  EXPECT_EQ(read(regs::kEvTailAddress).first, 5U);
  EXPECT_FALSE(model_->irq_o);
  write(regs::kEvTailAddress, 3);  // backwards
  EXPECT_EQ(read(regs::kEvTailAddress).first, 5U);
  EXPECT_EQ(model_->ev_tail_o, 5U);
}

TEST_F(MgmtRegs, StagingTakesWholeWordsAndGivesNothingBack) {
  write(regs::kStagingAddress + 0x108, 0x89ABCDEFU);
  EXPECT_TRUE(staged_.empty());
  write(regs::kStagingAddress + 0x10C, 0x01234567U);
  ASSERT_EQ(staged_.size(), 1U);
  EXPECT_EQ(staged_[0].first, 33U);
  EXPECT_EQ(staged_[0].second, 0x0123456789ABCDEFULL);
  EXPECT_EQ(read(regs::kStagingAddress + 0x108).first, 0U);
  EXPECT_EQ(read(regs::kStagingAddress + 0x10C).first, 0U);
}

TEST_F(MgmtRegs, StagingWaitsForTheTable) {
  model_->stg_wr_ready_i = 0;
  write(regs::kStagingAddress, 1);
  model_->s_axil_awaddr = regs::kStagingAddress + 4;
  model_->s_axil_wdata = 2;
  model_->s_axil_awvalid = model_->s_axil_wvalid = 1;
  for (int i = 0; i < 20; ++i) {
    clock();
    model_->s_axil_awvalid = model_->s_axil_wvalid = 0;
    EXPECT_FALSE(model_->s_axil_bvalid);
  }
  model_->stg_wr_ready_i = 1;
  for (int i = 0; i < 4; ++i) clock();
  ASSERT_EQ(staged_.size(), 1U);
  EXPECT_EQ(staged_[0].second, 0x0000000200000001ULL);
}

TEST_F(MgmtRegs, TheRingIsReadOnly) {
  EXPECT_EQ(read(regs::kRingAddress + 4 * 9).first, 0xA0000009U);
  write(regs::kRingAddress + 4 * 9, 0);
  EXPECT_EQ(read(regs::kRingAddress + 4 * 9).first, 0xA0000009U);
}

TEST_F(MgmtRegs, AnAddressWithoutARegisterIsAnError) {
  EXPECT_NE(read(0x0200).second, 0U);
  EXPECT_NE(write(0x0200, 1), 0U);
  EXPECT_EQ(read(regs::kIdAddress).second, 0U);
}

TEST_F(MgmtRegs, WhileTheCoreRulesTheHostReadsAndStagesAndNoMore) {
  model_->core_rules_i = 1;
  model_->ev_head_i = 5;
  EXPECT_NE(read(regs::kStatusAddress).first & regs::kStatusCoreRulesMask, 0U);
  for (const std::uint32_t address : {regs::kControlAddress, regs::kCmdTargetAddress, regs::kCmdGoAddress,
                                      regs::kEvTailAddress, regs::kWatchdogAddress, regs::kAlarmLoAddress}) {
    EXPECT_NE(write(address, 1), 0U) << address;
  }
  go(abi::Op::kErase, 1);
  EXPECT_EQ(commands_, 0);
  EXPECT_EQ(read(regs::kEvTailAddress).first, 0U);
  EXPECT_EQ(read(regs::kCmdTargetAddress).first, 0U);
  EXPECT_EQ(write(regs::kStagingAddress, 1), 0U);
  EXPECT_EQ(write(regs::kStagingAddress + 4, 2), 0U);
  EXPECT_EQ(staged_.size(), 1U);
  EXPECT_NE(write(regs::kStagingAddress + 0x400, 2), 0U) << "behind the staging bank";

  // The core does what the host may not.
  EXPECT_TRUE(core_write(regs::kCmdTargetAddress, 3));
  EXPECT_TRUE(
      core_write(regs::kCmdGoAddress, 1U << regs::kCmdGoSeqShift | static_cast<std::uint32_t>(abi::Op::kErase)));
  for (int i = 0; i < 4; ++i) clock();
  EXPECT_EQ(commands_, 1);
  EXPECT_EQ(core_read(regs::kCmdTargetAddress).first, 3U);
  EXPECT_TRUE(core_read(0x0200).second);
  EXPECT_FALSE(core_write(0x10000U + regs::kCmdTargetAddress, 9)) << "a wild store";
  EXPECT_EQ(core_read(regs::kCmdTargetAddress).first, 3U);
}

TEST_F(MgmtRegs, HostAndCoreGetTheirOwnAnswers) {
  // Read at the same time, over and over, at all distances.
  for (int delay = 0; delay < 12; ++delay) {
    for (int i = 0; i < 4; ++i) clock();
    core_asks(false, regs::kVersionAddress);
    for (int i = 0; i < delay; ++i) clock();
    EXPECT_EQ(read(regs::kIdAddress).first, 0x534C5950U);
    EXPECT_EQ(core_answer().first & regs::kVersionAbiMask, abi::kAbiVersion);
  }
}

TEST_F(MgmtRegs, HalvesOfStagingWordsOfHostAndCoreStayApart) {
  write(regs::kStagingAddress, 0x11111111U);
  core_write(regs::kStagingAddress + 0x100, 0x22222222U);
  write(regs::kStagingAddress + 4, 0x33333333U);
  core_write(regs::kStagingAddress + 0x104, 0x44444444U);
  ASSERT_EQ(staged_.size(), 2U);
  EXPECT_EQ(staged_[0].second, 0x3333333311111111ULL);
  EXPECT_EQ(staged_[1].second, 0x4444444422222222ULL);
}

TEST_F(MgmtRegs, TheLoopbackIsWhoseTheCommandsAre) {
  model_->test_i = 20ULL << 46 | 1ULL << 43 | 0xCAFEU;  // seq, aborted, word
  EXPECT_EQ(write(regs::kTestBufferAddress + 4 * 127, 0x12345678U), 0U);
  EXPECT_EQ(test_words_, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{127, 0x12345678U}}));
  EXPECT_EQ(read(regs::kTestBufferAddress), std::make_pair(0xCAFEU, 0U));
  EXPECT_EQ(write(regs::kTestGoAddress, 7U << regs::kTestGoSeqShift), 0U);
  EXPECT_EQ(write(regs::kTestAbortAddress, 7U << regs::kTestAbortSeqShift), 0U);
  model_->core_rules_i = 1;
  EXPECT_NE(write(regs::kTestBufferAddress, 1), 0U);
  EXPECT_NE(write(regs::kTestGoAddress, 8U << regs::kTestGoSeqShift), 0U);
  EXPECT_NE(write(regs::kTestAbortAddress, 8U << regs::kTestAbortSeqShift), 0U);
  EXPECT_EQ(read(regs::kTestBufferAddress), std::make_pair(0xCAFEU, 0U));
  EXPECT_EQ(read(regs::kTestStatusAddress).first, 20U << regs::kTestStatusSeqShift | 4U);
  EXPECT_TRUE(core_write(regs::kTestBufferAddress + 4, 2));
  EXPECT_EQ(core_read(regs::kTestBufferAddress).first, 0xCAFEU);
  EXPECT_TRUE(core_write(regs::kTestGoAddress, 9U << regs::kTestGoSeqShift));
  EXPECT_TRUE(core_write(regs::kTestAbortAddress, 9U << regs::kTestAbortSeqShift));
  for (int i = 0; i < 4; ++i) clock();
  EXPECT_EQ(test_goes_, (std::vector<std::uint32_t>{7, 9}));
  EXPECT_EQ(test_stops_, (std::vector<std::uint32_t>{7, 9}));
  EXPECT_EQ(test_words_.size(), 2U);
}

TEST_F(MgmtRegs, TheCoresBlockIsTheHostsAlone) {
  EXPECT_EQ(read(abi::kHostCoreRegs + 8), std::make_pair(0xB10CU, 0U));
  EXPECT_EQ(read(abi::kHostMailbox + abi::kMailboxOctets - 4).first, 0xB10CU);
  EXPECT_EQ(write(abi::kHostImage + 0xFFFC, 1), 0U);
  EXPECT_EQ(blocks_, (std::vector<std::uint32_t>{abi::kHostCoreRegs + 8, abi::kHostMailbox + abi::kMailboxOctets - 4,
                                                 abi::kHostImage + 0xFFFC}));
  EXPECT_NE(read(abi::kHostMailbox + abi::kMailboxOctets).second, 0U);
  EXPECT_TRUE(core_read(abi::kHostCoreRegs + 8).second);
  EXPECT_EQ(blocks_.size(), 3U);
}

TEST_F(MgmtRegs, TheInterruptIsTheCoresWhileItRules) {
  model_->ev_head_i = 1;
  write(regs::kControlAddress, regs::kControlIrqEnableMask);
  EXPECT_TRUE(model_->irq_o);
  EXPECT_FALSE(model_->events_o);
  model_->core_rules_i = 1;
  clock();
  EXPECT_FALSE(model_->irq_o);
  EXPECT_TRUE(model_->events_o);
  model_->core_irq_i = 1;
  clock();
  EXPECT_TRUE(model_->irq_o);
}

TEST_F(MgmtRegs, TheAlarmRingsAtItsTime) {
  model_->core_runs_i = 1;
  model_->time_ns_i = 0x1'0000'0004;
  clock();
  EXPECT_FALSE(model_->alarm_o) << "no alarm is set";
  EXPECT_EQ(core_read(regs::kTimeHiAddress).first, 1U);
  EXPECT_EQ(core_read(regs::kTimeLoAddress).first, 4U);
  core_write(regs::kWatchdogAddress, 100);
  EXPECT_EQ(model_->alarm_ns_o, 0x1'0064'0000U) << "the watchdog wakes whoever sleeps without an alarm";
  core_write(regs::kAlarmHiAddress, 1);
  core_write(regs::kAlarmLoAddress, 6);
  clock();
  EXPECT_FALSE(model_->alarm_o);
  model_->time_ns_i = 0x1'0000'0006;
  clock();
  EXPECT_TRUE(model_->alarm_o);
  EXPECT_EQ(model_->alarm_ns_o, 0x1'0000'0006);
  core_write(regs::kAlarmLoAddress, 7);
  clock();
  clock();
  EXPECT_FALSE(model_->alarm_o);
  model_->time_ns_i = 0x1'0000'0007;
  model_->core_runs_i = 0;
  clock();
  clock();
  EXPECT_FALSE(model_->alarm_o) << "for nobody";
}

TEST_F(MgmtRegs, TheWatchdogBarksUnlessItIsFed) {
  constexpr std::uint64_t kUnit = 65'536;
  const auto pass = [this](std::uint64_t units) {
    model_->time_ns_i += units * kUnit;
    clock();
    clock();
    clock();
    return model_->barks_o != 0;
  };
  EXPECT_FALSE(pass(1'000'000)) << "the core does not run";
  model_->core_runs_i = 1;
  EXPECT_FALSE(pass(0));
  EXPECT_FALSE(pass(65'535));
  core_write(regs::kWatchdogAddress, 10);
  EXPECT_FALSE(pass(9));
  core_write(regs::kWatchdogAddress, 2);
  EXPECT_FALSE(pass(1));
  EXPECT_TRUE(pass(1));
  core_write(regs::kWatchdogAddress, 100);
  EXPECT_TRUE(pass(0)) << "too late";
  model_->core_runs_i = 0;
  EXPECT_FALSE(pass(0));
  model_->core_runs_i = 1;
  EXPECT_FALSE(pass(0));
  EXPECT_FALSE(pass(65'535));
  EXPECT_TRUE(pass(1)) << "what it starts with comes to its end, too";
}

}  // namespace
