#!/usr/bin/env python3
"""levels_test.py YOSYS FOLDER: tools/levels.py on netlists whose depth is known. Works in FOLDER (below the project's root)."""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import levels  # noqa: E402

# The designs stand side by side in one top, one run of Yosys, and are told apart by the filters.
LUT_CHAIN = """
module {name} (input clk_i, input [63:0] a_i, output y_o);
  logic a_q, y_q;
  logic [{last}:0] b_q;
  wire [{n}:0] x;
  assign y_o = y_q;
  assign x[0] = a_q;
  for (genvar k = 0; k < {n}; k++) begin : gen_level
    LUT6 #(.INIT(64'h1ee7_6996_8001_c0de)) u_lut (.O(x[k+1]), .I0(x[k]), .I1(b_q[5*k]), .I2(b_q[5*k+1]), .I3(b_q[5*k+2]),
                                                  .I4(b_q[5*k+3]), .I5(b_q[5*k+4]));
  end
  always_ff @(posedge clk_i) begin a_q <= a_i[63]; b_q <= a_i[{last}:0]; y_q <= x[{n}]; end
endmodule
"""
ADDER = """
module {name} (input clk_i, input [63:0] a_i, output y_o);
  logic [{last}:0] a_q, b_q, s_q;
  assign y_o = ^s_q;
  always_ff @(posedge clk_i) begin a_q <= a_i[{last}:0]; b_q <= {n}'({{a_i[31:0], a_i[63:32]}}); s_q <= a_q + b_q; end
endmodule
"""
COUNTER = """
module counter48 (input clk_i, input [63:0] a_i, output y_o);
  logic [47:0] n_q;
  assign y_o = ^n_q;
  always_ff @(posedge clk_i) n_q <= a_i[0] ? '0 : n_q + 48'd1;
endmodule
"""
# A table of eight inputs: four LUT6, two MUXF7, one MUXF8.
TABLE = """
module table8 (input clk_i, input [63:0] a_i, output y_o);
  localparam [255:0] T = 256'h{table:064x};
  logic [7:0] a_q;
  logic y_q;
  assign y_o = y_q;
  always_ff @(posedge clk_i) begin a_q <= a_i[7:0]; y_q <= T[a_q]; end
endmodule
"""
# The select line of the multiplexer comes out of a LUT: that LUT, then the multiplexer.
SELECT = """
module late_select (input clk_i, input [63:0] a_i, output y_o);
  logic [17:0] a_q;
  logic y_q;
  wire d0, d1, s, y;
  assign y_o = y_q;
  LUT6 #(.INIT(64'h1ee7_6996_8001_c0de)) u_0 (.O(d0), .I0(a_q[0]), .I1(a_q[1]), .I2(a_q[2]), .I3(a_q[3]), .I4(a_q[4]), .I5(a_q[5]));
  LUT6 #(.INIT(64'h8001_6996_1ee7_c0de)) u_1 (.O(d1), .I0(a_q[6]), .I1(a_q[7]), .I2(a_q[8]), .I3(a_q[9]), .I4(a_q[10]), .I5(a_q[11]));
  LUT6 #(.INIT(64'h6996_c0de_1ee7_8001)) u_s (.O(s), .I0(a_q[12]), .I1(a_q[13]), .I2(a_q[14]), .I3(a_q[15]), .I4(a_q[16]), .I5(a_q[17]));
  MUXF7 u_mux (.O(y), .I0(d0), .I1(d1), .S(s));
  always_ff @(posedge clk_i) begin a_q <= a_i[17:0]; y_q <= y; end
endmodule
"""
BLOCK_RAM = """
module block_ram (input clk_i, input [63:0] a_i, output y_o);
  logic [31:0] mem [1024];
  logic [31:0] rd_q, x_q, y_q;
  logic [9:0] ra_q;
  assign y_o = ^y_q;
  always_ff @(posedge clk_i) begin
    if (a_i[52]) mem[a_i[41:32]] <= a_i[31:0];
    ra_q <= a_i[51:42];
    rd_q <= mem[ra_q ^ 10'(x_q)];
    x_q <= a_i[63:32];
    y_q <= rd_q ^ x_q;
  end
endmodule
"""
# Logic to make the address (Yosys moves a bare address register behind the memory), address to data, logic behind it.
LUT_RAM = """
module lut_ram (input clk_i, input [63:0] a_i, output y_o);
  logic [3:0] mem [32];
  logic [4:0] ra_q, key_q;
  logic [3:0] x_q, y_q;
  assign y_o = ^y_q;
  always_ff @(posedge clk_i) begin
    if (a_i[0]) mem[a_i[5:1]] <= a_i[9:6];
    ra_q <= a_i[14:10];
    key_q <= a_i[23:19];
    x_q <= a_i[18:15];
    y_q <= mem[ra_q ^ key_q] ^ x_q;
  end
endmodule
"""
PIPELINE = """
module pipeline10 (input clk_i, input [63:0] a_i, output y_o);
  logic [10:0] p_q;
  logic [9:0] b_q;
  assign y_o = p_q[10];
  always_ff @(posedge clk_i) begin b_q <= a_i[9:0]; p_q <= {p_q[9:0] ^ b_q, a_i[10]}; end
endmodule
"""
DELAY = """
module delay20 (input clk_i, input [63:0] a_i, output y_o);
  logic [19:0] d_q;
  logic y_q;
  assign y_o = y_q;
  always_ff @(posedge clk_i) begin d_q <= {d_q[18:0], a_i[0]}; y_q <= d_q[19] ^ y_q; end
endmodule
"""


