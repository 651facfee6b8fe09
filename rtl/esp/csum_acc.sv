// Internet checksum over a stream of chunks, 16 octets a clock (RFC 1071). Chunks start on even octets of what is summed and
// are zero past their end; their order does not matter.
//
// A chunk's own sum stands in a register for a clock before it joins the others: both in one clock, behind the multiplexers that
// choose the chunk, were the slowest path of the compact profile on ECP5.
module csum_acc (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,
    input  logic         valid_i,
    input  logic [127:0] data_i,
    output logic [15:0]  checksum_o  // complement of the sum; the clock after the last chunk
);
  logic [18:0] chunk, chunk_q;
  logic [15:0] sum, sum_q;

  always_comb begin
    chunk = '0;
    for (int k = 0; k < 8; k++) chunk += {3'd0, data_i[16*k+:16]};
  end

  assign sum = csum_pkg::fold({4'd0, sum_q} + {1'b0, chunk_q});

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      chunk_q <= '0;
      sum_q   <= '0;
    end else begin
      chunk_q <= valid_i ? chunk : '0;
      sum_q   <= sum;
    end
  end

  assign checksum_o = ~sum;
endmodule
