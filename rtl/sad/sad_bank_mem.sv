// The memories of one bank of sad_full: a column for each word, so that an entry is read wide, in one clock.
//
// Packets read an entry in two goes: first what is judged and counted, two clocks later the window and what only leaves with the
// answer. Words come three clocks after they were asked for. While turn_i the ports are the turn's, word by word, as sad_mem has
// them; no packet is under way then. As there, no turn reads a word in the clock in which it writes it, nor in the one after.
//
//                        admission    look-up     commit          failed ICV
//   first   state 0 1    x            x           x               x
//           cfg          0 6 7 8 9    0           0 6 7 8 9       0 10
//           outc, inc    0 1 2        0           0 1 2           0 3
//   then    cfg, key     all others   all others
//           window                    x           x               x
module sad_bank_mem
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int ROWS   = 64,
    parameter int WINDOW = 64,
    parameter bit SIM    = 1'b1,
    localparam int RowBits     = $clog2(ROWS),
    localparam int WindowWords = WINDOW / 64
) (
    input  logic                         clk_i,
    input  logic                         rst_ni,
    // Packets read.
    input  logic                         first_i,
    input  req_kind_e                    first_kind_i,
    input  logic [RowBits-1:0]           first_row_i,
    input  logic                         then_i,
    input  req_kind_e                    then_kind_i,
    input  logic [RowBits-1:0]           then_row_i,
    output life_t                        life_o,
    output name_t                        name_o,
    output logic [CFG_WORDS-1:0][63:0]   cfg_o,
    output logic [KeyWords-1:0][63:0]    key_o,
    output logic [OutcWords-1:0][63:0]   outc_o,
    output logic [IncFixed-1:0][63:0]    inc_o,
    output logic [WindowWords-1:0][63:0] window_o,
    output damage_t                      first_damage_o,
    output counted_t                     first_single_o,  // words with one wrong bit
    output damage_t                      then_damage_o,
    output logic [WindowWords-1:0]       then_single_o,
    // Packets write.
    input  logic [RowBits-1:0]           wr_row_i,
    input  counted_t                     wr_i,
    input  logic [WindowWords-1:0]       wr_window_i,
    input  life_t                        life_i,
    input  logic [63:0]                  seq_i,
    input  logic [63:0]                  octets_i,
    input  logic [63:0]                  count_i,         // packets or failures
    input  logic [WindowWords-1:0][63:0] window_i,
    // A turn.
    input  logic                         turn_i,
    input  logic [RowBits-1:0]           turn_row_i,
    input  access_t                      access_i,
    input  logic [5:0]                   turn_wr_i,       // its writes, a clock after access_i showed them
    input  logic [4:0]                   turn_wr_word_i,
    input  logic [RowBits-1:0]           turn_wr_row_i,
    input  logic [71:0]                  turn_code_i,     // with check bits
    output lanes_t                       lanes_o,         // zero but in this bank's turn
    output ecc_t                         ecc_o,
    output logic                         reading_o,
    input  flip_t                        flip_i
);
  localparam logic [CFG_WORDS-1:0] CfgFirst  = 12'b0111_1100_0001;
  localparam logic [CFG_WORDS-1:0] CfgLimits = 12'b0011_1100_0000;
  localparam logic [CFG_WORDS-1:0] CfgIcv    = 12'b0100_0000_0000;

  // ------------------------------------------------------------------ lanes of a turn: a clock earlier
  localparam int IncWords = IncFixed + WindowWords;
  // Columns in the order of sad_mem; the firmware's word is one column.
  localparam int CfgAt  = StateWords;
  localparam int KeyAt  = CfgAt + CFG_WORDS;
  localparam int OutcAt = KeyAt + KeyWords;
  localparam int IncAt  = OutcAt + OutcWords;
  localparam int FwAt   = IncAt + IncWords;

  logic [StateWords-1:0][StateBits-1:0] soon_state;
  logic [CFG_WORDS-1:0][63:0]           soon_cfg;
  logic [KeyWords-1:0][63:0]            soon_key;
  logic [FwBits-1:0]                    soon_fw;
  logic [OutcWords-1:0][63:0]           soon_outc;
  logic [IncWords-1:0][63:0]            soon_inc;
  logic [FwAt:0]                        soon_single, soon_double;

  // ------------------------------------------------------------------ who reads
  wire is_out  = first_kind_i == REQ_OUT;
  wire is_take = first_kind_i == REQ_TAKE;
  wire is_fail = first_kind_i == REQ_FAIL;
  wire view    = then_i && (then_kind_i == REQ_OUT || then_kind_i == REQ_LOOK);
  wire window  = then_i && then_kind_i != REQ_OUT;

  logic [CFG_WORDS-1:0] first_cfg;
  assign first_cfg = !first_i ? '0 : 12'd1 | (is_out || is_take ? CfgLimits : '0) | (is_fail ? CfgIcv : '0);
  wire [3:0] first_inc = !first_i ? '0 : {is_fail, is_take, is_take, !is_out};

  wire [RowBits-1:0] first_row = turn_i ? turn_row_i : first_row_i;
  wire [RowBits-1:0] then_row  = turn_i ? turn_row_i : then_row_i;
  wire               turned    = turn_wr_i != '0;
  wire [RowBits-1:0] wr_row    = turned ? turn_wr_row_i : wr_row_i;
  wire [5:0]         flip      = turn_i && flip_i.en ? mem_bit(flip_i.mem) : '0;
  wire               turn_cfg  = turn_i && access_i.cfg_rd;
  wire               turn_outc = turn_i && access_i.ctr_rd && !access_i.ctr_inc;
  wire               turn_inc  = turn_i && access_i.ctr_rd && access_i.ctr_inc;
  wire               turn_misc = turn_i && access_i.misc_rd;

  // ------------------------------------------------------------------ state
  logic [StateWords-1:0][StateBits-1:0] state;
  logic [StateWords-1:0] state_single, state_double;
  logic [StateBits+6:0]  state_code;

  wire state_wr = turn_wr_i[SAD_MEM_STATE] || wr_i.life;
  assign state_code[StateBits-1:0] = turned ? turn_code_i[StateBits-1:0] : {life_i, 7'd0};

  sad_check #(
      .WIDTH(StateBits)
  ) u_state_check (
      .en_i   (state_wr),
      .data_i (state_code[StateBits-1:0]),
      .check_o(state_code[StateBits+6:StateBits])
  );

  for (genvar w = 0; w < StateWords; w++) begin : gen_state
    sad_column #(
        .WIDTH(StateBits),
        .DEPTH(ROWS),
        .SIM  (SIM)
    ) u_word (
        .clk_i,
        .rst_ni,
        .wr_en_i    ((turn_wr_i[SAD_MEM_STATE] && turn_wr_word_i == 5'(w)) || (w == 0 && wr_i.life)),
        .wr_addr_i  (wr_row),
        .wr_code_i  (state_code),
        .rd_en_i    (first_i || (turn_misc && access_i.misc_mem == SAD_MEM_STATE && access_i.misc_word == 3'(w))),
        .rd_addr_i  (first_row),
        .soon_o       (soon_state[w]),
        .soon_single_o(soon_single[w]),
        .soon_double_o(soon_double[w]),
        .data_o     (state[w]),
        .single_o   (state_single[w]),
        .double_o   (state_double[w]),
        .flip_en_i  (flip[SAD_MEM_STATE] && flip_i.word == 5'(w)),
        .flip_addr_i(turn_row_i),
        .flip_mask_i(flip_i.mask[StateBits+6:0])
    );
  end
  assign life_o = state[0][28:7];
  assign name_o = state[1][28:12];

  // ------------------------------------------------------------------ cfg, key
  logic [CFG_WORDS-1:0] cfg_single, cfg_double;
  logic [KeyWords-1:0]  key_single, key_double;

  for (genvar w = 0; w < CFG_WORDS; w++) begin : gen_cfg
    sad_column #(
        .WIDTH(64),
        .DEPTH(ROWS),
        .SIM  (SIM)
    ) u_word (
        .clk_i,
        .rst_ni,
        .wr_en_i    (turn_wr_i[SAD_MEM_CFG] && turn_wr_word_i == 5'(w)),
        .wr_addr_i  (turn_wr_row_i),
        .wr_code_i  (turn_code_i),
        .rd_en_i    ((CfgFirst[w] ? first_cfg[w] : view) || (turn_cfg && access_i.cfg_word == 4'(w))),
        .rd_addr_i  (CfgFirst[w] ? first_row : then_row),
        .soon_o       (soon_cfg[w]),
        .soon_single_o(soon_single[CfgAt+w]),
        .soon_double_o(soon_double[CfgAt+w]),
        .data_o     (cfg_o[w]),
        .single_o   (cfg_single[w]),
        .double_o   (cfg_double[w]),
        .flip_en_i  (flip[SAD_MEM_CFG] && flip_i.word == 5'(w)),
        .flip_addr_i(turn_row_i),
        .flip_mask_i(flip_i.mask)
    );
  end

  for (genvar w = 0; w < KeyWords; w++) begin : gen_key
    sad_column #(
        .WIDTH(64),
        .DEPTH(ROWS),
        .SIM  (SIM),
        .WIPE (1'b1)
    ) u_word (
        .clk_i,
        .rst_ni,
        .wr_en_i    (turn_wr_i[SAD_MEM_KEY] && turn_wr_word_i == 5'(w)),
        .wr_addr_i  (turn_wr_row_i),
        .wr_code_i  (turn_code_i),
        .rd_en_i    (view || (turn_misc && access_i.misc_mem == SAD_MEM_KEY && access_i.misc_word == 3'(w))),
        .rd_addr_i  (then_row),
        .soon_o       (soon_key[w]),
        .soon_single_o(soon_single[KeyAt+w]),
        .soon_double_o(soon_double[KeyAt+w]),
        .data_o     (key_o[w]),
        .single_o   (key_single[w]),
        .double_o   (key_double[w]),
        .flip_en_i  (flip[SAD_MEM_KEY] && flip_i.word == 5'(w)),
        .flip_addr_i(turn_row_i),
        .flip_mask_i(flip_i.mask)
    );
  end

  // ------------------------------------------------------------------ counters
  logic [OutcWords-1:0]   outc_single, outc_double;
  logic [IncFixed-1:0]    inc_single, inc_double;
  logic [WindowWords-1:0] window_single, window_double;

  for (genvar w = 0; w < OutcWords; w++) begin : gen_outc
    logic [71:0] code;
    wire         wr = (turn_wr_i[SAD_MEM_OUTC] && turn_wr_word_i == 5'(w)) || wr_i.outc[w];
    assign code[63:0] = turned ? turn_code_i[63:0] : w == 0 ? seq_i : w == 1 ? octets_i : count_i;
    sad_check u_check (
        .en_i   (wr),
        .data_i (code[63:0]),
        .check_o(code[71:64])
    );
    sad_column #(
        .DEPTH(ROWS),
        .SIM  (SIM)
    ) u_word (
        .clk_i,
        .rst_ni,
        .wr_en_i    (wr),
        .wr_addr_i  (wr_row),
        .wr_code_i  (code),
        .rd_en_i    ((first_i && is_out) || (turn_outc && access_i.ctr_word == 5'(w))),
        .rd_addr_i  (first_row),
        .soon_o       (soon_outc[w]),
        .soon_single_o(soon_single[OutcAt+w]),
        .soon_double_o(soon_double[OutcAt+w]),
        .data_o     (outc_o[w]),
        .single_o   (outc_single[w]),
        .double_o   (outc_double[w]),
        .flip_en_i  (flip[SAD_MEM_OUTC] && flip_i.word == 5'(w)),
        .flip_addr_i(turn_row_i),
        .flip_mask_i(flip_i.mask)
    );
  end

  for (genvar w = 0; w < IncFixed; w++) begin : gen_inc
    logic [71:0] code;
    wire         wr = (turn_wr_i[SAD_MEM_INC] && turn_wr_word_i == 5'(w)) || wr_i.inc[w];
    assign code[63:0] = turned ? turn_code_i[63:0] : w == 0 ? seq_i : w == 1 ? octets_i : count_i;
    sad_check u_check (
        .en_i   (wr),
        .data_i (code[63:0]),
        .check_o(code[71:64])
    );
    sad_column #(
        .DEPTH(ROWS),
        .SIM  (SIM)
    ) u_word (
        .clk_i,
        .rst_ni,
        .wr_en_i    (wr),
        .wr_addr_i  (wr_row),
        .wr_code_i  (code),
        .rd_en_i    (first_inc[w] || (turn_inc && access_i.ctr_word == 5'(w))),
        .rd_addr_i  (first_row),
        .soon_o       (soon_inc[w]),
        .soon_single_o(soon_single[IncAt+w]),
        .soon_double_o(soon_double[IncAt+w]),
        .data_o     (inc_o[w]),
        .single_o   (inc_single[w]),
        .double_o   (inc_double[w]),
        .flip_en_i  (flip[SAD_MEM_INC] && flip_i.word == 5'(w)),
        .flip_addr_i(turn_row_i),
        .flip_mask_i(flip_i.mask)
    );
  end

  for (genvar w = 0; w < WindowWords; w++) begin : gen_window
    localparam logic [4:0] Word = 5'(IncFixed + w);
    logic [71:0] code;
    wire         wr = (turn_wr_i[SAD_MEM_INC] && turn_wr_word_i == Word) || wr_window_i[w];
    assign code[63:0] = turned ? turn_code_i[63:0] : window_i[w];
    sad_check u_check (
        .en_i   (wr),
        .data_i (code[63:0]),
        .check_o(code[71:64])
    );
    sad_column #(
        .DEPTH(ROWS),
        .SIM  (SIM)
    ) u_word (
        .clk_i,
        .rst_ni,
        .wr_en_i    (wr),
        .wr_addr_i  (wr_row),
        .wr_code_i  (code),
        .rd_en_i    (window || (turn_inc && access_i.ctr_word == Word)),
        .rd_addr_i  (then_row),
        .soon_o       (soon_inc[IncFixed+w]),
        .soon_single_o(soon_single[IncAt + IncFixed+w]),
        .soon_double_o(soon_double[IncAt + IncFixed+w]),
        .data_o     (window_o[w]),
        .single_o   (window_single[w]),
        .double_o   (window_double[w]),
        .flip_en_i  (flip[SAD_MEM_INC] && flip_i.word == Word),
        .flip_addr_i(turn_row_i),
        .flip_mask_i(flip_i.mask)
    );
  end

  // ------------------------------------------------------------------ firmware's word: no packet reads it
  logic [FwBits-1:0] fw;
  logic              fw_single, fw_double;
  logic [FwBits+5:0] fw_code;
  wire               fw_wr = turn_wr_i[SAD_MEM_FW] && turn_wr_word_i < 5'(FwWords);

  assign fw_code[FwBits-1:0] = turn_code_i[FwBits-1:0];
  sad_check #(
      .WIDTH(FwBits)
  ) u_fw_check (
      .en_i   (fw_wr),
      .data_i (fw_code[FwBits-1:0]),
      .check_o(fw_code[FwBits+5:FwBits])
  );
  sad_column #(
      .WIDTH(FwBits),
      .DEPTH(FwWords * ROWS),
      .SIM  (SIM)
  ) u_fw (
      .clk_i,
      .rst_ni,
      .wr_en_i    (fw_wr),
      .wr_addr_i  ({turn_wr_word_i[1:0], turn_wr_row_i}),
      .wr_code_i  (fw_code),
      .rd_en_i    (turn_misc && access_i.misc_mem == SAD_MEM_FW),
      .rd_addr_i  ({access_i.misc_word[1:0], turn_row_i}),
      .soon_o       (soon_fw),
      .soon_single_o(soon_single[FwAt]),
      .soon_double_o(soon_double[FwAt]),
      .data_o     (fw),
      .single_o   (fw_single),
      .double_o   (fw_double),
      .flip_en_i  (flip[SAD_MEM_FW]),
      .flip_addr_i({flip_i.word[1:0], turn_row_i}),
      .flip_mask_i(flip_i.mask[FwBits+5:0])
  );

  // ------------------------------------------------------------------ what was wrong
  assign first_single_o = '{inc: inc_single, outc: outc_single, life: state_single[0]};
  assign then_single_o  = window_single;

  always_comb begin
    first_damage_o.state_bad = state_double != '0;
    first_damage_o.w0_bad    = cfg_double[0];
    first_damage_o.bad       = {state_double, cfg_double & CfgFirst, outc_double, inc_double} != '0;
    first_damage_o.wrong     = first_damage_o.bad || {state_single, cfg_single & CfgFirst, outc_single, inc_single} != '0;
    then_damage_o            = '0;
    then_damage_o.bad        = {cfg_double & ~CfgFirst, key_double, window_double} != '0;
    then_damage_o.wrong      = then_damage_o.bad || {cfg_single & ~CfgFirst, key_single, window_single} != '0;
  end

  sad_bank_lanes #(
      .WINDOW(WINDOW)
  ) u_lanes (
      .clk_i,
      .rst_ni,
      .turn_i,
      .access_i,
      .state_i (soon_state),
      .cfg_i   (soon_cfg),
      .key_i   (soon_key),
      .fw_i    (soon_fw),
      .outc_i  (soon_outc),
      .inc_i   (soon_inc),
      .single_i(soon_single),
      .double_i(soon_double),
      .lanes_o,
      .ecc_o,
      .reading_o
  );

  wire unused = ^{access_i, flip_i, fw, fw_single, fw_double};

`ifndef SYNTHESIS
  initial begin
    if (ROWS < 8 || (1 << RowBits) != ROWS) $error("ROWS: a power of two, 8 or more");
    if (WINDOW < 64 || WINDOW > 1024 || (WINDOW & (WINDOW - 1)) != 0) $error("WINDOW: a power of two, 64 to 1024");
  end
  // G7: the ports serve packets or a turn, never both.
  always_ff @(posedge clk_i)
    if (rst_ni && (turn_i || turned)) a_g7_ports: assert (!first_i && !then_i && wr_i == '0 && wr_window_i == '0);
`endif
endmodule
