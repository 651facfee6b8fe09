#include "top_bench.hpp"

#include "sallyport/regs.hpp"

namespace sallyport::test {

TopBench::TopBench(std::uint32_t seed, unsigned stall_percent)
    : outbound({&top.out_desc_tvalid, &top.out_desc_tready, &top.out_s_tvalid, &top.out_s_tready, &top.out_s_tlast,
                &top.out_stat_tvalid, &top.out_stat_tready, &top.out_m_tvalid, &top.out_m_tready, &top.out_m_tlast,
                &top.out_desc_tdata, &top.out_s_tdata, &top.out_stat_tdata, &top.out_m_tdata, &top.out_s_tkeep,
                &top.out_m_tkeep}),
      inbound({&top.in_desc_tvalid, &top.in_desc_tready, &top.in_s_tvalid, &top.in_s_tready, &top.in_s_tlast,
               &top.in_stat_tvalid, &top.in_stat_tready, &top.in_m_tvalid, &top.in_m_tready, &top.in_m_tlast,
               &top.in_desc_tdata, &top.in_s_tdata, &top.in_stat_tdata, &top.in_m_tdata, &top.in_s_tkeep,
               &top.in_m_tkeep}),
      random_(seed),
      stall_percent_(stall_percent) {
  top.clk_i = 0;
  top.rst_ni = 0;
  for (int i = 0; i < 4; ++i) clock();
  top.rst_ni = 1;
  constexpr int kBootClocks = 100'000;
  for (int i = 0; i < kBootClocks && (read(regs::kStatusAddress) & regs::kStatusBootDoneMask) == 0; ++i) {
    booted_silent = booted_silent && !top.out_desc_tready && !top.in_desc_tready;
  }
  booted_silent = booted_silent && !top.out_desc_tready && !top.in_desc_tready;
}

void TopBench::clock() {
  outbound.offer(stalls(), !hold_outputs && !blocked[0] && !stalls(), !hold_outputs && !blocked[1] && !stalls());
  inbound.offer(stalls(), !hold_outputs && !blocked[2] && !stalls(), !hold_outputs && !blocked[3] && !stalls());
  top.eval();
  if (top.rst_ni) {
    outbound.look();
    inbound.look();
  }
  top.time_ns_i += 10;
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  outbound.advance();
  inbound.advance();
  top.eval();
}

std::uint32_t TopBench::read(std::uint32_t address) {
  top.s_axil_araddr = address;
  top.s_axil_arvalid = 1;
  top.s_axil_rready = 1;
  for (int i = 0; i < 10'000; ++i) {
    top.eval();
    const bool sent = top.s_axil_arvalid && top.s_axil_arready;
    const bool done = top.s_axil_rvalid;
    const std::uint32_t value = top.s_axil_rdata;
    clock();
    if (sent) top.s_axil_arvalid = 0;
    if (done) return value;
  }
  return 0xDEAD'DEAD;
}

void TopBench::write(std::uint32_t address, std::uint32_t value) {
  top.s_axil_awaddr = address;
  top.s_axil_wdata = value;
  top.s_axil_wstrb = 0xF;
  top.s_axil_awvalid = top.s_axil_wvalid = 1;
  top.s_axil_bready = 1;
  for (int i = 0; i < 10'000; ++i) {
    top.eval();
    const bool aw = top.s_axil_awvalid && top.s_axil_awready;
    const bool w = top.s_axil_wvalid && top.s_axil_wready;
    const bool done = top.s_axil_bvalid;
    clock();
    if (aw) top.s_axil_awvalid = 0;
    if (w) top.s_axil_wvalid = 0;
    if (done) return;
  }
}

abi::CmdCode TopBench::command(abi::Op op, std::uint32_t index, std::uint32_t arg1) {
  const std::uint32_t seq = ((read(regs::kCmdStatusAddress) >> regs::kCmdStatusSeqShift) + 1) & 0xFFFF;
  write(regs::kCmdTargetAddress, index);
  write(regs::kCmdArg1Address, arg1);
  write(regs::kCmdGoAddress, static_cast<std::uint32_t>(op) | seq << regs::kCmdGoSeqShift);
  std::uint32_t status = regs::kCmdStatusBusyMask;
  for (int i = 0; i < 10'000 && (status & regs::kCmdStatusBusyMask) != 0; ++i) status = read(regs::kCmdStatusAddress);
  generation = static_cast<std::uint16_t>(read(regs::kCmdResultAddress));
  return static_cast<abi::CmdCode>((status & regs::kCmdStatusCodeMask) >> regs::kCmdStatusCodeShift);
}

void TopBench::enable() { write(regs::kControlAddress, regs::kControlEnableMask | regs::kControlIrqEnableMask); }

bool TopBench::wait(Side& side, std::size_t n) {
  constexpr int kLimit = 2'000'000;
  for (int i = 0; i < kLimit && side.out.size() < n; ++i) clock();
  return side.out.size() >= n;
}

}  // namespace sallyport::test
