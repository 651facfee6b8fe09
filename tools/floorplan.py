"""What nextpnr is told beyond the netlist, for an LFE5U-85F: sites of the AES engines' S-boxes, room for wires, and how its router weighs
congestion.

Left alone, the placer puts nearly all block RAM into two of the part's four rows, shoulder to shoulder. Two S-boxes use every
address and data line of their block RAM, so the wires around those rows do not suffice and routing never ends. Here two engines
stand in each row, and every second site beside them stays free for other memories.

And it fills tiles to the last LUT, although half of the part stays empty: more wires want to get into such tiles than there are. So
slice D of the tiles in the middle stays free in two rows of three; a carry chain goes through all four slices of a row and finds the third. The placer
knows no such wish, so cells that do nothing stand there while it works and are taken out before routing.
"""
import re

ROWS = (22, 46, 70, 82)  # of block RAM, 52 sites each (Project Trellis, database of the LFE5U-85F)
COLUMNS = tuple(first + step for first in (4, 13, 22, 31, 40, 49, 58, 69, 78, 87, 96, 105, 114) for step in (0, 2, 4, 6))
FIRST = (6, 27)  # an engine begins at this site of a row
ENGINE = re.compile(r"\bgen_engine\[(\d+)\]")
# nextpnr's router2: nets may leave their bounding box by 8 tiles (3 unless set), and using a wire twice is dear from the
# first round on. Integers are 32 binary digits in its JSON, other numbers text.
SETTINGS = {"router2/bbMargin/x": f"{8:032b}", "router2/bbMargin/y": f"{8:032b}", "router2/initCurrCongWeight": "5.0",
            "router2/histCongWeight": "0.5", "router2/currCongWeightMult": "0.5", "router2/estimateWeight": "1.0"}


LOGIC_ROWS = [y for y in range(2, 94) if y % 12 != 10]  # the others hold block RAM and DSPs
CROWDED_COLUMNS = range(20, 109)  # of 2 to 124: at the edges wires are left over
KEEPER = "room_for_wires_"


def site(engine: int, memory: int) -> str:
    """The nth block RAM of an engine."""
    row, column = ROWS[engine // 2], FIRST[engine % 2] + 2 * memory
    return f"X{COLUMNS[column]}/Y{row}/EBR{column % 4}"


def constrain(netlist: dict, top: str) -> int:
    """Adds sites and settings to a netlist of Yosys (JSON); number of memories that got a site."""
    module = netlist["modules"][top]
    module.setdefault("settings", {}).update(SETTINGS)
    placed: dict[int, int] = {}
    for name, cell in sorted(module["cells"].items()):
        if cell["type"] == "DP16KD" and (match := ENGINE.search(name)):
            engine = int(match[1])
            memory = placed.setdefault(engine, 0)
            placed[engine] += 1
            cell["attributes"]["BEL"] = site(engine, memory)
    return sum(placed.values())


def module_of(netlist: dict) -> dict:
    """Of all modules the one with the design: the others are cells of the library."""
    return max(netlist["modules"].values(), key=lambda module: len(module["cells"]))


def keep_room(netlist: dict) -> int:
    """Adds cells that keep slices free; number of them."""
    module = module_of(netlist)
    bit = 1 + max(b for net in module["netnames"].values() for b in net["bits"] if isinstance(b, int))
    count = 0
    for y in LOGIC_ROWS:
        if y % 3 == 2:
            continue
        for x in CROWDED_COLUMNS:
            for lut in ("K0", "K1"):
                name = f"{KEEPER}{count}"
                module["cells"][name] = {
                    "hide_name": 0, "type": "LUT4", "parameters": {"INIT": "0" * 16},
                    "attributes": {"BEL": f"X{x}/Y{y}/SLICED.{lut}", "keep": f"{1:032b}"},
                    "port_directions": {**dict.fromkeys("ABCD", "input"), "Z": "output"},
                    "connections": {**{pin: ["0"] for pin in "ABCD"}, "Z": [bit]}}
                module["netnames"][name] = {"hide_name": 0, "bits": [bit], "attributes": {}}
                bit, count = bit + 1, count + 1
    return count


def free_room(placed: dict) -> int:
    """Takes the cells of keep_room out of a placed design; number of them."""
    module = module_of(placed)
    keepers = [name for name in module["cells"] if name.startswith(KEEPER)]
    for name in keepers:
        del module["cells"][name]
        module["netnames"].pop(name, None)
    return len(keepers)
