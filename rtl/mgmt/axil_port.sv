// A host's AXI4-Lite, one access at a time, as requests and answers. Reads and writes that come together take turns.
module axil_port
  import reg_pkg::*;
#(
    parameter int ADDR_WIDTH = 17
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  logic                  s_axil_awvalid,
    output logic                  s_axil_awready,
    input  logic [ADDR_WIDTH-1:0] s_axil_awaddr,
    input  logic                  s_axil_wvalid,
    output logic                  s_axil_wready,
    input  logic [31:0]           s_axil_wdata,
    input  logic [3:0]            s_axil_wstrb,
    output logic                  s_axil_bvalid,
    input  logic                  s_axil_bready,
    output logic [1:0]            s_axil_bresp,
    input  logic                  s_axil_arvalid,
    output logic                  s_axil_arready,
    input  logic [ADDR_WIDTH-1:0] s_axil_araddr,
    output logic                  s_axil_rvalid,
    input  logic                  s_axil_rready,
    output logic [31:0]           s_axil_rdata,
    output logic [1:0]            s_axil_rresp,
    output logic                  valid_o,
    input  logic                  ready_i,
    output reg_req_t              req_o,
    input  logic                  rsp_valid_i,
    input  reg_rsp_t              rsp_i
);
  localparam logic [1:0] Okay = 2'b00, SlaveError = 2'b10;

  typedef enum logic [1:0] {IDLE, ASK, WAIT, ANSWER} state_e;

  state_e   state_q;
  logic     read_next_q;  // the last access was a write: a read that waits goes first
  reg_req_t req_q;
  reg_rsp_t rsp_q;

  wire writes = s_axil_awvalid && s_axil_wvalid;
  wire take   = state_q == IDLE && (writes || s_axil_arvalid);
  wire write  = writes && !(s_axil_arvalid && read_next_q);

  assign s_axil_awready = take && write;
  assign s_axil_wready  = take && write;
  assign s_axil_arready = take && !write;

  wire answered = req_q.write ? s_axil_bready : s_axil_rready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= IDLE;
      read_next_q <= 1'b0;
      req_q       <= '0;
      rsp_q       <= '0;
    end else begin
      unique case (state_q)
        IDLE: if (take) begin
          state_q     <= ASK;
          read_next_q <= write;
          req_q.write <= write;
          req_q.be    <= write ? s_axil_wstrb : 4'hF;
          req_q.addr  <= 32'({write ? s_axil_awaddr[ADDR_WIDTH-1:2] : s_axil_araddr[ADDR_WIDTH-1:2], 2'b00});
          req_q.wdata <= s_axil_wdata;
        end
        ASK: if (ready_i) state_q <= WAIT;
        WAIT: if (rsp_valid_i) begin
          state_q <= ANSWER;
          rsp_q   <= rsp_i;
          req_q.wdata <= '0;  // key octets do not linger here
        end
        default: if (answered) state_q <= IDLE;
      endcase
    end
  end

  // AXI4-Lite gives whole words; where in one an address points says nothing.
  wire unused = &{1'b0, s_axil_awaddr[1:0], s_axil_araddr[1:0]};

  assign valid_o       = state_q == ASK;
  assign req_o         = req_q;
  assign s_axil_bvalid = state_q == ANSWER && req_q.write;
  assign s_axil_bresp  = rsp_q.err ? SlaveError : Okay;
  assign s_axil_rvalid = state_q == ANSWER && !req_q.write;
  assign s_axil_rresp  = rsp_q.err ? SlaveError : Okay;
  assign s_axil_rdata  = rsp_q.rdata;

`ifndef SYNTHESIS
  // An answer stands until it is taken (AXI A3.2.1).
  a_answer: assert property (@(posedge clk_i) disable iff (!rst_ni)
      (s_axil_bvalid && !s_axil_bready) || (s_axil_rvalid && !s_axil_rready) |=>
      $stable({s_axil_bvalid, s_axil_bresp, s_axil_rvalid, s_axil_rresp, s_axil_rdata}));
`endif
endmodule
