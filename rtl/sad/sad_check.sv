// Check bits of a word (secded_pkg), as secded_enc makes them, but only while they are looked at: a table has dozens of columns
// that stand still in most clocks, and simulation spends nothing on those.
module sad_check #(
    parameter int WIDTH = 64,
    localparam int Checks = secded_pkg::check_bits(WIDTH)
) (
    input  logic              en_i,
    input  logic [WIDTH-1:0]  data_i,
    output logic [Checks-1:0] check_o  // defined while en_i
);
  typedef logic [Checks-1:0][WIDTH-1:0] rows_t;

  // Row c: the data bits that check bit c covers.
  function automatic rows_t make_rows();
    rows_t rows;
    logic [secded_pkg::MaxChecks-1:0] col;
    rows = '0;
    for (int i = 0; i < WIDTH; i++) begin
      col = secded_pkg::column(Checks, i);
      for (int c = 0; c < Checks; c++) rows[c][i] = col[c];
    end
    return rows;
  endfunction

  localparam rows_t Rows = make_rows();

  always_comb begin
    check_o = 'x;
    if (en_i) begin
      for (int c = 0; c < Checks; c++) check_o[c] = ^(data_i & Rows[c]);
    end
  end
endmodule
