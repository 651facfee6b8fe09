// Internet checksum arithmetic (RFC 1071, RFC 1624).
package csum_pkg;
  // One's complement sum of up to 16 words, folded to 16 bits. Nonzero sums never fold to 0.
  function automatic logic [15:0] fold(input logic [19:0] sum);
    logic [16:0] once = {1'b0, sum[15:0]} + {13'd0, sum[19:16]};
    return once[15:0] + {15'd0, once[16]};
  endfunction

  // What a word that changes adds to the complement of the checksum: ~m + m' (RFC 1624, equation 3).
  function automatic logic [16:0] delta(input logic [15:0] old_word, input logic [15:0] new_word);
    return {1'b0, ~old_word} + {1'b0, new_word};
  endfunction

  // The IPv4 header checksum after words 0, 1 and 4 changed; as it was when none did.
  function automatic logic [15:0] update3(input logic [15:0] checksum, input logic [47:0] old_words,
                                          input logic [47:0] new_words);
    logic [19:0] sum = {4'd0, ~checksum} + {3'd0, delta(old_words[47:32], new_words[47:32])}
        + {3'd0, delta(old_words[31:16], new_words[31:16])} + {3'd0, delta(old_words[15:0], new_words[15:0])};
    return old_words == new_words ? checksum : ~fold(sum);
  endfunction
endpackage
