#!/usr/bin/env python3
"""Logic levels from register to register on a flattened Xilinx 7-series netlist of Yosys (write_json).

    tools/levels.py NETLIST.json [--both RE] [--from RE] [--to RE] [--without RE] [--limit N] [--paths N] [--json FILE]

What counts:
  - paths start and end at flip-flops, latches, block RAM, DSP cells and the clocked pins of LUT RAM and shift registers (all pins but
    the clock). Ports are no registers unless --ports is given.
  - a LUT is one level, together with the MUXF7/MUXF8/MUXF9 behind it; a select line that enters at such a multiplexer is one level too.
  - a carry chain (CARRY4s linked by CO and CI) is one level plus one for every 32 bits of it that the path runs along. The LUT in front
    of it is a level of its own.
  - the read side of LUT RAM and the tap of a shift register are logic: address to data is one level.
  - inverters, buffers and LUT1 are none.
Filters are regular expressions, searched in register names: --from and --to one end, --both either end, --without neither end.
--limit N: exit code 1 when a path that is left is deeper than N.
"""
import argparse
import collections
import dataclasses
import json
import pathlib
import re
import sys

UNREACHED = -(1 << 40)
CHAIN_BITS = 32  # bits of a carry chain that count as one more level

SEQUENTIAL = re.compile(r"^(FD|LD|RAMB|FIFO|DSP48|MULT18X18S)")
SHADOW = re.compile(r"^(RAM\d|SRL|CFGLUT)")  # clocked to write, logic to read
LUT = re.compile(r"^(LUT[2-6]|ROM\d+X1)")
WIDE = {"MUXF7": 7, "MUXF8": 8, "MUXF9": 9}
WIRE = re.compile(r"^(INV|LUT1|BUF\w*|IBUF\w*|OBUF\w*)$")
NOTHING = re.compile(r"^(VCC|GND|\$scopeinfo|\$print|\$check|\$assert|\$assume|\$cover)$")
CLOCK = re.compile(r"^(C|G|CLK|WCLK|CLKA|CLKB|CLKARDCLK|CLKBWRCLK|REGCLK\w*|RDCLK|WRCLK)$")


@dataclasses.dataclass
class Path:
    levels: int
    start: str
    end: str
    pin: str
    cells: list[str]
    bits: int = 1  # bits of the same end register with this many levels


def read_address(output: str) -> str:
    """Pins that address what comes out of this pin of a LUT RAM or shift register."""
    if output.startswith("DO"):
        return f"ADDR{output[2:]}$"
    return {"DPO": r"DPRA\d*$", "Q31": r"$^"}.get(output, r"A\d*$")


def read_only(kind: str, pin: str) -> bool:
    """Address pins that no write looks at."""
    return bool(re.match(r"A\d*$", pin) if kind.startswith("SRL") else re.match(r"DPRA|ADDR[A-CE-G]$", pin))


