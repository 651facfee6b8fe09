// The drop counters: 64 bit for each verdict and direction, in a RAM. Independent of the table: a verdict is counted in two
// clocks and the two directions take turns. A command that reads a counter goes first.
module sad_counters
  import sallyport_abi_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        out_valid_i,
    output logic        out_ready_o,
    input  verdict_e    out_verdict_i,
    input  logic        in_valid_i,
    output logic        in_ready_o,
    input  verdict_e    in_verdict_i,
    // Zeroing after reset.
    input  logic        zero_en_i,
    input  logic [5:0]  zero_addr_i,
    // Reading: request is held until rd_done_o, with which the value is there.
    input  logic        rd_req_i,
    input  logic        rd_inbound_i,
    input  logic [5:0]  rd_verdict_i,
    output logic        rd_done_o,
    output logic [63:0] rd_value_o,
    output logic        idle_o
);
  typedef enum logic [1:0] {
    IDLE,
    ADD,   // the count has been read
    SHOW   // it was read for the host
  } state_e;

  state_e      state_q;
  logic        turn_q;    // inbound next
  logic [5:0]  addr_q;
  logic [63:0] data;

  wire free      = state_q == IDLE && !zero_en_i;
  wire pick_read = free && rd_req_i;
  wire pick_in   = free && !rd_req_i && in_valid_i && (turn_q || !out_valid_i);
  wire pick_out  = free && !rd_req_i && out_valid_i && !pick_in;

  logic [5:0] addr;
  always_comb begin
    if (pick_read) addr = {rd_inbound_i, rd_verdict_i[4:0]};
    else if (pick_in) addr = {1'b1, in_verdict_i[4:0]};
    else addr = {1'b0, out_verdict_i[4:0]};
  end

  ram_1r1w #(
      .WIDTH(64),
      .DEPTH(64)
  ) u_ram (
      .clk_i,
      .wr_en_i  (zero_en_i || state_q == ADD),
      .wr_addr_i(zero_en_i ? zero_addr_i : addr_q),
      .wr_data_i(zero_en_i ? '0 : data + 64'd1),
      .rd_en_i  (pick_read || pick_in || pick_out),
      .rd_addr_i(addr),
      .rd_data_o(data)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      turn_q  <= 1'b0;
      addr_q  <= '0;
    end else begin
      unique case (state_q)
        IDLE: begin
          addr_q <= addr;
          if (pick_read) state_q <= SHOW;
          else if (pick_in || pick_out) state_q <= ADD;
          if (pick_in) turn_q <= 1'b0;
          if (pick_out) turn_q <= 1'b1;
        end
        default: state_q <= IDLE;
      endcase
    end
  end

  assign in_ready_o  = pick_in;
  assign out_ready_o = pick_out;
  assign rd_done_o   = state_q == SHOW;
  assign rd_value_o  = rd_verdict_i[5] ? '0 : data;
  assign idle_o      = state_q == IDLE && !in_valid_i && !out_valid_i;

  wire unused_verdict = ^{in_verdict_i[7:5], out_verdict_i[7:5]};
endmodule
