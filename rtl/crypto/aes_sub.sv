// A register of one AES word and SubWord of it, in one of two forms that behave alike from outside:
//
//   SBOX_RAM = 0   d_i -> register -> S-box in LUTs -> sub_o
//   SBOX_RAM = 1   d_i -> S-box in block RAM, whose output register is the only one -> sub_o
//
//             ____      ____      ____
//   clk   ___|    |____|    |____|    |____
//   en_i  ___/'''''''''\___________________
//   sub_o _____________X== SubWord(d_i) ===    held until the next en_i; zero after clear_i
//
// In the second form the word itself is kept nowhere. It takes two block RAMs: each holds the S-box once and is read twice a
// clock.
module aes_sub
  import aes_pkg::*;
#(
    parameter bit SBOX_RAM = 1'b0
) (
    input  logic        clk_i,
    input  logic        clear_i,
    input  logic        en_i,
    input  logic [31:0] d_i,
    input  logic        look_i,  // low: nobody looks at sub_o, which spares simulation the table
    output logic [31:0] sub_o
);
  if (SBOX_RAM) begin : gen_ram
    logic [31:0] sub_q;

    for (genvar half = 0; half < 2; half++) begin : gen_rom
      (* ram_style = "block" *) logic [7:0] rom[256];
      initial for (int i = 0; i < 256; i++) rom[i] = Sbox[i];

      for (genvar port = 2 * half; port < 2 * half + 2; port++) begin : gen_port
        always_ff @(posedge clk_i) begin
          if (clear_i) sub_q[8*port+:8] <= '0;
          else if (en_i) sub_q[8*port+:8] <= rom[d_i[8*port+:8]];
        end
      end
    end

    assign sub_o = sub_q;
    wire unused = &{1'b0, look_i};
  end else begin : gen_lut
    // What the S-box makes 0.
    localparam logic [7:0] Zero = 8'h52;
    logic [31:0] word_q;

    always_ff @(posedge clk_i) begin
      if (clear_i) word_q <= {4{Zero}};
      else if (en_i) word_q <= d_i;
    end

    always_comb begin
      sub_o = '0;
      if (look_i) sub_o = sub_word(word_q);
    end

`ifndef SYNTHESIS
    // G5: while nobody looks, nothing stands here.
    logic cleared_q = 1'b0;
    always_ff @(posedge clk_i) begin
      if (clear_i) cleared_q <= 1'b1;
      if (cleared_q && !look_i) a_g5_word: assert (word_q == {4{Zero}});
    end
`endif
  end
endmodule
