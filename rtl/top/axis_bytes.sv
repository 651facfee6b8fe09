// Octets of an AXI4-Stream beat. A gap in tkeep counts the octets in front of it, so that the length will not agree.
module axis_bytes (
    input  logic [15:0] keep_i,
    output logic [4:0]  bytes_o
);
  always_comb begin
    bytes_o = 5'd16;
    for (int k = 15; k >= 0; k--) if (!keep_i[k]) bytes_o = 5'(k);
  end
endmodule
