// Hash key of an SA: H = E_K(0) (NIST SP 800-38D). One block on an AES core of its own, 16 clocks at most.
module sad_hash (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         start_i,
    input  logic         key256_i,
    input  logic [255:0] key_i,     // AES-128 in [255:128]
    output logic         valid_o,   // h_o holds until clear_i
    output logic [127:0] h_o,
    input  logic         clear_i    // zeroes everything
);
  logic ask_q, ready, unused_id;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) ask_q <= 1'b0;
    else if (start_i) ask_q <= 1'b1;
    else if (ready) ask_q <= 1'b0;
  end

  aes_core u_aes (
      .clk_i,
      .rst_ni,
      .key_load_i (start_i),
      .key256_i,
      .key_i,
      .clear_i,
      .in_valid_i (ask_q),
      .in_ready_o (ready),
      .in_block_i ('0),
      .in_id_i    (1'b0),
      .out_valid_o(valid_o),
      .out_ready_i(1'b0),
      .out_block_o(h_o),
      .out_id_o   (unused_id)
  );
endmodule
