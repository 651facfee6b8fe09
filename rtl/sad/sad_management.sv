// The management side of the table: commands, staging bank, hash key.
module sad_management
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS = 64,
    parameter int WINDOW  = 64,
    parameter bit SIM     = 1'b1,
    localparam int IndexBits = $clog2(NUM_SAS)
) (
    input  logic                 clk_i,
    input  logic                 rst_ni,
    input  logic                 start_i,
    input  cmd_req_t             req_i,
    input  logic [IndexBits-1:0] entry_i,
    output logic                 done_o,          // the command itself is done
    output logic                 tell_o,
    input  logic                 turn_end_i,      // and so is all that followed from it
    output logic                 cmd_done_o,
    output cmd_rsp_t             cmd_rsp_o,
    output snap_t                snap_o,
    output access_t              access_o,
    input  lanes_t               lanes_i,
    input  ecc_t                 ecc_i,
    input  life_t                life_i,
    input  name_t                name_i,
    input  sa_word0_t            w0_i,
    // Staging bank.
    input  logic                 booted_i,
    input  logic [6:0]           zero_staging_i,  // booting: word to be zeroed
    input  logic                 stg_wr_en_i,
    input  logic [6:0]           stg_wr_addr_i,
    input  logic [63:0]          stg_wr_data_i,
    output logic                 stg_wr_ready_o,
    // Key registers.
    input  logic [255:0]         key_i,
    output logic                 view_load_o,
    output logic                 view_clear_o,
    // Drop counters.
    output logic                 cnt_req_o,
    output logic [6:0]           cnt_addr_o,
    input  logic                 cnt_done_i,
    input  logic [63:0]          cnt_value_i,
    input  logic [63:0]          time_ns_i,
    output flip_t                flip_o
);
  logic         stg_lock, stg_zero, stg_rd, hash_start, hash_key256, hash_valid, hash_clear, known;
  logic [6:0]   stg_addr;
  logic [63:0]  stg_data;
  logic [127:0] hash;
  cmd_code_e    code;
  logic         cmd_done_q;
  cmd_rsp_t     cmd_rsp_q;

  sad_command #(
      .NUM_SAS(NUM_SAS),
      .WINDOW (WINDOW),
      .SIM    (SIM)
  ) u_command (
      .clk_i,
      .rst_ni,
      .start_i,
      .req_i,
      .entry_i,
      .done_o,
      .code_o       (code),
      .known_o      (known),
      .tell_o,
      .access_o,
      .lanes_i,
      .ecc_i,
      .life_i,
      .name_i,
      .w0_i,
      .stg_lock_o   (stg_lock),
      .stg_zero_o   (stg_zero),
      .stg_rd_o     (stg_rd),
      .stg_addr_o   (stg_addr),
      .stg_data_i   (stg_data),
      .view_load_o,
      .view_clear_o,
      .hash_start_o (hash_start),
      .hash_key256_o(hash_key256),
      .hash_valid_i (hash_valid),
      .hash_i       (hash),
      .hash_clear_o (hash_clear),
      .cnt_req_o,
      .cnt_addr_o,
      .cnt_done_i,
      .cnt_value_i,
      .time_ns_i,
      .snap_o,
      .flip_o
  );

  sad_staging u_staging (
      .clk_i,
      .wr_en_i    (stg_wr_en_i),
      .wr_addr_i  (stg_wr_addr_i),
      .wr_data_i  (stg_wr_data_i),
      .wr_ready_o (stg_wr_ready_o),
      .lock_i     (stg_lock || !booted_i),
      .zero_en_i  (stg_zero || !booted_i),
      .zero_addr_i(booted_i ? stg_addr : zero_staging_i),
      .rd_en_i    (stg_rd),
      .rd_addr_i  (stg_addr),
      .rd_data_o  (stg_data)
  );

  sad_hash u_hash (
      .clk_i,
      .rst_ni,
      .start_i (hash_start),
      .key256_i(hash_key256),
      .key_i,
      .valid_o (hash_valid),
      .h_o     (hash),
      .clear_i (hash_clear)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cmd_done_q <= 1'b0;
      cmd_rsp_q  <= '0;
    end else begin
      cmd_done_q <= turn_end_i;
      if (turn_end_i) begin
        cmd_rsp_q.code       <= code;
        cmd_rsp_q.generation <= known ? name_i.generation : '0;
        cmd_rsp_q.state      <= known ? life_i.state : ENTRY_STATE_FREE;
        cmd_rsp_q.dead       <= known ? life_i.dead : DEAD_REASON_ALIVE;
      end
    end
  end

  assign cmd_done_o = cmd_done_q;
  assign cmd_rsp_o  = cmd_rsp_q;
endmodule
