// ECN of a decapsulated packet (RFC 6040 4.2):
//
//   inner \ outer   Not-ECT   ECT(0)   ECT(1)   CE
//   Not-ECT         Not-ECT   Not-ECT  Not-ECT  drop
//   ECT(0)          ECT(0)    ECT(0)   ECT(1)   CE
//   ECT(1)          ECT(1)    ECT(1)   ECT(1)   CE
//   CE              CE        CE       CE       CE
//
// Compatibility mode leaves the inner field as it is but drops as well. Transport mode has only one field: untouched.
module esp_ecn (
    input  logic       tunnel_i,
    input  logic       compat_i,
    input  logic [1:0] outer_i,
    input  logic [1:0] inner_i,
    output logic [1:0] ecn_o,
    output logic       drop_o
);
  localparam logic [1:0] NotEct = 2'b00;
  localparam logic [1:0] Ect1 = 2'b01;
  localparam logic [1:0] Ect0 = 2'b10;
  localparam logic [1:0] Ce = 2'b11;

  always_comb begin
    ecn_o  = inner_i;
    drop_o = tunnel_i && inner_i == NotEct && outer_i == Ce;
    if (tunnel_i && !compat_i && inner_i != NotEct) begin
      if (outer_i == Ce) ecn_o = Ce;
      else if (inner_i == Ect0 && outer_i == Ect1) ecn_o = Ect1;
    end
  end
endmodule
