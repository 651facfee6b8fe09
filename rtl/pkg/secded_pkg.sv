// Error-correcting code of the memories: single error correction, double error detection (Hsiao 1970).
//
// A code word is {check, data}. Data bit i takes part in the check bits that are set in column(i). All columns are different
// and have an odd number of ones, three or more; a check bit's own column is a single one. So a single error gives an odd
// syndrome that names the bit, and a double error an even one that is not zero.
//
//   data bits   16  29  64
//   check bits   6   7   8
package secded_pkg;
  localparam int MaxChecks = 8;

  // Columns with three or more ones, odd, among 2^r vectors: 2^(r-1) - r.
  function automatic int check_bits(input int width);
    for (int r = 4; r < MaxChecks; r++) begin
      if ((1 << (r - 1)) - r >= width) return r;
    end
    return MaxChecks;
  endfunction

  // Column of data bit `index` in a code of `checks` check bits: vectors with 3 ones in rising order, then 5, then 7.
  function automatic logic [MaxChecks-1:0] column(input int checks, input int index);
    int seen;
    seen = 0;
    for (int ones = 3; ones <= MaxChecks; ones += 2) begin
      for (int v = 0; v < (1 << checks); v++) begin
        int n;
        n = 0;
        for (int b = 0; b < MaxChecks; b++) n += (v >> b) & 1;
        if (n == ones) begin
          if (seen == index) return MaxChecks'(v);
          seen++;
        end
      end
    end
    return '0;
  endfunction
endpackage
