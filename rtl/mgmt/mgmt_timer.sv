// The management core's alarm and its watchdog, on the device's time base.
module mgmt_timer (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic [63:0] time_ns_i,
    input  logic [63:0] alarm_i,     // device time in ns
    output logic        alarm_o,     // the time has come
    input  logic        runs_i,      // the core runs; the watchdog starts with it
    input  logic        feed_i,      // pulse: feed_units_i from now
    input  logic [15:0] feed_units_i,// of 2^16 ns
    output logic [63:0] bark_ns_o,   // when it will bark
    output logic        barks_o      // not fed in time; until runs_i falls
);
  localparam int UnitBits = 16;

  logic [63-UnitBits:0] until_q;
  logic                 running_q;

  wire [63-UnitBits:0] now = time_ns_i[63:UnitBits];

  assign bark_ns_o = {until_q, UnitBits'(0)};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      alarm_o   <= 1'b0;
      running_q <= 1'b0;
      until_q   <= '0;
      barks_o   <= 1'b0;
    end else begin
      alarm_o   <= runs_i && time_ns_i >= alarm_i;
      running_q <= runs_i;
      if (feed_i) until_q <= now + (64-UnitBits)'(feed_units_i);
      if (runs_i && !running_q) until_q <= now + (64-UnitBits)'(17'h1_0000);
      barks_o <= runs_i && running_q && (barks_o || now >= until_q);
    end
  end
endmodule