class Netlist:
    """The flattened netlist as a graph of nodes: net bits, and behind them one node for each bit of a carry chain."""

    def __init__(self, design: dict, ports: bool = False):
        modules = {name: m for name, m in design["modules"].items() if not m["attributes"].get("blackbox")
                   and not m["attributes"].get("whitebox")}
        tops = [m for m in modules.values() if m["attributes"].get("top")] or list(modules.values())
        if len(tops) != 1:
            raise ValueError(f"one module wanted, {len(tops)} found: flatten first")
        self.module = tops[0]
        self.names = self._bit_names()
        self.logic: dict = {}    # node -> (kind, cell type, input nodes)
        self.starts: dict = {}   # node -> name of the register that drives it
        self.ends: list = []     # (node, register name, pin)
        self._carries: dict = {}  # CO bit -> chain node
        carries = []
        for name, cell in self.module["cells"].items():
            kind = cell["type"]
            if kind == "CARRY4":
                carries.append(name)
            elif not NOTHING.match(kind):
                self._add_cell(name, kind, cell["connections"], cell["port_directions"])
        for name in carries:
            for k, bit in enumerate(self.module["cells"][name]["connections"].get("CO", [])):
                self._carries[bit] = (name, k)
        for name in carries:
            self._add_carry(name, self.module["cells"][name]["connections"])
        if ports:
            for name, port in self.module["ports"].items():
                for i, bit in enumerate(port["bits"]):
                    if port["direction"] == "input":
                        self.starts[bit] = f"port {name}[{i}]"
                    else:
                        self.ends.append((bit, f"port {name}[{i}]", ""))

    def _bit_names(self) -> dict:
        """The most telling name of each net bit: a register's own (x_q) before the aliases of ports, deep before shallow."""
        best: dict = {}
        for name, net in self.module["netnames"].items():
            if net.get("hide_name"):
                continue
            leaf = name.rsplit(".", 1)[-1]
            rank = (bool(re.search(r"_q\b", leaf)), not re.search(r"_[io]\b", leaf), name.count("."), -len(name))
            wide, offset = len(net["bits"]) > 1, net.get("offset", 0)
            for i, bit in enumerate(net["bits"]):
                if bit not in best or best[bit][0] < rank:
                    best[bit] = (rank, f"{name}[{i + offset}]" if wide else name)
        return {bit: name for bit, (_, name) in best.items()}

    def _add_cell(self, name: str, kind: str, pins: dict, directions: dict) -> None:
        outputs = [(port, i, bit) for port, bits in pins.items() if directions[port] == "output" for i, bit in enumerate(bits)]
        inputs = [(port, i, bit) for port, bits in pins.items() if directions[port] == "input" for i, bit in enumerate(bits)]
        if SEQUENTIAL.match(kind) or SHADOW.match(kind):
            one_bit = re.match("FD|LD|SRL", kind)
            register = next((self.names[bit] for _, _, bit in outputs if bit in self.names), name) if one_bit else name
            for port, _, bit in outputs:
                self.starts[bit] = register
                if SHADOW.match(kind):
                    address = re.compile(read_address(port))
                    self.logic[bit] = ("lut", kind, [b for p, _, b in inputs if address.match(p)])
            for port, i, bit in inputs:
                if not CLOCK.match(port) and not (SHADOW.match(kind) and read_only(kind, port)):
                    self.ends.append((bit, register, f"{port}[{i}]" if len(pins[port]) > 1 else port))
        elif LUT.match(kind):
            for _, _, bit in outputs:
                self.logic[bit] = ("lut", kind, [b for _, _, b in inputs])
        elif kind in WIDE:
            self.logic[pins["O"][0]] = ("wide", kind, [pins["I0"][0], pins["I1"][0], pins["S"][0]])
        elif WIRE.match(kind):
            for _, _, bit in outputs:
                self.logic[bit] = ("wire", kind, [b for _, _, b in inputs])
        else:
            raise ValueError(f"unknown cell {kind} ({name}): is this a mapped 7-series netlist?")

    def _add_carry(self, name: str, pins: dict) -> None:
        """Nodes (name, k): the carry out of bit k, in CHAIN_BITS-ths of a level. The pins O (sum) and CO (carry) turn it into levels."""
        low = [(b, self._carries.get(b)) for b in pins.get("CI", ["0"])] + [(b, None) for b in pins.get("CYINIT", ["0"])]
        before = [chain for _, chain in low if chain is not None]
        fabric = [bit for bit, chain in low if chain is None]
        for k in range(4):
            select, data = ([pins[port][k]] if k < len(pins.get(port, [])) else [] for port in ("S", "DI"))
            self.logic[(name, k)] = ("chain", "CARRY4", (before, fabric + select + data))
            if k < len(pins.get("O", [])):
                self.logic[pins["O"][k]] = ("sum", "CARRY4", (before, fabric + select))
            if k < len(pins.get("CO", [])):
                self.logic[pins["CO"][k]] = ("carry", "CARRY4", ([(name, k)], []))
            before, fabric = [(name, k)], []

    def inputs(self, node) -> list:
        kind, _, sources = self.logic[node]
        return sources[0] + sources[1] if kind in ("chain", "sum", "carry") else sources


