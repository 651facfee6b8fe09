// Corrects and judges a code word {check, data}; combinational. The code: secded_pkg.
//
//   single_o  one bit was wrong (data or check) and data_o is right again
//   double_o  more was wrong than can be corrected; data_o is data_i
module secded_dec #(
    parameter int WIDTH = 64,
    localparam int Checks = secded_pkg::check_bits(WIDTH)
) (
    input  logic [ WIDTH-1:0] data_i,
    input  logic [Checks-1:0] check_i,
    output logic [ WIDTH-1:0] data_o,
    output logic              single_o,
    output logic              double_o
);
  typedef logic [WIDTH-1:0][Checks-1:0] columns_t;

  function automatic columns_t make_columns();
    columns_t columns;
    for (int i = 0; i < WIDTH; i++) columns[i] = Checks'(secded_pkg::column(Checks, i));
    return columns;
  endfunction

  localparam columns_t Columns = make_columns();

  logic [Checks-1:0] expected, syndrome;
  logic [WIDTH-1:0] flip;
  logic check_wrong;

  secded_enc #(
      .WIDTH(WIDTH)
  ) u_enc (
      .data_i,
      .check_o(expected)
  );

  assign syndrome    = expected ^ check_i;
  assign check_wrong = (syndrome & (syndrome - 1'b1)) == '0;  // one bit at most

  // A right word, the usual case, costs simulation nothing here.
  always_comb begin
    flip = '0;
    if (syndrome != '0) begin
      for (int i = 0; i < WIDTH; i++) flip[i] = syndrome == Columns[i];
    end
  end

  assign data_o   = data_i ^ flip;
  assign single_o = syndrome != '0 && (check_wrong || flip != '0);
  assign double_o = syndrome != '0 && !check_wrong && flip == '0;
endmodule
