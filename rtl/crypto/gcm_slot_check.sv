// Watches the slots of a gcm_pipe in simulation: what the user owes (gcm_pkg). Holds nothing and gives nothing; synthesis drops it.
module gcm_slot_check
  import gcm_pkg::*;
(
    input logic        clk_i,
    input logic        rst_ni,
    input logic        valid_i,
    input slot_kind_e  kind_i,
    input logic [ 4:0] bytes_i,
    input logic        aad12_i,  // these with FIRST
    input logic [63:0] aad_i,    // what follows the first 8 octets
    input logic [15:0] octets_i
);
`ifndef SYNTHESIS
  logic open_q, data_q;   // FIRST has been; DATA has been
  logic [15:0] octets_q;  // announced and not yet seen

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      open_q   <= 1'b0;
      data_q   <= 1'b0;
      octets_q <= '0;
    end else if (valid_i) begin
      a_order: assert (open_q == (kind_i != SLOT_FIRST));
      unique case (kind_i)
        SLOT_FIRST: begin
          open_q   <= 1'b1;
          data_q   <= 1'b0;
          octets_q <= octets_i;
          a_some: assert (octets_i != 16'd0);
          a_aad: assert (aad_i[31:0] == '0 && (aad12_i || aad_i == '0));
        end
        SLOT_DATA: begin
          data_q   <= 1'b1;
          octets_q <= octets_q - 16'(bytes_i);
          a_bytes: assert (bytes_i != 5'd0 && bytes_i <= 5'd16 && 16'(bytes_i) <= octets_q);
          a_full: assert (bytes_i == 5'd16 || 16'(bytes_i) == octets_q);
        end
        SLOT_LEN: begin
          open_q <= 1'b0;
          a_octets: assert (data_q && octets_q == 16'd0);
        end
        SLOT_PASS: a_pass: assert (!data_q);
      endcase
    end
  end
`else
  wire unused = &{1'b0, clk_i, rst_ni, valid_i, kind_i, bytes_i, aad12_i, aad_i, octets_i};
`endif
endmodule
