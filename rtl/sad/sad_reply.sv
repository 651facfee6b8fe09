// Answers of the banks to the lanes. A requester is granted at one bank in a clock and every request takes as long as any other, so
// it never gets two answers at once and gets them in the order of its grants. A view leaves only in the answer that it
// belongs to, only when that says ok, and is gone from here a clock later (G4, G5).
module sad_reply
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int LANES = 1,
    parameter int BANKS = 1,
    localparam int LaneBits = LANES > 1 ? $clog2(LANES) : 1
) (
    input  logic                           clk_i,
    input  logic                           rst_ni,
    input  logic [BANKS-1:0]               valid_i,
    input  answer_t [BANKS-1:0]            answer_i,
    input  logic [BANKS-1:0][LaneBits-1:0] lane_i,
    input  sa_view_t [BANKS-1:0]           view_i,
    output logic [LANES-1:0]               adm_valid_o,
    output out_rsp_t [LANES-1:0]           adm_o,
    output logic [LANES-1:0]               lkp_valid_o,
    output lookup_rsp_t [LANES-1:0]        lkp_o,
    output logic [LANES-1:0]               cmt_valid_o,
    output verdict_e [LANES-1:0]           cmt_o
);
  for (genvar l = 0; l < LANES; l++) begin : gen_lane
    logic [BANKS-1:0] adm, lkp, cmt;
    logic             adm_q, lkp_q, cmt_q;
    out_rsp_t         adm_rsp_q;
    lookup_rsp_t      lkp_rsp_q;
    verdict_e         cmt_rsp_q;

    for (genvar b = 0; b < BANKS; b++) begin : gen_bank
      wire mine = valid_i[b] && lane_i[b] == LaneBits'(l);
      assign adm[b] = mine && answer_i[b].kind == REQ_OUT;
      assign lkp[b] = mine && answer_i[b].kind == REQ_LOOK;
      assign cmt[b] = mine && answer_i[b].kind != REQ_OUT && answer_i[b].kind != REQ_LOOK;
    end

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        {adm_q, lkp_q, cmt_q} <= '0;
        adm_rsp_q             <= '0;
        lkp_rsp_q             <= '0;
        cmt_rsp_q             <= VERDICT_OK;
      end else begin
        adm_q <= adm != '0;
        lkp_q <= lkp != '0;
        cmt_q <= cmt != '0;
        if (adm_q) adm_rsp_q <= '0;
        if (lkp_q) lkp_rsp_q <= '0;
        for (int b = 0; b < BANKS; b++) begin
          if (adm[b]) begin
            adm_rsp_q.verdict <= answer_i[b].verdict;
            adm_rsp_q.seq     <= answer_i[b].verdict == VERDICT_OK ? answer_i[b].seq : '0;
            adm_rsp_q.aux     <= answer_i[b].aux;
            if (answer_i[b].verdict == VERDICT_OK) adm_rsp_q.view <= view_i[b];
          end
          if (lkp[b]) begin
            lkp_rsp_q.verdict    <= answer_i[b].verdict;
            lkp_rsp_q.index      <= answer_i[b].index;
            lkp_rsp_q.generation <= answer_i[b].generation;
            lkp_rsp_q.seq        <= answer_i[b].seq;
            if (answer_i[b].verdict == VERDICT_OK) lkp_rsp_q.view <= view_i[b];
          end
          if (cmt[b]) cmt_rsp_q <= answer_i[b].verdict;
        end
      end
    end

    assign adm_valid_o[l] = adm_q;
    assign lkp_valid_o[l] = lkp_q;
    assign cmt_valid_o[l] = cmt_q;
    assign adm_o[l]       = adm_rsp_q;
    assign lkp_o[l]       = lkp_rsp_q;
    assign cmt_o[l]       = cmt_rsp_q;

`ifndef SYNTHESIS
    // G7: one answer at most; an answer belongs to one request.
    always_ff @(posedge clk_i) begin
      if (rst_ni) begin
        a_g7_one: assert ((adm & (adm - BANKS'(1))) == '0 && (lkp & (lkp - BANKS'(1))) == '0 && (cmt & (cmt - BANKS'(1))) == '0);
        // G4: nothing of an SA goes out with a refusal. G5: a key is on a port only in an answer that says ok.
        if (!(adm_q && adm_rsp_q.verdict == VERDICT_OK)) a_g4_out: assert (adm_rsp_q.view == '0);
        if (!(lkp_q && lkp_rsp_q.verdict == VERDICT_OK)) a_g4_look: assert (lkp_rsp_q.view == '0);
      end
    end
`endif
  end
endmodule
