// Octet order of AXI4-Stream on one side, of the design on the other. Combinational; the same both ways.
//
//   AXI4-Stream     octet k in [8k+7:8k], kept if tkeep[k]
//   in the design   octet k in [127-8k:120-8k], the first `bytes` of them
module axis_order (
    input  logic [127:0] data_i,
    output logic [127:0] data_o
);
  for (genvar k = 0; k < 16; k++) begin : gen_octet
    assign data_o[127-8*k-:8] = data_i[8*k+:8];
  end
endmodule
