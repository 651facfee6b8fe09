// Clocks 4 and 5 of sad_pipe for what is counted: sums and number of the packet, then the sums against their limits.
module sad_sums
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input  logic                       clk_i,
    input  logic [5:4]                 valid_i,   // a request is there
    // Clock 4: the request and the words that were read for it.
    input  req_kind_e                  kind_i,
    input  logic [15:0]                octets_i,
    input  logic                       esn_i,
    input  logic [CFG_WORDS-1:0][63:0] cfg_i,
    input  logic [OutcWords-1:0][63:0] outc_i,
    input  logic [IncFixed-1:0][63:0]  inc_i,
    // Clock 6.
    output findings_t                  found_o,   // as far as they are about counts and outbound numbers
    output logic [63:0]                next_o,    // outbound number
    output logic [63:0]                octets_o,
    output logic [63:0]                count_o    // packets, or failures
);
  wire is_out  = kind_i == REQ_OUT;
  wire is_look = kind_i == REQ_LOOK;
  wire is_fail = kind_i == REQ_FAIL;
  wire load    = valid_i[4] && !is_look;

  logic [63:0] next;
  logic        spent, last;

  sad_sequence u_sequence (
      .esn_i,
      .used_i (outc_i[0]),
      .next_o (next),
      .spent_o(spent),
      .last_o (last)
  );

  // ------------------------------------------------------------------ clock 5
  logic        counts_q, fails_q, spent_q, last_q, has_soft_octets_q, has_hard_octets_q, has_soft_count_q, has_hard_count_q;
  logic [63:0] next_q, soft_octets_q, hard_octets_q, soft_count_q, hard_count_q;
  logic [64:0] octets, count;
  logic [1:0]  octets_above, octets_equal, count_above, count_equal;  // hard, soft

  always_ff @(posedge clk_i) begin
    if (valid_i[4]) begin
      counts_q <= !is_look && !is_fail;
      fails_q  <= is_fail;
      spent_q  <= is_out && spent;
      last_q   <= is_out && last;
    end
    if (load) begin
      next_q <= next;
      // A hard limit of 0 and a soft one of all ones is none. Of a failed ICV the failures are counted, not packets.
      soft_octets_q     <= cfg_i[6];
      hard_octets_q     <= cfg_i[7];
      soft_count_q      <= is_fail ? cfg_i[10] >> 1 : cfg_i[8];
      hard_count_q      <= is_fail ? cfg_i[10] : cfg_i[9];
      has_soft_octets_q <= cfg_i[6] != '1;
      has_hard_octets_q <= cfg_i[7] != '0;
      has_soft_count_q  <= cfg_i[8] != '1;
      has_hard_count_q  <= cfg_i[9] != '0;
    end
  end

  sad_limits #(
      .LIMITS(2)
  ) u_octets (
      .clk_i,
      .load_i (load),
      .count_i(is_out ? outc_i[1] : inc_i[1]),
      .add_i  (octets_i),
      .sum_o  (octets),
      .limit_i({hard_octets_q, soft_octets_q}),
      .above_o(octets_above),
      .equal_o(octets_equal)
  );

  sad_limits #(
      .LIMITS(2)
  ) u_count (
      .clk_i,
      .load_i (load),
      .count_i(is_out ? outc_i[2] : is_fail ? inc_i[3] : inc_i[2]),
      .add_i  (16'd1),
      .sum_o  (count),
      .limit_i({hard_count_q, soft_count_q}),
      .above_o(count_above),
      .equal_o(count_equal)
  );

  // ------------------------------------------------------------------ clock 6
  findings_t   found_q;
  logic [63:0] next6_q, octets_q, count_q;

  always_ff @(posedge clk_i) begin
    if (valid_i[5]) begin
      found_q              <= '0;
      found_q.over_octets  <= counts_q && has_hard_octets_q && octets_above[1];
      found_q.at_octets    <= counts_q && has_hard_octets_q && octets_equal[1];
      found_q.soft_octets  <= counts_q && has_soft_octets_q && (octets_above[0] || octets_equal[0]);
      found_q.over_packets <= counts_q && has_hard_count_q && count_above[1];
      found_q.at_packets   <= counts_q && has_hard_count_q && count_equal[1];
      found_q.soft_packets <= counts_q && has_soft_count_q && (count_above[0] || count_equal[0]);
      found_q.icv_end      <= fails_q && (count_above[1] || count_equal[1]);
      found_q.icv_half     <= fails_q && (count_above[0] || count_equal[0]);
      found_q.spent        <= spent_q;
      found_q.last         <= last_q;
      next6_q              <= next_q;
      octets_q             <= octets[63:0];
      count_q              <= count[63:0];
    end
  end

  assign found_o  = found_q;
  assign next_o   = next6_q;
  assign octets_o = octets_q;
  assign count_o  = count_q;

  wire unused = ^{cfg_i, inc_i, octets[64], count[64]};
endmodule
