"""What nextpnr is told beyond the netlist, for an LFE5U-85F: sites of the AES engines' S-boxes, and how its router weighs congestion.

Left alone, the placer puts nearly all block RAM into two of the part's four rows, shoulder to shoulder. Two S-boxes use every
address and data line of their block RAM, so the wires around those rows do not suffice and routing never ends. Here two engines
stand in each row, and every second site beside them stays free for other memories.
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
