// The words that say whose entry is in work: state word 0 and 1, cfg word 0. They follow every read and write of these words,
// so that all clients see the same.
module sad_head
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input  logic      clk_i,
    input  logic      rst_ni,
    input  access_t   access_i,
    input  lanes_t    lanes_i,
    output life_t     life_o,
    output name_t     name_o,
    output sa_word0_t w0_o
);
  life_t     life_q;
  name_t     name_q;
  sa_word0_t w0_q;

  wire read_state  = lanes_i.misc_new && lanes_i.misc_mem == SAD_MEM_STATE;
  wire write_state = access_i.wr_en[SAD_MEM_STATE];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      life_q <= '0;
      name_q <= '0;
      w0_q   <= '0;
    end else begin
      if (read_state && !lanes_i.misc_word[0]) life_q <= lanes_i.misc[28:7];
      if (read_state && lanes_i.misc_word[0]) name_q <= lanes_i.misc[28:12];
      if (write_state && access_i.wr_word == 5'd0) life_q <= access_i.wr_data[28:7];
      if (write_state && access_i.wr_word == 5'd1) name_q <= access_i.wr_data[28:12];
      if (lanes_i.cfg_new && lanes_i.cfg_word == '0) w0_q <= lanes_i.cfg;
    end
  end

  assign life_o = life_q;
  assign name_o = name_q;
  assign w0_o   = w0_q;

  wire unused = ^{access_i, lanes_i};
endmodule
