// tkeep of a beat that holds its first `bytes` octets.
module axis_keep (
    input  logic [4:0]  bytes_i,  // 0..16
    output logic [15:0] keep_o
);
  assign keep_o = 16'hFFFF >> (5'd16 - bytes_i);
endmodule
