// Drop counters of all lanes of sad_full: sad_counters for each, read one after the other and added up.
module sad_tally
  import sallyport_abi_pkg::*;
#(
    parameter int LANES = 1
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic [LANES-1:0]     out_valid_i,
    output logic [LANES-1:0]     out_ready_o,
    input  verdict_e [LANES-1:0] out_verdict_i,
    input  logic [LANES-1:0]     in_valid_i,
    output logic [LANES-1:0]     in_ready_o,
    input  verdict_e [LANES-1:0] in_verdict_i,
    // Zeroing after reset.
    input  logic                 zero_en_i,
    input  logic [5:0]           zero_addr_i,
    // Reading: request is held until rd_done_o, with which the value is there.
    input  logic                 rd_req_i,
    input  logic                 rd_inbound_i,
    input  logic [5:0]           rd_verdict_i,
    output logic                 rd_done_o,
    output logic [63:0]          rd_value_o,
    output logic                 idle_o
);
  logic [LANES-1:0]       asked_q, done, idle;  // asked by a register: the way from a command to here is long
  logic [LANES-1:0][63:0] value;
  logic [LANES-1:0]       at_q;    // the lane that is read; none: the sum is whole
  logic [63:0]            sum_q;
  logic [63:0]            shown;

  for (genvar l = 0; l < LANES; l++) begin : gen_lane
    sad_counters u_counters (
        .clk_i,
        .rst_ni,
        .out_valid_i  (out_valid_i[l]),
        .out_ready_o  (out_ready_o[l]),
        .out_verdict_i(out_verdict_i[l]),
        .in_valid_i   (in_valid_i[l]),
        .in_ready_o   (in_ready_o[l]),
        .in_verdict_i (in_verdict_i[l]),
        .zero_en_i,
        .zero_addr_i,
        .rd_req_i     (asked_q[l]),
        .rd_inbound_i,
        .rd_verdict_i,
        .rd_done_o    (done[l]),
        .rd_value_o   (value[l]),
        .idle_o       (idle[l])
    );
  end

  always_comb begin
    shown = '0;
    for (int l = 0; l < LANES; l++) if (done[l]) shown = value[l];
  end

  always_ff @(posedge clk_i) begin
    asked_q <= rst_ni && rd_req_i && done == '0 ? at_q : '0;
    if (!rst_ni || !rd_req_i || rd_done_o) begin
      at_q  <= LANES'(1);
      sum_q <= '0;
    end else if (done != '0) begin
      at_q  <= LANES'({at_q, 1'b0});
      sum_q <= sum_q + shown;
    end
  end

  assign rd_done_o  = rd_req_i && at_q == '0;
  assign rd_value_o = sum_q;
  assign idle_o     = &idle;
endmodule
