// The registers from which an SA's view leaves the table. They fill from the lanes while load_i, and hold a key only from
// the clock in which the packet passed until the answer is taken, or while a commit computes the hash key (G5).
module sad_view
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
(
    input  logic      clk_i,
    input  logic      rst_ni,
    input  logic      load_i,
    input  logic      clear_i,
    input  lanes_t    lanes_i,
    input  sa_word0_t w0_i,     // shown while w0_show_i
    input  logic      w0_show_i,
    output sa_view_t  view_o
);
  logic [63:0]  w1_q, w11_q;
  logic [127:0] addr_a_q, addr_b_q, h_q;
  logic [255:0] key_q;
  logic [31:0]  salt_q;
  wire          key_new = lanes_i.misc_new && lanes_i.misc_mem == SAD_MEM_KEY;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      w1_q     <= '0;
      addr_a_q <= '0;
      addr_b_q <= '0;
      w11_q    <= '0;
      key_q    <= '0;
      salt_q   <= '0;
      h_q      <= '0;
    end else if (load_i) begin
      if (lanes_i.cfg_new) begin
        unique case (lanes_i.cfg_word)
          4'd1: w1_q <= lanes_i.cfg;
          4'd2: addr_a_q[127:64] <= lanes_i.cfg;
          4'd3: addr_a_q[63:0] <= lanes_i.cfg;
          4'd4: addr_b_q[127:64] <= lanes_i.cfg;
          4'd5: addr_b_q[63:0] <= lanes_i.cfg;
          4'd11: w11_q <= lanes_i.cfg;
          default: ;
        endcase
      end
      if (key_new) begin
        unique case (lanes_i.misc_word)
          3'd0: key_q[255:192] <= lanes_i.misc;
          3'd1: key_q[191:128] <= lanes_i.misc;
          3'd2: key_q[127:64] <= lanes_i.misc;
          3'd3: key_q[63:0] <= lanes_i.misc;
          3'd4: salt_q <= lanes_i.misc[63:32];
          3'd5: h_q[127:64] <= lanes_i.misc;
          3'd6: h_q[63:0] <= lanes_i.misc;
          default: ;
        endcase
      end
    end
  end

  assign view_o = '{w0: w0_show_i ? w0_i : '0, w1: w1_q, addr_a: addr_a_q, addr_b: addr_b_q, w11: w11_q,
                    key: key_q, salt: salt_q, h: h_q};

  wire unused_lanes = ^lanes_i;
endmodule
