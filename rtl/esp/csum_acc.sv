// Internet checksum over a stream of chunks, 16 octets a clock (RFC 1071). Chunks start on even octets of what is summed and
// are zero past their end; their order does not matter.
module csum_acc (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,
    input  logic         valid_i,
    input  logic [127:0] data_i,
    output logic [15:0]  checksum_o  // complement of the sum; the clock after the last chunk
);
  logic [15:0] sum_q;
  logic [19:0] sum;

  always_comb begin
    sum = {4'd0, sum_q};
    for (int k = 0; k < 8; k++) sum += {4'd0, data_i[16*k+:16]};
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) sum_q <= '0;
    else if (valid_i) sum_q <= csum_pkg::fold(sum);
  end

  assign checksum_o = ~sum_q;
endmodule
