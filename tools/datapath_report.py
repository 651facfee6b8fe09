#!/usr/bin/env python3
"""Runs the data path benchmark and its companions, writes out/bench/datapath.json and prints tables.

    tools/datapath_report.py BUILD [--fast BUILD] [--quick] [--lanes 1,2,4,8] [--area FILE] [--write]

BUILD is the build folder with the programs; --fast names that of the trained build, whose simulation speed is told too. Clocks are exact and repeat; simulation speed is processor time, and its ratios
compare programs that ran one after the other here. --write puts the tables into docs/reference/datapath.md.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "out/bench/datapath.json"
PAGE = ROOT / "docs/reference/datapath.md"
BUS_USE = 0.98     # of the clocks, one lane
LINEARITY = 0.95   # of as many lanes alone
SCENARIO = ROOT / "sim/scenarios/full_rate.toml"


def output_of(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}")
    return done.stdout


def table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    line = lambda row: "| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " |"
    return "\n".join([line(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)])


def machine(r: dict) -> str:
    return r["profile"] + (f", {r['engines']} engines" if r["engines"] else "")


def rate_table(rows: list[dict]) -> str:
    head = ["profile", "lanes", "direction", "AES", "octets", "clocks/packet", "bits/clock", "bus limit", "cipher limit", "bus used"]
    return table(head, [[machine(r), str(r["lanes"]), r["direction"], str(r["key_bits"]), r["size"],
                         f"{r['clocks_per_packet']:.2f}", f"{r['payload_bits_per_clock']:.1f}", f"{r['limit_bits_per_clock']:.1f}",
                         f"{r['cipher_limit_bits_per_clock']:.1f}", f"{100 * r['bus_utilisation']:.1f} %"] for r in rows])


def latency_table(result: dict) -> str:
    events = {(machine(e), e["lanes"], e["key_bits"]): e["clocks"] for e in result["event_latency"]}
    return table(["profile", "lanes", "AES", "outbound", "inbound", "event"],
                 [[machine(r), str(r["lanes"]), str(r["key_bits"]), str(r["outbound_clocks"]), str(r["inbound_clocks"]),
                   str(events[machine(r), r["lanes"], r["key_bits"]])] for r in result["latency"]])


def speed_table(result: dict) -> str:
    return table(["what", "profile", "lanes", "AES", "kilo-clocks/s", "packets/s", "outside the model"],
                 [[r["what"], machine(r), str(r["lanes"]), str(r["key_bits"]), f"{r['kiloclocks_per_second']:,.0f}",
                   f"{r['packets_per_second']:,.0f}" if r["packets_per_second"] else "-",
                   f"{100 * r['outside_model']:.0f} %" if r["outside_model"] is not None else "-"] for r in result["simulation"]])


def area_table(areas: list[dict]) -> str:
    return table(["profile", "lanes", "part", "LUT", "FF", "block RAM", "bits/clock per 1,000 LUT at 1,500 octets"],
                 [[machine(a), str(a["lanes"]), a["target"], f"{a['lut']:,}", f"{a['ff']:,}", str(a["block_ram"]),
                   f"{a['bits_per_clock_per_1000_lut']:.2f}" if a["bits_per_clock_per_1000_lut"] else "not measured"] for a in areas])


def world_speed(program: str, kind: str) -> dict:
    """A world of two gateways in the full profile, as fast as its accelerators take packets."""
    folder = ROOT / "out/bench/world"
    output_of([program, "run", str(SCENARIO), "--out", str(folder)])
    summary = json.loads((folder / "summary.json").read_text())
    if summary["packets_lost"] or summary["golden_mismatches"]:
        sys.exit("the world's packets are not all right; see out/bench/world/summary.json")
    return {"what": f"SystemC world, two gateways, {kind} build", "profile": "full", "lanes": 1, "engines": 0, "key_bits": 256,
            "kiloclocks_per_second": summary["clocks"] / summary["cpu_seconds"] / 1000,
            "packets_per_second": summary["packets_out"] / summary["cpu_seconds"], "outside_model": 1 - summary["model_share"]}


def bare_speed(program: str, kind: str) -> dict:
    speed = json.loads(output_of([program]))["kilo_clocks_per_second"]
    return {"what": f"bare ciphers, sealing and opening, {kind} build", "profile": "full", "lanes": 1, "engines": 0, "key_bits": 256,
            "kiloclocks_per_second": speed, "packets_per_second": None, "outside_model": None}


def with_rates(areas: list[dict], rows: list[dict]) -> list[dict]:
    """Adds what an area gives: both directions, AES-256, 1,500 octets."""
    for area in areas:
        bits = sum(r["payload_bits_per_clock"] for r in rows
                   if (machine(r), r["lanes"], r["key_bits"], r["size"]) == (machine(area), area["lanes"], 256, "1500"))
        area["bits_per_clock_per_1000_lut"] = 1000 * bits / area["lut"] if bits else None
    return areas


def missed(rows: list[dict]) -> list[str]:
    """What the full profile promises and a row does not keep."""
    one = {(r["direction"], r["key_bits"], r["size"]): r["payload_bits_per_clock"] for r in rows if r["profile"] == "full" and r["lanes"] == 1}
    out = []
    for r in rows:
        if r["profile"] != "full":
            continue
        name = f"{r['lanes']} lanes, {r['direction']}, AES-{r['key_bits']}, {r['size']} octets"
        if r["lanes"] == 1 and r["bus_utilisation"] < BUS_USE:
            out.append(f"{name}: the bus is used {100 * r['bus_utilisation']:.1f} % of the clocks, less than {100 * BUS_USE:.0f} %")
        alone = one.get((r["direction"], r["key_bits"], r["size"]))
        if alone and r["payload_bits_per_clock"] < LINEARITY * r["lanes"] * alone:
            out.append(f"{name}: {r['payload_bits_per_clock'] / alone:.2f} times one lane")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--fast", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--lanes", default="1,2,4,8")
    parser.add_argument("--area", type=pathlib.Path, help="JSON of tools/synth.py")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if args.write and (args.quick or args.lanes != "1,2,4,8" or not args.fast):
        parser.error("--write takes the whole table: no --quick, all lanes, the fast build")
    programs = args.build / "bin"

    command = [str(programs / "sallyport_datapath_bench"), "--lanes", args.lanes] + (["--quick"] if args.quick else [])
    result = json.loads(output_of(command))
    for row in result["rows"]:
        bits = row["limit_bits_per_clock"] * row["beats_per_packet"]
        row["cipher_limit_bits_per_clock"] = bits / row["cipher_blocks_per_packet"]
    ratios = []
    for kind, folder in (("release", args.build), ("fast", args.fast)):
        if folder:
            pair = [world_speed(str(folder / "bin/sallyport"), kind), bare_speed(str(folder / "bin/gcm_pipe_bench"), kind)]
            ratios.append((kind, pair[0]["kiloclocks_per_second"] / pair[1]["kiloclocks_per_second"]))
            result["simulation"] += pair
    areas = json.loads(args.area.read_text()) if args.area else []
    result["area"] = with_rates([area for area in areas if area["profile"] != "core"], result["rows"])

    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    parts = [
        ("Rate", "Both directions busy, every packet on another SA (tunnel mode, IPv4). bits/clock: of inner packets. Bus limit: the beats of the "
         "ESP packet on a 128-bit bus. Cipher limit: a block a clock. Bus used: beats that moved on the ESP side, of all clocks; "
         "of IMIX a window of time is measured that need not hold whole rounds, so it can be a tenth of a percent off.",
         rate_table(result["rows"])),
        ("Latency", "Clocks in an idle device: a 64-octet packet, first beat in to first beat out; and from the last beat in of a packet "
         "that reaches its SA's soft limit to the interrupt.", latency_table(result)),
        ("Simulation speed", "Processor time of one thread. The world's speed, of its bare ciphers': "
         + ", ".join(f"{ratio:.2f} ({kind} build)" for kind, ratio in ratios) + ".", speed_table(result)),
    ]
    if result["area"]:
        parts.append(("Area", "Yosys, before place and route.", area_table(result["area"])))
    text = "\n\n".join(f"## {name}\n\n{note}\n\n{body}" for name, note, body in parts) + "\n"
    print(text)
    print(f"written: {OUT.relative_to(ROOT)}")
    if args.write:
        PAGE.write_text("# Data path in clocks\n\nMade by `./dev bench datapath --write`. 1,024 SAs (compact with S-boxes in block RAM: 64); the "
                        "replay window is 1,024 numbers with one lane and 64 with more.\n\n" + text)
    for line in (failures := missed(result["rows"])):
        print(f"promise not kept: {line}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
