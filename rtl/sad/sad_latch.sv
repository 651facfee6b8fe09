// The event latch (G3), pure: state word of an entry, and what has just happened -> state word afterwards.
//
//   raised   it happened in this generation; set once, and only a new tenant has it clear
//   told     its record stands in the ring; set once, and only for what is raised
//
// An event waits while it is raised and not told, here and nowhere else: whoever has room in the ring finds it. The death of an
// entry stands in the same word and is as final: the first reason stays.
module sad_latch
  import sallyport_abi_pkg::*;
  import sad_int_pkg::*;
(
    input  life_t        life_i,
    input  dead_reason_e dies_i,      // what the entry dies of now; alive: of nothing
    input  logic [7:0]   happened_i,  // by event_kind
    input  logic [7:0]   told_i,      // by event_kind: its record has been written
    output life_t        life_o,
    output logic [7:0]   fresh_o,     // happened now, and never before in this generation
    output logic [7:0]   waiting_o    // of life_i: not in the ring yet
);
  assign fresh_o   = happened_i & ~life_i.raised;
  assign waiting_o = life_i.raised & ~life_i.told;

  always_comb begin
    life_o        = life_i;
    if (life_i.dead == DEAD_REASON_ALIVE) life_o.dead = dies_i;
    life_o.raised = life_i.raised | fresh_o;
    life_o.told   = life_i.told | (told_i & waiting_o);
  end
endmodule
