// AES, encrypt direction (FIPS 197), as functions on 32-bit columns.
//
// A column is a word with row 0 in [31:24]; a block is four columns, column 0 in [127:96]. So the first octet of a block is in
// [127:120]. Whole-word arithmetic and a table for the S-box: both simulate fastest, and the table becomes the same logic as
// any other form of it.
package aes_pkg;
  localparam logic [7:0] Sbox[256] = '{
      8'h63, 8'h7c, 8'h77, 8'h7b, 8'hf2, 8'h6b, 8'h6f, 8'hc5, 8'h30, 8'h01, 8'h67, 8'h2b, 8'hfe, 8'hd7, 8'hab, 8'h76,
      8'hca, 8'h82, 8'hc9, 8'h7d, 8'hfa, 8'h59, 8'h47, 8'hf0, 8'had, 8'hd4, 8'ha2, 8'haf, 8'h9c, 8'ha4, 8'h72, 8'hc0,
      8'hb7, 8'hfd, 8'h93, 8'h26, 8'h36, 8'h3f, 8'hf7, 8'hcc, 8'h34, 8'ha5, 8'he5, 8'hf1, 8'h71, 8'hd8, 8'h31, 8'h15,
      8'h04, 8'hc7, 8'h23, 8'hc3, 8'h18, 8'h96, 8'h05, 8'h9a, 8'h07, 8'h12, 8'h80, 8'he2, 8'heb, 8'h27, 8'hb2, 8'h75,
      8'h09, 8'h83, 8'h2c, 8'h1a, 8'h1b, 8'h6e, 8'h5a, 8'ha0, 8'h52, 8'h3b, 8'hd6, 8'hb3, 8'h29, 8'he3, 8'h2f, 8'h84,
      8'h53, 8'hd1, 8'h00, 8'hed, 8'h20, 8'hfc, 8'hb1, 8'h5b, 8'h6a, 8'hcb, 8'hbe, 8'h39, 8'h4a, 8'h4c, 8'h58, 8'hcf,
      8'hd0, 8'hef, 8'haa, 8'hfb, 8'h43, 8'h4d, 8'h33, 8'h85, 8'h45, 8'hf9, 8'h02, 8'h7f, 8'h50, 8'h3c, 8'h9f, 8'ha8,
      8'h51, 8'ha3, 8'h40, 8'h8f, 8'h92, 8'h9d, 8'h38, 8'hf5, 8'hbc, 8'hb6, 8'hda, 8'h21, 8'h10, 8'hff, 8'hf3, 8'hd2,
      8'hcd, 8'h0c, 8'h13, 8'hec, 8'h5f, 8'h97, 8'h44, 8'h17, 8'hc4, 8'ha7, 8'h7e, 8'h3d, 8'h64, 8'h5d, 8'h19, 8'h73,
      8'h60, 8'h81, 8'h4f, 8'hdc, 8'h22, 8'h2a, 8'h90, 8'h88, 8'h46, 8'hee, 8'hb8, 8'h14, 8'hde, 8'h5e, 8'h0b, 8'hdb,
      8'he0, 8'h32, 8'h3a, 8'h0a, 8'h49, 8'h06, 8'h24, 8'h5c, 8'hc2, 8'hd3, 8'hac, 8'h62, 8'h91, 8'h95, 8'he4, 8'h79,
      8'he7, 8'hc8, 8'h37, 8'h6d, 8'h8d, 8'hd5, 8'h4e, 8'ha9, 8'h6c, 8'h56, 8'hf4, 8'hea, 8'h65, 8'h7a, 8'hae, 8'h08,
      8'hba, 8'h78, 8'h25, 8'h2e, 8'h1c, 8'ha6, 8'hb4, 8'hc6, 8'he8, 8'hdd, 8'h74, 8'h1f, 8'h4b, 8'hbd, 8'h8b, 8'h8a,
      8'h70, 8'h3e, 8'hb5, 8'h66, 8'h48, 8'h03, 8'hf6, 8'h0e, 8'h61, 8'h35, 8'h57, 8'hb9, 8'h86, 8'hc1, 8'h1d, 8'h9e,
      8'he1, 8'hf8, 8'h98, 8'h11, 8'h69, 8'hd9, 8'h8e, 8'h94, 8'h9b, 8'h1e, 8'h87, 8'he9, 8'hce, 8'h55, 8'h28, 8'hdf,
      8'h8c, 8'ha1, 8'h89, 8'h0d, 8'hbf, 8'he6, 8'h42, 8'h68, 8'h41, 8'h99, 8'h2d, 8'h0f, 8'hb0, 8'h54, 8'hbb, 8'h16
  };

  // SubWord of FIPS 197 section 5.2.
  function automatic logic [31:0] sub_word(input logic [31:0] w);
    return {Sbox[w[31:24]], Sbox[w[23:16]], Sbox[w[15:8]], Sbox[w[7:0]]};
  endfunction

  // Multiplies each of the four octets by x modulo x^8 + x^4 + x^3 + x + 1.
  function automatic logic [31:0] times_x(input logic [31:0] w);
    logic [31:0] carry;
    carry = (w >> 7) & 32'h01010101;
    return ((w << 1) & 32'hfefefefe) ^ carry ^ (carry << 1) ^ (carry << 3) ^ (carry << 4);
  endfunction

  // MixColumns of one column.
  function automatic logic [31:0] mix_column(input logic [31:0] w);
    logic [31:0] up;
    up = {w[23:0], w[31:24]};
    return times_x(w ^ up) ^ up ^ {w[15:0], w[31:16]} ^ {w[7:0], w[31:8]};
  endfunction

  // SubBytes and ShiftRows: column c of the result takes row r from column c + r.
  function automatic logic [127:0] sub_shift(input logic [127:0] s);
    return {
      Sbox[s[127:120]], Sbox[s[87:80]], Sbox[s[47:40]], Sbox[s[7:0]],
      Sbox[s[95:88]], Sbox[s[55:48]], Sbox[s[15:8]], Sbox[s[103:96]],
      Sbox[s[63:56]], Sbox[s[23:16]], Sbox[s[111:104]], Sbox[s[71:64]],
      Sbox[s[31:24]], Sbox[s[119:112]], Sbox[s[79:72]], Sbox[s[39:32]]
    };
  endfunction

  // One round: SubBytes, ShiftRows, MixColumns (not in the last round), AddRoundKey.
  function automatic logic [127:0] round(input logic [127:0] s, input logic [127:0] round_key, input logic last);
    logic [127:0] t;
    t = sub_shift(s);
    if (!last) t = {mix_column(t[127:96]), mix_column(t[95:64]), mix_column(t[63:32]), mix_column(t[31:0])};
    return t ^ round_key;
  endfunction

  // The next four words of the key schedule (FIPS 197 section 5.2): `older` are the four words one key length back, `word` the
  // newest word; rotate with the round constant, or (every second time with AES-256) neither.
  function automatic logic [127:0] next_key(input logic [127:0] older, input logic [31:0] word, input logic rotate,
                                            input logic [7:0] constant);
    logic [31:0] s, w0, w1, w2, w3;
    s  = sub_word(word);
    if (rotate) s = {s[23:16] ^ constant, s[15:0], s[31:24]};
    w0 = older[127:96] ^ s;
    w1 = older[95:64] ^ w0;
    w2 = older[63:32] ^ w1;
    w3 = older[31:0] ^ w2;
    return {w0, w1, w2, w3};
  endfunction
endpackage
