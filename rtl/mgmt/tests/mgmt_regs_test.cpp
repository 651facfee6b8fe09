// The register map as a host sees it over AXI4-Lite.
#include <gtest/gtest.h>
#include <verilated.h>

#include <cstdint>
#include <memory>
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
    model_->clk_i = 1;
    model_->eval();
    if (ring) model_->ring_rd_data_i = 0xA0000000U + ring_word;
  }

  std::pair<std::uint32_t, unsigned> read(std::uint32_t address) {
    model_->s_axil_araddr = static_cast<std::uint16_t>(address);
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
    model_->s_axil_awaddr = static_cast<std::uint16_t>(address);
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

  VerilatedContext context_;
  std::unique_ptr<Vmgmt_regs_model> model_;
  std::vector<std::pair<unsigned, std::uint64_t>> staged_;
  int commands_ = 0;
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
  model_->s_axil_awaddr = static_cast<std::uint16_t>(regs::kStagingAddress + 4);
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

}  // namespace
