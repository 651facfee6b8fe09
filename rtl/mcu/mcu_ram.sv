// A memory of the management core: 32-bit words with SECDED, one access a clock.
//
//   read, write of a word   answer in the next clock
//   write of some octets    the word is read, and written in the next clock; nothing is granted in that one
//
// A word that was wrong in one bit is written back corrected in the clock after it was read, like a write of some octets. One that cannot
// be corrected is answered with err, and a write of some of its octets leaves it as it is: a write of the whole word mends it.
//
// wipe_i zeroes everything, a word a clock, and grants nothing meanwhile; it is obeyed at any time and cuts off what was going on.
// Without it the contents are unknown after power-up: reset does not touch them.
module mcu_ram
  import reg_pkg::*;
#(
    parameter int OCTETS = 32768,  // a power of two
    parameter bit SIM    = 1'b0,   // 1: bits can be flipped
    localparam int Words = OCTETS / 4,
    localparam int AddrWidth = $clog2(Words)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 valid_i,
    output logic                 ready_o,
    input  reg_req_t             req_i,
    output logic                 rsp_valid_o,
    output reg_rsp_t             rsp_o,
    input  logic                 wipe_i,
    output logic                 wiping_o,
    output logic                 corrected_o,  // pulses: a word was wrong in one bit, in more
    output logic                 fatal_o,
    // Simulation only; tie to 0 otherwise.
    input  logic                 flip_en_i,
    input  logic [AddrWidth-1:0] flip_addr_i,
    input  logic [38:0]          flip_mask_i
);
  typedef enum logic [1:0] {NONE, READ, WROTE, MERGE} answer_e;

  answer_e              answer_q;
  logic [AddrWidth-1:0] addr_q, wipe_q;
  logic [3:0]           be_q;
  logic [31:0]          wdata_q, rdata, merged;
  logic                 single, double, wiping_q;

  wire looked = answer_q == READ || answer_q == MERGE;
  // The word of the clock before goes back: some octets are new, or a bit was mended.
  wire back   = looked && !double && (answer_q == MERGE || single);
  wire fire   = valid_i && ready_o;
  wire whole  = req_i.be == 4'hF;

  assign ready_o  = !back && !wiping_q && !wipe_i;
  assign wiping_o = wiping_q || wipe_i;

  always_comb begin
    merged = rdata;
    if (answer_q == MERGE) begin
      for (int b = 0; b < 4; b++) if (be_q[b]) merged[8*b+:8] = wdata_q[8*b+:8];
    end
  end

  logic                 wr_en;
  logic [AddrWidth-1:0] wr_addr;
  logic [31:0]          wr_data;

  always_comb begin
    wr_en   = fire && req_i.write && whole;
    wr_addr = req_i.addr[2+:AddrWidth];
    wr_data = req_i.wdata;
    if (back) begin
      wr_en   = 1'b1;
      wr_addr = addr_q;
      wr_data = merged;
    end
    if (wiping_q) begin
      wr_en   = 1'b1;
      wr_addr = wipe_q;
      wr_data = '0;
    end
  end

  ram_secded #(
      .WIDTH(32),
      .DEPTH(Words),
      .SIM  (SIM)
  ) u_ram (
      .clk_i,
      .wr_en_i    (wr_en),
      .wr_addr_i  (wr_addr),
      .wr_data_i  (wr_data),
      .rd_en_i    (fire && !(req_i.write && whole)),
      .rd_addr_i  (req_i.addr[2+:AddrWidth]),
      .rd_data_o  (rdata),
      .rd_single_o(single),
      .rd_double_o(double),
      .flip_en_i,
      .flip_addr_i,
      .flip_mask_i
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      answer_q <= NONE;
      addr_q   <= '0;
      be_q     <= '0;
      wdata_q  <= '0;
      wipe_q   <= '0;
      wiping_q <= 1'b0;
    end else begin
      answer_q <= NONE;
      if (fire) begin
        answer_q <= !req_i.write ? READ : whole ? WROTE : MERGE;
        addr_q   <= req_i.addr[2+:AddrWidth];
        be_q     <= req_i.be;
        wdata_q  <= req_i.wdata;
      end
      if (wipe_i) begin
        wiping_q <= 1'b1;
        wipe_q   <= '0;
      end else if (wiping_q) begin
        wipe_q   <= wipe_q + 1'b1;
        wiping_q <= wipe_q != '1;
      end
    end
  end

  assign rsp_valid_o = answer_q != NONE;
  assign rsp_o       = '{err: looked && double, rdata: answer_q == READ ? rdata : '0};
  assign corrected_o = looked && single;
  assign fatal_o     = looked && double;

  wire unused = &{1'b0, req_i.addr};

`ifndef SYNTHESIS
  initial assert (OCTETS == 4 * 2 ** AddrWidth);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      // The memory is never asked for the word that is written in this clock (ram_1r1w).
      if (wr_en && fire && !(req_i.write && whole)) a_port: assert (wr_addr != req_i.addr[2+:AddrWidth]);
      if (valid_i) a_aligned: assert (req_i.addr[1:0] == '0);
    end
  end
`endif
endmodule
