// Checksum of what comes out of gcm_pipe for UDP over IPv6, which counts the ciphertext: ciphertext, and of the header that passes
// in transport mode the two addresses (octets 8 to 39 of an IPv6 header). Other packets are not summed.
//
//   block -> [8 words: 1] -> [+] -> queue of sums, not complemented, 17 bits
module out_sum
  import lane_out_pkg::*;
(
    input  logic         clk_i,
    input  logic         rst_ni,
    // Packets in their order, at the latest when their first block is here.
    input  logic         begin_i,
    input  logic         begin_sum_i,
    input  logic [11:0]  begin_last_i,    // its last block of ciphertext, counted from 0
    input  logic         valid_i,
    input  logic         pass_i,
    input  logic [127:0] data_i,
    output logic         sum_valid_o,
    input  logic         sum_pop_i,
    output logic [16:0]  sum_o
);
  // ------------------------------------------------------------------ where in its packet a block stands
  logic        packets_room, sums_room, wanted, known;
  logic [11:0] last_no, done_q;
  logic [1:0]  passed_q;

  wire block = valid_i && !pass_i;
  wire last  = block && done_q == last_no;

  lane_fifo #(
      .WIDTH(13),
      .DEPTH(InFlight)
  ) u_packets (
      .clk_i,
      .rst_ni,
      .push_i (begin_i),
      .data_i ({begin_sum_i, begin_last_i}),
      .room_o (packets_room),
      .valid_o(known),
      .pop_i  (last),
      .data_o ({wanted, last_no})
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      done_q   <= '0;
      passed_q <= '0;
    end else if (valid_i) begin
      if (block) done_q <= last ? 12'd0 : done_q + 12'd1;
      passed_q <= block ? 2'd0 : passed_q + {1'b0, passed_q != 2'd3};
    end
  end

  // ------------------------------------------------------------------ sum
  logic        part_valid_q, part_last_q, sum_push_q;
  logic [18:0] part_q;
  logic [31:0] total_q, total;
  logic [16:0] sum_q;

  wire upper = !pass_i || passed_q == 2'd1 || passed_q == 2'd2;
  wire lower = !pass_i || passed_q == 2'd0 || passed_q == 2'd1;

  function automatic logic [17:0] words4(input logic [63:0] data);
    return ({2'd0, data[63:48]} + {2'd0, data[47:32]}) + ({2'd0, data[31:16]} + {2'd0, data[15:0]});
  endfunction

  assign total = total_q + {13'd0, part_q};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      part_valid_q <= 1'b0;
      part_last_q  <= 1'b0;
      sum_push_q   <= 1'b0;
      total_q      <= '0;
    end else begin
      part_valid_q <= valid_i && wanted;
      part_last_q  <= last && wanted;
      sum_push_q   <= part_last_q;
      if (part_valid_q) total_q <= part_last_q ? 32'd0 : total;
    end
    if (valid_i && wanted)
      part_q <= {1'b0, words4(upper ? data_i[127:64] : 64'd0)} + {1'b0, words4(lower ? data_i[63:0] : 64'd0)};
    if (part_last_q) sum_q <= {1'b0, total[31:16]} + {1'b0, total[15:0]};
  end

  lane_fifo #(
      .WIDTH(17),
      .DEPTH(InFlight)
  ) u_sums (
      .clk_i,
      .rst_ni,
      .push_i (sum_push_q),
      .data_i (sum_q),
      .room_o (sums_room),
      .valid_o(sum_valid_o),
      .pop_i  (sum_pop_i),
      .data_o (sum_o)
  );

  wire unused = &{1'b0, packets_room, sums_room, known};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) if (rst_ni && valid_i) a_known: assert (known);
`endif
endmodule
