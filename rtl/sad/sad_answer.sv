// The answers of the table. A view leaves only in the answer that it belongs to, and only when that says ok (G4, G5).
module sad_answer
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  lanes_t      lanes_i,
    input  sa_word0_t   w0_i,
    input  logic        load_i,
    input  logic        clear_i,
    input  logic        out_valid_i,
    input  logic        look_valid_i,
    input  verdict_e    verdict_i,
    input  logic [15:0] index_i,
    input  logic [15:0] generation_i,
    input  logic [63:0] seq_i,
    input  logic [31:0] aux_i,
    output out_rsp_t    out_o,
    output lookup_rsp_t look_o,
    output logic [255:0] key_o       // for the hash key of a commit
);
  sa_view_t view;
  wire      ok = verdict_i == VERDICT_OK;

  sad_view u_view (
      .clk_i,
      .rst_ni,
      .load_i,
      .clear_i,
      .lanes_i,
      .w0_i,
      .w0_show_i(ok && (out_valid_i || look_valid_i)),
      .view_o   (view)
  );

  function automatic sa_view_t shown(input sa_view_t from, input logic show);
    sa_view_t to;
    to      = from;
    to.key  = show ? from.key : '0;
    to.salt = show ? from.salt : '0;
    to.h    = show ? from.h : '0;
    return to;
  endfunction

  assign out_o  = '{verdict: verdict_i, seq: ok ? seq_i : '0, aux: aux_i, view: shown(view, out_valid_i)};
  assign look_o = '{verdict: verdict_i, index: index_i, generation: generation_i, seq: seq_i,
                    view: shown(view, look_valid_i)};
  assign key_o  = view.key;

`ifndef SYNTHESIS
  // G4: nothing of an SA goes out with a refusal.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (out_valid_i && !ok) a_g4_out: assert (out_o.view == '0);
      if (look_valid_i && !ok) a_g4_look: assert (look_o.view == '0);
      // G5: a key is on a port only in an answer that says ok.
      if (!(out_valid_i && ok)) a_g5_out: assert ({out_o.view.key, out_o.view.salt, out_o.view.h} == '0);
      if (!(look_valid_i && ok)) a_g5_look: assert ({look_o.view.key, look_o.view.salt, look_o.view.h} == '0);
    end
  end
  // G5: and is gone from the registers when the answer is.
  a_g5_gone: assert property (@(posedge clk_i) disable iff (!rst_ni)
      $past(out_valid_i || look_valid_i) && !(out_valid_i || look_valid_i) |-> {view.key, view.salt, view.h} == '0);
`endif
endmodule