class Depth:
    """Levels of every node, one pass in topological order. `start` tells which registers paths may begin at."""

    def __init__(self, netlist: Netlist, start=lambda name: True):
        self.netlist = netlist
        self.levels: dict = {bit: 0 for bit, name in netlist.starts.items() if start(name)}
        self.source: dict = {}
        for node in self._order():
            self._evaluate(node)

    def _order(self):
        logic, inputs = self.netlist.logic, self.netlist.inputs
        state: dict = {}
        for root in logic:
            if root in state:
                continue
            stack = [(root, iter(inputs(root)))]
            state[root] = 1
            while stack:
                node, rest = stack[-1]
                for child in rest:
                    if child in logic and state.get(child, 0) < 2:
                        if state.get(child) == 1:
                            raise ValueError(f"combinational loop through {self.netlist.names.get(child, child)}")
                        state[child] = 1
                        stack.append((child, iter(inputs(child))))
                        break
                else:
                    stack.pop()
                    state[node] = 2
                    yield node

    def _evaluate(self, node) -> None:
        kind, cell, sources = self.netlist.logic[node]
        level = lambda bit: self.levels.get(bit, UNREACHED)
        if kind in ("lut", "wire"):
            ways = [(level(bit) + (kind == "lut"), bit) for bit in sources]
        elif kind == "wide":
            ways = [(level(bit) + self._mux_entry(cell, bit), bit) for bit in sources[:2]] + [(level(sources[2]) + 1, sources[2])]
        else:
            along, enter = sources
            ways = [(level(chain) + (kind != "carry"), chain) for chain in along] + [(level(bit) * CHAIN_BITS + 1, bit) for bit in enter]
            if kind != "chain":
                ways = [(1 + bits // CHAIN_BITS if bits >= 0 else UNREACHED, way) for bits, way in ways]
        value, way = max(ways, key=lambda entry: entry[0], default=(UNREACHED, None))
        if value >= 0 and value >= self.levels.get(node, 0):
            self.levels[node], self.source[node] = value, way

    def _mux_entry(self, cell: str, bit) -> int:
        """A wide multiplexer belongs to the level of the LUT, or the smaller multiplexer, that it selects from."""
        kind, below, _ = self.netlist.logic.get(bit, ("", "", None))
        return 0 if (kind == "lut" and LUT.match(below)) or (kind == "wide" and WIDE[below] < WIDE[cell]) else 1

    def path(self, node) -> tuple[str, list[str]]:
        """Start register and the cells from it to the node."""
        cells, bits = [], 0
        logic, names = self.netlist.logic, self.netlist.names
        while node in self.source:
            kind, cell, _ = logic[node]
            if kind in ("chain", "sum", "carry"):
                bits += kind != "carry"
                if not isinstance(self.source[node], tuple):  # the path comes out of the chain's start
                    cells.append(f"carry chain, {bits} bits")
                    bits = 0
            else:
                name = names.get(node)
                cells.append(cell + (f" {name}" if name else ""))
            node = self.source[node]
        return self.netlist.starts[node], cells[::-1]


def word(name: str) -> str:
    """Register of a bit: a_q[3] -> a_q."""
    return re.sub(r"\[\d+\]$", "", name)


def module_of(name: str, depth: int = 99) -> str:
    return ".".join(name.split(".")[:-1][:depth]) or "(top)"


@dataclasses.dataclass
class Result:
    histogram: dict[int, int]     # levels -> register pins
    modules: dict[str, int]       # module of the end register -> levels
    paths: list[Path]             # worst first, one for each end register

    @property
    def maximum(self) -> int:
        return max(self.histogram, default=0)


def analyse(netlist: Netlist, start=lambda name: True, end=lambda name: True, count: int = 10, depth: int = 99) -> Result:
    levels = Depth(netlist, start)
    histogram: collections.Counter = collections.Counter()
    modules: dict[str, int] = {}
    words: dict[str, tuple] = {}
    for node, register, pin in netlist.ends:
        value = levels.levels.get(node, UNREACHED)
        if value < 0 or not end(register):
            continue
        histogram[value] += 1
        place = module_of(register, depth)
        modules[place] = max(modules.get(place, 0), value)
        name = word(register)
        worst, _, _, _, bits = words.get(name, (-1, None, None, None, 0))
        if value > worst:
            words[name] = (value, node, register, pin, 1)
        elif value == worst:
            words[name] = (*words[name][:4], bits + 1)
    paths = []
    for value, node, register, pin, bits in sorted(words.values(), key=lambda entry: -entry[0])[:count]:
        origin, cells = levels.path(node)
        paths.append(Path(value, origin, register, pin, cells, bits))
    return Result(dict(sorted(histogram.items())), dict(sorted(modules.items(), key=lambda entry: -entry[1])), paths)


def text(result: Result, modules: int = 12) -> str:
    out = ["levels  register pins"]
    most = max(result.histogram.values(), default=1)
    for level, pins in result.histogram.items():
        out.append(f"{level:6}  {pins:8} {'#' * max(1, round(50 * pins / most))}")
    out += [f"maximum: {result.maximum}", "", "levels  module of the end register"]
    out += [f"{level:6}  {name}" for name, level in list(result.modules.items())[:modules]]
    for i, path in enumerate(result.paths, 1):
        out += ["", f"{i:2}. {path.levels} levels: {path.start} -> {path.end} {path.pin}" + (f" ({path.bits} pins alike)" if path.bits > 1 else "")]
        out += [f"      {cell}" for cell in path.cells]
    return "\n".join(out)


def add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--both", action="append", default=[], metavar="RE")
    parser.add_argument("--from", dest="start", action="append", default=[], metavar="RE")
    parser.add_argument("--to", dest="end", action="append", default=[], metavar="RE")
    parser.add_argument("--without", action="append", default=[], metavar="RE")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--paths", type=int, default=10)
    parser.add_argument("--depth", type=int, default=99, help="levels of hierarchy in the list of modules")
    parser.add_argument("--ports", action="store_true", help="ports of the top count as registers")
    parser.add_argument("--json", type=pathlib.Path)


def read(netlist_file: pathlib.Path, args: argparse.Namespace) -> Netlist:
    return Netlist(json.loads(netlist_file.read_text()), args.ports)


def report(netlist: Netlist, args: argparse.Namespace) -> tuple[Result, int]:
    """Analyses and prints; the exit status is 1 when --limit is passed."""
    def chooser(patterns):
        wanted, unwanted = [re.compile(p) for p in patterns + args.both], [re.compile(p) for p in args.without]
        memo: dict[str, bool] = {}
        def choose(name):
            key = word(name)
            if key not in memo:
                memo[key] = all(p.search(key) for p in wanted) and not any(p.search(key) for p in unwanted)
            return memo[key]
        return choose

    result = analyse(netlist, chooser(args.start), chooser(args.end), args.paths, args.depth)
    print(text(result))
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(dataclasses.asdict(result) | {"maximum": result.maximum}, indent=1) + "\n")
    if args.limit is not None and result.maximum > args.limit:
        print(f"{result.maximum} levels, {args.limit} are allowed", file=sys.stderr)
        return result, 1
    return result, 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("netlist", type=pathlib.Path)
    add_filters(parser)
    args = parser.parse_args()
    return report(read(args.netlist, args), args)[1]


if __name__ == "__main__":
    sys.exit(main())
