"""Worst paths of a placed and routed design, out of nextpnr's SDF (nextpnr itself reports one path for each clock).

Setup from register to register, one clock. Delays are the maxima of the file, in picoseconds.
"""
import dataclasses
import re

ENTRY = re.compile(r'\((INSTANCE|INTERCONNECT|IOPATH|SETUPHOLD) (.*)\)$')
NUMBERS = re.compile(r"\(([-+.\de]+):([-+.\de]+):([-+.\de]+)\)")
CLOCK = re.compile(r"^(CLK\w*|WCK|ECLK|SCLK)$")
# Yosys names a cell after a net next to it: u_x.sum_q_LUT4_Z_3_A_TRELLIS_FF_Q -> u_x.sum_q
CELL_SUFFIX = re.compile(r"_(LUT4|TRELLIS|PFUMX|L6MUX21|CCU2C|DP16KD|DPR16X4)_.*|\$.*|_\d+$")


@dataclasses.dataclass
class Step:
    cell: str
    port: str        # output the path leaves the cell through; input at the last one
    logic_ps: float  # through the cell
    route_ps: float  # on the net behind it


@dataclasses.dataclass
class TimedPath:
    delay_ps: float  # clock to output, logic, routing, setup
    steps: list[Step]

    @property
    def start(self) -> str:
        return register(self.steps[0].cell)

    @property
    def end(self) -> str:
        return register(self.steps[-1].cell)

    @property
    def logic_ps(self) -> float:
        return sum(step.logic_ps for step in self.steps)

    def stations(self) -> list[str]:
        """Names along the path, each once in a row."""
        names = [register(step.cell) for step in self.steps]
        return [name for i, name in enumerate(names) if i == 0 or name != names[i - 1]]


def register(cell: str) -> str:
    return CELL_SUFFIX.sub("", cell) or cell


class Sta:
    def __init__(self, sdf: str):
        self.wires: dict[str, tuple[str, float]] = {}            # input pin -> output pin, delay
        self.arcs: dict[str, list[tuple[str, float]]] = {}       # output pin -> input pins of its cell, delay
        self.launch: dict[str, float] = {}                       # output pin -> clock to output
        self.setup: dict[str, float] = {}                        # input pin -> setup
        self._read(sdf)
        self.arrival: dict[str, float] = {}
        self.source: dict[str, str] = {}
        self._walk()

    def _read(self, sdf: str) -> None:
        cell = ""
        for line in sdf.splitlines():
            match = ENTRY.match(line.strip())
            if not match:
                continue
            kind, rest = match.groups()
            rest = rest.replace("\\", "")
            if kind == "INSTANCE":
                cell = rest
                continue
            value = float(NUMBERS.search(rest)[3])
            words = rest.replace("(posedge ", "").replace("(negedge ", "").replace(")", "").split()
            if kind == "INTERCONNECT":
                self.wires[words[1]] = (words[0], value)
            elif kind == "SETUPHOLD":
                self.setup[f"{cell}/{words[0]}"] = value
            elif CLOCK.match(words[0]):
                self.launch[f"{cell}/{words[1]}"] = value
            else:
                self.arcs.setdefault(f"{cell}/{words[1]}", []).append((f"{cell}/{words[0]}", value))

    def _walk(self) -> None:
        """Latest arrival at every output pin that an end register sees."""
        for end in self.setup:
            if end not in self.wires:
                continue
            stack = [self.wires[end][0]]
            while stack:
                pin = stack[-1]
                if pin in self.arrival:
                    stack.pop()
                    continue
                ways = [(self.wires[inp], inp, delay) for inp, delay in self.arcs.get(pin, []) if inp in self.wires]
                missing = [wire[0] for wire, _, _ in ways if wire[0] not in self.arrival]
                if missing:
                    if len(stack) > 10000:
                        raise ValueError(f"combinational loop through {pin}")
                    stack += missing
                    continue
                stack.pop()
                best, source = self.launch.get(pin, float("-inf")), ""
                for (driver, route), inp, delay in ways:
                    if self.arrival[driver] + route + delay > best:
                        best, source = self.arrival[driver] + route + delay, inp
                self.arrival[pin], self.source[pin] = best, source

    def _path(self, end: str) -> TimedPath:
        driver, route = self.wires[end]
        steps = [Step(*end.rsplit("/", 1), self.setup[end], 0.0)]
        total = self.arrival[driver] + route + self.setup[end]
        while True:
            inp = self.source[driver]
            logic = self.launch.get(driver, 0.0) if not inp else next(d for i, d in self.arcs[driver] if i == inp)
            steps.append(Step(*driver.rsplit("/", 1), logic, route))
            if not inp:
                return TimedPath(total, steps[::-1])
            driver, route = self.wires[inp]

    def worst(self, count: int) -> list[TimedPath]:
        """The slowest path of each end register, slowest registers first."""
        ends: dict[str, tuple[float, str]] = {}
        for pin, setup in self.setup.items():
            if pin not in self.wires:
                continue
            driver, route = self.wires[pin]
            total = self.arrival[driver] + route + setup
            name = register(pin.rsplit("/", 1)[0])
            if total > ends.get(name, (float("-inf"), ""))[0]:
                ends[name] = (total, pin)
        return [self._path(pin) for total, pin in sorted(ends.values(), reverse=True)[:count] if total > float("-inf")]
