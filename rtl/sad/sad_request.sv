// The three kinds of packet requests in one form. Pure.
module sad_request
  import sallyport_abi_pkg::*;
  import sad_pkg::*;
  import sad_int_pkg::*;
#(
    parameter int NUM_SAS = 64,
    localparam int IndexBits = $clog2(NUM_SAS)
) (
    input  logic [2:0]  grant_i,  // commit, look-up, admission
    input  out_req_t    out_i,
    input  lookup_req_t look_i,
    input  commit_req_t commit_i,
    output packet_req_t req_o
);
  always_comb begin
    req_o = '0;
    if (grant_i[0]) begin
      req_o.kind       = REQ_OUT;
      req_o.index      = out_i.index;
      req_o.generation = out_i.generation;
      req_o.mode       = out_i.tunnel;
      req_o.esp_offset = out_i.esp_offset;
      req_o.octets     = out_i.octets;
    end else if (grant_i[1]) begin
      // The receiver chose the SPI: its low bits are the index, the full compare comes with the entry.
      req_o.kind  = REQ_LOOK;
      req_o.index = 16'(look_i.spi[IndexBits-1:0]);
      req_o.mode  = look_i.udp;
      req_o.spi   = look_i.spi;
      req_o.seq   = {32'd0, look_i.seq_lo};
    end else begin
      req_o.kind       = commit_i.icv_ok ? REQ_TAKE : REQ_FAIL;
      req_o.index      = commit_i.index;
      req_o.generation = commit_i.generation;
      req_o.octets     = commit_i.octets;
      req_o.seq        = commit_i.seq;
    end
    req_o.index_ok = req_o.index < 16'(NUM_SAS);
  end

  wire unused_grant = grant_i[2];
endmodule
