// Checks a staged image while its words go by. Order: word 0 first, each soft limit right before its hard limit.
module sad_image
  import sallyport_abi_pkg::*;
#(
    parameter int NUM_SAS = 64,
    localparam int IndexBits = $clog2(NUM_SAS)
) (
    input  logic                 clk_i,
    input  logic                 start_i,     // forget the last image
    input  logic                 valid_i,
    input  logic [3:0]           word_i,
    input  logic [63:0]          data_i,
    input  logic [IndexBits-1:0] entry_i,
    input  logic                 reserved_i,  // the entry was given an SPI
    input  logic [31:0]          spi_i,       // that SPI
    output logic                 bad_limits_o,
    output logic                 bad_image_o,
    output logic                 key256_o
);
  // With every outer header that an SA can ask for, some payload must fit.
  localparam logic [15:0] SmallestMtu = 16'd128;

  sa_word0_t   w0;
  logic        bad_limits_q, bad_image_q, force_q, key256_q;
  logic [63:0] soft_q;

  assign w0 = data_i;
  wire inbound = w0.flags[SA_FLAG_INBOUND];

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      bad_limits_q <= 1'b0;
      bad_image_q  <= 1'b0;
      force_q      <= 1'b0;
      key256_q     <= 1'b0;
      soft_q       <= '0;
    end else if (valid_i) begin
      unique case (word_i)
        4'd0: begin
          force_q  <= w0.flags[SA_FLAG_ICV_FORCE];
          key256_q <= w0.flags[SA_FLAG_KEY256];
          if (w0.spi < 32'd256) bad_image_q <= 1'b1;
          if (inbound && w0.spi[IndexBits-1:0] != entry_i) bad_image_q <= 1'b1;
          if (inbound && reserved_i && w0.spi != spi_i) bad_image_q <= 1'b1;
          if (!inbound && w0.path_mtu < SmallestMtu) bad_image_q <= 1'b1;
        end
        4'd6, 4'd8: soft_q <= data_i;
        4'd7, 4'd9:
        // Soft all ones: no soft event. Hard 0: no limit.
        if (soft_q == '0 || (soft_q != '1 && data_i != '0 && soft_q > data_i)) bad_limits_q <= 1'b1;
        4'd10: if (data_i[63:32] == '0 && !force_q) bad_limits_q <= 1'b1;
        default: ;
      endcase
    end
  end

  assign bad_limits_o = bad_limits_q;
  assign bad_image_o  = bad_image_q;
  assign key256_o     = key256_q;

  wire unused_flags = ^w0.flags;
endmodule
