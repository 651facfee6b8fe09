#!/usr/bin/env python3
"""formal_test.py FOLDER: does tools/formal.py notice what is wrong? Small proofs and mutants whose outcome is known; works in FOLDER."""
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path()

# A counter that stops at 3.
COUNTER = """
module {name} (input logic clk_i, input logic up_i);
  logic started_q = 1'b0;
  logic [3:0] n_q;
  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) n_q <= '0;
    else if (up_i && n_q {stop}) n_q <= n_q + 4'd1;
  end
  always_comb begin
    if (started_q) begin
      a_limit: assert ({limit});
      a_small: assert (n_q != 4'd15);
      c_end: cover ({end});
    end
  end
endmodule
"""
PROOF = """
[[proof]]
name = "{name}"
top = "{name}"
guarantee = "G0"
what = "a counter stops"
mode = "{mode}"
depth = {depth}
find = 8
timeout = 60
{more}
"""
MUTANT = """
[[mutant]]
name = "{name}"
what = "it stops elsewhere"
file = "{file}"
search = "{search}"
replace = "{replace}"
proofs = ["{proof}"]
{more}
"""


class FormalTest(unittest.TestCase):
    def setUp(self):
        self.folder = FOLDER / self.id().rsplit(".", 1)[-1]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.proofs, self.mutants = "", ""

    def proof(self, name, stop="< 4'd3", limit="n_q <= 4'd3", end="n_q == 4'd2", mode="prove", depth=1, more=""):
        (self.folder / f"{name}.sv").write_text(COUNTER.format(name=name, stop=stop, limit=limit, end=end))
        self.proofs += PROOF.format(name=name, mode=mode, depth=depth, more=more)

    def mutant(self, name, proof, replace, search="< 4'd3", more=""):
        self.mutants += MUTANT.format(name=name, proof=proof, file=self.folder / f"{proof}.sv", search=search, replace=replace, more=more)

    def run_tool(self, *args):
        (self.folder / "proofs.toml").write_text(self.proofs)
        (self.folder / "mutants.toml").write_text(self.mutants or "mutant = []")
        run = subprocess.run([sys.executable, ROOT / "tools/formal.py", "--jobs", "2", "--folder", self.folder, *args],
                             capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    def test_all_is_well(self):
        self.proof("counter", more="cover = 5")
        self.proof("parts", limit="n_q <= 4'd4", more='parts = [{ name = "limit", prove = ["a_limit"] }, '
                                                   '{ name = "small", given = ["limit"], prove = ["a_small"] }]')
        self.mutant("goes-on", "counter", "< 4'd5")
        self.mutant("goes-further", "parts", "< 4'd7", more='parts = ["limit"]')
        self.mutant("with-trace", "parts", "< 4'd7", more='breaks = ["a_limit"]')
        code, out = self.run_tool()
        self.assertEqual(code, 0, out)
        self.assertRegex(out, r"ok   mutant goes-on counter +counterexample \(a_limit\)")
        self.assertRegex(out, r"ok   mutant goes-further parts limit +no induction \(a_limit\)")
        self.assertRegex(out, r"ok   mutant with-trace parts +counterexample \(a_limit\)")
        self.assertIn("2 proofs in 3 parts, 3 runs of mutants, 0 wrong", out)

    def test_notices_what_is_wrong(self):
        self.proof("fails", limit="n_q <= 4'd2", mode="bmc", depth=6)
        self.proof("not_reached", end="n_q == 4'd9", more="cover = 5")
        self.proof("no_source", stop="< nothing")
        self.proof("in_no_part", more='parts = [{ name = "limit", prove = ["a_limit"] }]')
        self.proof("well")
        self.mutant("survives", "well", "<= 4'd2")
        code, out = self.run_tool()
        self.assertEqual(code, 1, out)
        for failed in ("proof fails : counterexample", "cover not_reached : not reached",
                       "proof no_source : tool failure", "proof in_no_part limit: tool failure", "mutant survives well : survives"):
            self.assertIn(f"failed: {failed}", out)
        self.assertIn("(a_limit)", out)
        self.assertIn("ok   proof  well", out)

    def test_quick_runs_what_is_marked(self):
        self.proof("counter", more="quick = true")
        self.proof("slow", limit="n_q <= 4'd2")
        self.mutant("goes-on", "slow", "< 4'd5")
        code, out = self.run_tool("--quick")
        self.assertEqual(code, 0, out)
        self.assertIn("1 proofs in 1 parts, 0 runs of mutants, 0 wrong", out)

    def test_refuses_what_it_does_not_know(self):
        self.proof("counter", more='parts = [{ name = "all", prove = ["a_*"] }]')
        code, out = self.run_tool("--only", "nobody")
        self.assertEqual((code, out), (2, "no such proof or mutant: nobody\n"))
        self.assertEqual(self.run_tool("--write")[0], 2)
        for mutant, words in (({"search": "< 4'd8", "more": 'parts = ["all"]'}, "its text stands 0 times"),
                              ({"more": 'parts = ["some"]'}, "proof counter has parts, and none is called 'some'"),
                              ({}, "proof counter has parts, and none is called ''")):
            with self.subTest(words):
                self.mutants = ""
                self.mutant("lost", "counter", "", **mutant)
                code, out = self.run_tool()
                self.assertEqual(code, 1)
                self.assertIn(words, out)


if __name__ == "__main__":
    FOLDER = pathlib.Path(sys.argv[1]).resolve() / "formal"
    unittest.main(argv=sys.argv[:1])