def chain(n):
    return LUT_CHAIN.format(name=f"chain{n}", n=n, last=5 * n - 1)


def adder(n):
    return ADDER.format(name=f"adder{n}", n=n, last=n - 1)


# name -> source, levels, cells of the worst path
DESIGNS = {
    "chain3": (chain(3), 3, ["LUT6"] * 3),
    "chain7": (chain(7), 7, ["LUT6"] * 7),
    "adder16": (adder(16), 2, ["LUT2", "carry chain"]),
    "adder31": (adder(31), 2, ["LUT2", "carry chain"]),
    "adder32": (adder(32), 3, ["LUT2", "carry chain"]),
    "adder64": (adder(64), 4, ["LUT2", "carry chain"]),
    "counter48": (COUNTER, 2, ["INV", "carry chain"]),
    "table8": (TABLE.format(table=random.Random(4).getrandbits(256)), 1, ["LUT6", "MUXF7", "MUXF8"]),
    "late_select": (SELECT, 2, ["LUT6", "MUXF7"]),
    "block_ram": (BLOCK_RAM, 1, ["LUT2"]),
    "lut_ram": (LUT_RAM, 3, ["LUT2", "RAM32M", "LUT2"]),
    "pipeline10": (PIPELINE, 1, ["LUT2"]),
    "delay20": (DELAY, 1, ["LUT2"]),
}


def synthesise(yosys, folder):
    folder.mkdir(parents=True, exist_ok=True)
    ports = "".join(f", input [63:0] {name}_i, output {name}_o" for name in DESIGNS)
    instances = "".join(f"  {name} {name} (.clk_i(clk_i), .a_i({name}_i), .y_o({name}_o));\n" for name in DESIGNS)
    (folder / "all.sv").write_text("".join(source for source, _, _ in DESIGNS.values())
                                   + f"module all (input clk_i{ports});\n{instances}endmodule\n")
    script = ["read_verilog -sv all.sv", "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -top all", "write_json all.json"]
    (folder / "all.ys").write_text("\n".join(script) + "\n")
    run = subprocess.run([yosys, "-q", "-l", "all.log", "-s", "all.ys"], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"synthesis failed: {run.stdout}{run.stderr}")


def inside(design):
    return lambda name: name.startswith(design + ".")


