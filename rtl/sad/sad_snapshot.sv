// The registers that snapshot and counter fill. The words of a snapshot are asked for in steps 0..3 of the same request, and
// nothing else has a turn in between: they belong together.
module sad_snapshot
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
(
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        take_i,
    input  logic [2:0]  step_i,
    input  lanes_t      lanes_i,
    input  life_t       life_i,
    input  name_t       name_i,
    input  sa_word0_t   w0_i,
    input  logic [63:0] time_ns_i,
    input  logic        counter_i,    // cnt_value_i is what was asked for
    input  logic [63:0] cnt_value_i,
    output snap_t       snap_o
);
  snap_t snap_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      snap_q <= '0;
    end else begin
      if (counter_i) snap_q.counter <= cnt_value_i;
      if (take_i) begin
        snap_q.spi        <= w0_i.spi;
        snap_q.generation <= name_i.generation;
        snap_q.state      <= life_i.state;
        snap_q.dead       <= life_i.dead;
        snap_q.raised     <= life_i.raised;
        unique case (step_i)
          3'd0: begin
            snap_q.time_ns  <= time_ns_i;
            snap_q.icv_fail <= '0;  // an outbound entry has none
          end
          3'd2: snap_q.seq <= lanes_i.ctr;
          3'd3: snap_q.octets <= lanes_i.ctr;
          3'd4: snap_q.packets <= lanes_i.ctr;
          3'd5: if (lanes_i.ctr_new) snap_q.icv_fail <= lanes_i.ctr;
          default: ;
        endcase
        if (lanes_i.misc_new) snap_q.fw <= {lanes_i.misc[FwBits-1:0], snap_q.fw[63:FwBits]};
      end
    end
  end

  assign snap_o = snap_q;

  wire unused = ^{lanes_i, w0_i, life_i.told, name_i.memory_told};
endmodule
