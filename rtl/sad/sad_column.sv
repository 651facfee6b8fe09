// One word of every entry of a bank, with a check code: a memory, and behind it the correction in two steps.
//
//   clock   n        n+1                n+2                                     n+3
//           rd_en    code word, check   soon_o, corrected; its flags            data_o, the same in a register; its flags
//
// The flags stand for one clock. The data stands until the next read, or with WIPE (keys, G5) for that clock only.
// The writer brings the check bits along: one encoder serves all columns that have the same writer.
//
// Fault injection (SIM = 1, simulation only): flip_en_i turns the bits of flip_mask_i over in the stored word, until it is
// written again. Not in the clock of a write to the same address.
module sad_column #(
    parameter int WIDTH = 64,
    parameter int DEPTH = 512,
    parameter bit SIM   = 1'b0,
    parameter bit WIPE  = 1'b0,
    localparam int AddrWidth = $clog2(DEPTH),
    localparam int Checks    = secded_pkg::check_bits(WIDTH),
    localparam int CodeWidth = WIDTH + Checks
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 wr_en_i,
    input  logic [AddrWidth-1:0] wr_addr_i,
    input  logic [CodeWidth-1:0] wr_code_i,    // {check, data}
    input  logic                 rd_en_i,
    input  logic [AddrWidth-1:0] rd_addr_i,
    output logic [WIDTH-1:0]     soon_o,
    output logic                 soon_single_o,
    output logic                 soon_double_o,
    output logic [WIDTH-1:0]     data_o,
    output logic                 single_o,       // was wrong in one bit, is corrected
    output logic                 double_o,       // cannot be corrected
    // Simulation only; tie to 0 otherwise.
    input  logic                 flip_en_i,
    input  logic [AddrWidth-1:0] flip_addr_i,
    input  logic [CodeWidth-1:0] flip_mask_i
);
  typedef logic [WIDTH-1:0][Checks-1:0] columns_t;

  function automatic columns_t make_columns();
    columns_t columns;
    for (int i = 0; i < WIDTH; i++) columns[i] = Checks'(secded_pkg::column(Checks, i));
    return columns;
  endfunction

  localparam columns_t Columns = make_columns();

  // By syndrome: one bit was wrong, of the data or of the check bits.
  function automatic logic [(1<<Checks)-1:0] make_singles();
    logic [(1<<Checks)-1:0] singles;
    singles = '0;
    for (int i = 0; i < WIDTH; i++) singles[Columns[i]] = 1'b1;
    for (int i = 0; i < Checks; i++) singles[1<<i] = 1'b1;
    return singles;
  endfunction

  localparam logic [(1<<Checks)-1:0] Singles = make_singles();

  logic                 came_q, checked_q;  // a code word stands on the memory's output; behind it
  logic [CodeWidth-1:0] stored, read;
  logic [Checks-1:0]    expected;

  ram_1r1w #(
      .WIDTH(CodeWidth),
      .DEPTH(DEPTH)
  ) u_ram (
      .clk_i,
      .wr_en_i,
      .wr_addr_i,
      .wr_data_i(wr_code_i),
      .rd_en_i,
      .rd_addr_i,
      .rd_data_o(stored)
  );

  sad_check #(
      .WIDTH(WIDTH)
  ) u_check (
      .en_i   (came_q),
      .data_i (read[WIDTH-1:0]),
      .check_o(expected)
  );

  // ------------------------------------------------------------------ correction
  logic [WIDTH-1:0]  raw_q, data_q, flip;
  logic [Checks-1:0] syndrome_q;
  logic              single_q, double_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      came_q     <= 1'b0;
      checked_q  <= 1'b0;
      raw_q      <= '0;
      syndrome_q <= '0;
      data_q     <= '0;
      single_q   <= 1'b0;
      double_q   <= 1'b0;
    end else begin
      came_q    <= rd_en_i;
      checked_q <= came_q;
      single_q  <= soon_single_o;
      double_q  <= soon_double_o;
      if (came_q) begin
        raw_q      <= read[WIDTH-1:0];
        syndrome_q <= expected ^ read[CodeWidth-1:WIDTH];
      end else if (WIPE) begin
        raw_q <= '0;
      end
      if (checked_q) data_q <= soon_o;
      else if (WIPE) data_q <= '0;
    end
  end

  // A right word, the usual case, costs simulation nothing here.
  logic wrong, mended;
  assign wrong = syndrome_q != '0;
  always_comb begin
    flip   = '0;
    mended = 1'b0;
    if (wrong && (checked_q || !WIPE)) begin
      for (int i = 0; i < WIDTH; i++) flip[i] = syndrome_q == Columns[i];
      mended = 1'(Singles >> syndrome_q);  // as Singles[syndrome_q] synthesis takes it for a memory
    end
  end

  assign soon_o        = raw_q ^ flip;
  assign soon_single_o = checked_q && wrong && mended;
  assign soon_double_o = checked_q && wrong && !mended;
  assign data_o        = data_q;
  assign single_o      = single_q;
  assign double_o      = double_q;

`ifndef SYNTHESIS
  if (SIM) begin : gen_flip
    // The flips stand beside the memory and are laid over what it gives, once there has been one.
    logic [CodeWidth-1:0] flips[DEPTH];
    logic [CodeWidth-1:0] flip_q;
    logic                 any_q;
    initial begin
      for (int i = 0; i < DEPTH; i++) flips[i] = '0;
      flip_q = '0;
      any_q  = 1'b0;
    end

    always_ff @(posedge clk_i) begin
      if (flip_en_i) begin
        flips[flip_addr_i] <= flips[flip_addr_i] ^ flip_mask_i;
        any_q              <= 1'b1;
      end
      if (any_q) begin
        if (wr_en_i) flips[wr_addr_i] <= '0;
        if (rd_en_i) flip_q <= flips[rd_addr_i];
      end
    end
    assign read = any_q ? stored ^ flip_q : stored;
  end else begin : gen_no_flip
    assign read = stored;
  end
  // A word is never read in the clock in which it is written: nobody knows what that would give.
  always_ff @(posedge clk_i) if (rst_ni) a_g7_clash: assert (!(wr_en_i && rd_en_i && wr_addr_i == rd_addr_i));
`else
  assign read = stored;
`endif

  wire unused_flip = ^{flip_en_i, flip_addr_i, flip_mask_i};
endmodule
