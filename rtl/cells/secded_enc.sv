// Check bits for a data word; combinational. The code: secded_pkg.
module secded_enc #(
    parameter int WIDTH = 64,
    localparam int Checks = secded_pkg::check_bits(WIDTH)
) (
    input  logic [ WIDTH-1:0] data_i,
    output logic [Checks-1:0] check_o
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

  for (genvar c = 0; c < Checks; c++) begin : gen_check
    assign check_o[c] = ^(data_i & Rows[c]);
  end

  initial begin
    if (WIDTH > 120) $error("secded_enc: at most 120 data bits");
  end
endmodule