class LevelsTest(unittest.TestCase):
    folder: pathlib.Path
    netlist: levels.Netlist

    def result(self, design, **options):
        return levels.analyse(self.netlist, **({"start": inside(design), "end": inside(design)} | options))

    def test_known_depths(self):
        for name, (_, depth, cells) in DESIGNS.items():
            with self.subTest(name):
                result = self.result(name)
                self.assertEqual(result.maximum, depth)
                self.assertEqual([re.sub(f" {name}.*|, .* bits", "", cell) for cell in result.paths[0].cells], cells)

    def test_whole_design(self):
        result = levels.analyse(self.netlist)
        self.assertEqual(result.maximum, 7)
        self.assertEqual({module.split(".")[0]: depth for module, depth in result.modules.items()},
                         {name: depth for name, (_, depth, _) in DESIGNS.items()})

    def test_histogram_counts_register_pins(self):
        # Ports are no registers: neither b_q nor the first stage is an end.
        self.assertEqual(self.result("pipeline10").histogram, {1: 10})
        self.assertEqual(sum(self.result("adder64").histogram.values()), 64)

    def test_ports_count_when_asked(self):
        netlist = levels.Netlist(json.loads((self.folder / "all.json").read_text()), ports=True)
        result = levels.analyse(netlist, start=lambda name: "pipeline10" in name, end=lambda name: "pipeline10" in name)
        self.assertEqual(result.histogram, {0: 12, 1: 10})
        self.assertEqual(levels.analyse(netlist, start=lambda name: name == "port clk_i[0]").histogram, {})

    def test_starts_and_ends_in_memories(self):
        # Block RAM cuts: the logic in front of its address is one path, what comes out of it another.
        self.assertEqual(self.result("block_ram", end=lambda name: ".mem" in name).maximum, 1)
        self.assertRegex(self.result("block_ram", end=lambda name: name.startswith("block_ram.y_q"),
                                     start=lambda name: ".mem" in name).paths[0].start, r"^block_ram\.mem")
        self.assertEqual(self.result("lut_ram", start=lambda name: ".mem" in name).maximum, 1)
        self.assertRegex(self.result("lut_ram").paths[0].start, r"lut_ram\.(ra|key)_q\[\d\]")

    def test_path_names_registers_and_cells(self):
        path = self.result("chain7").paths[0]
        self.assertRegex(path.start, r"^chain7\.[ab]_q")
        self.assertEqual((path.levels, path.end, path.pin, path.cells[0]), (7, "chain7.y_q", "D", "LUT6 chain7.x[1]"))
        path = self.result("adder64").paths[0]
        self.assertRegex(path.start, r"^adder64\.[ab]_q\[\d+\]$")
        self.assertEqual((path.end, path.cells[-1]), ("adder64.s_q[63]", "carry chain, 64 bits"))

    def test_worst_paths_have_an_end_register_each(self):
        paths = self.result("adder64").paths
        self.assertEqual(len(paths), 1)
        self.assertEqual(paths[0].bits, 1)
        paths = levels.analyse(self.netlist, count=3).paths
        self.assertEqual([(path.levels, path.end) for path in paths], [(7, "chain7.y_q"), (4, "adder64.s_q[63]"), (3, "chain3.y_q")])

    def test_filters(self):
        self.assertEqual(self.result("chain7", start=inside("chain3")).histogram, {})
        # Only the last input of the chain: one level.
        self.assertEqual(self.result("chain7", start=lambda name: name == "chain7.b_q[34]").maximum, 1)

    def test_command_line(self):
        call = lambda *args: subprocess.run([sys.executable, ROOT / "tools/levels.py", self.folder / "all.json", *args],
                                            capture_output=True, text=True, check=False)
        self.assertEqual(call("--limit", "7").returncode, 0)
        self.assertEqual(call("--limit", "6").returncode, 1)
        self.assertEqual(call("--limit", "4", "--without", "chain7").returncode, 0)
        self.assertEqual(call("--limit", "2", "--both", "adder16").returncode, 0)
        self.assertEqual(call("--limit", "1", "--from", "adder16").returncode, 1)
        self.assertIn("7 levels: chain7.", call().stdout)
        call("--json", self.folder / "result.json")
        self.assertEqual(json.loads((self.folder / "result.json").read_text())["maximum"], 7)

    def test_refuses_what_it_does_not_know(self):
        def module(cells):
            return {"modules": {"top": {"attributes": {"top": "1"}, "ports": {}, "cells": cells, "netnames": {}}}}
        lut = lambda i, o: {"type": "LUT2", "connections": {"I0": [i], "I1": ["0"], "O": [o]},
                            "port_directions": {"I0": "input", "I1": "input", "O": "output"}}
        with self.assertRaisesRegex(ValueError, "combinational loop"):
            levels.analyse(levels.Netlist(module({"a": lut(2, 3), "b": lut(3, 2)})))
        with self.assertRaisesRegex(ValueError, "unknown cell TRELLIS_FF"):
            levels.Netlist(module({"a": lut(2, 3) | {"type": "TRELLIS_FF"}}))


if __name__ == "__main__":
    LevelsTest.folder = pathlib.Path(sys.argv[2])
    synthesise(os.path.abspath(sys.argv[1]), LevelsTest.folder)
    LevelsTest.netlist = levels.Netlist(json.loads((LevelsTest.folder / "all.json").read_text()))
    unittest.main(argv=sys.argv[:1])
