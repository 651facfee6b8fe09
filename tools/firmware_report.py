#!/usr/bin/env python3
"""The firmware benchmark's tables (./dev bench firmware).

    tools/firmware_report.py BUILD [--write]

Runs BUILD/bin/sallyport_firmware_bench, adds the image's sizes (firmware_size.py) and the clock that the core closes at on ECP5
(out/fpga, when './dev fpga --top mcu_system' was run), writes out/bench/firmware.json; --write: docs/reference/firmware.md too. Exit code 1
when an install takes more clocks than promised.
"""
import argparse
import json
import pathlib
import subprocess
import sys

from markdown import row

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = pathlib.Path("out/bench/firmware.json")
PAGE = ROOT / "docs/reference/firmware.md"
MOST_INSTALL_CLOCKS = 5000
CLOCK_HZ = 100_000_000
ENTRY_OCTETS = 48
# A rekey as the firmware sees it.
REKEY = ("reserve", "install_pair", "supersede", "retire")


def core_clocks() -> dict[str, float]:
    """MHz of the management core by speed grade, out of place and route."""
    found = {}
    for path in sorted(pathlib.Path("out/fpga").glob("mcu_system-speed*-seed*.json")):
        result = json.loads(path.read_text())
        for clock in result["clocks"].values():
            grade = f"-{result['speed']}"
            found[grade] = min(found.get(grade, clock["fmax_mhz"]), clock["fmax_mhz"])
    return found


def measure(build: pathlib.Path) -> dict:
    result = json.loads(subprocess.run([build / "bin/sallyport_firmware_bench"], capture_output=True, text=True, check=True).stdout)
    result["sizes"] = {}
    for sas in (64, 1024):
        elf = build / f"firmware/image/firmware_{sas}.elf"
        size = json.loads(subprocess.run([sys.executable, ROOT / "tools/firmware_size.py", elf], capture_output=True, text=True,
                                         check=True).stdout)
        result["sizes"][str(sas)] = {key: size[key] for key in ("text", "data", "bss", "stack")}
    result["ram_octets_per_entry"] = ENTRY_OCTETS
    clocks = {command["command"]: command["clocks"] for command in worst(result)["commands"]}
    result["install_clocks"] = clocks["install_pair"]
    result["rekey_clocks"] = sum(clocks[name] for name in REKEY)
    result["clock_hz"] = CLOCK_HZ
    result["installs_per_second"] = CLOCK_HZ / (clocks["reserve"] + clocks["install_pair"])
    result["rekeys_per_second"] = CLOCK_HZ / result["rekey_clocks"]
    result["ecp5"] = {grade: {"mhz": mhz, "installs_per_second": result["installs_per_second"] * mhz * 1e6 / CLOCK_HZ,
                              "rekeys_per_second": result["rekeys_per_second"] * mhz * 1e6 / CLOCK_HZ}
                      for grade, mhz in core_clocks().items()}
    return result


def install_of(device: dict, key: str) -> int:
    return next(command[key] for command in device["commands"] if command["command"] == "install_pair")


def worst(result: dict) -> dict:
    """The device on which an install takes longest."""
    return max(result["devices"], key=lambda device: install_of(device, "clocks"))


def tables(result: dict) -> str:
    devices = result["devices"]
    out = [row(["command", *(f"{d['profile']}, {d['sas']} SAs" for d in devices)]), "|" + "---|" * (len(devices) + 1)]
    for index, command in enumerate(devices[0]["commands"]):
        out.append(row([f"`{command['command']}`", *(f"{d['commands'][index]['clocks']:,} (most {d['commands'][index]['most_clocks']:,}; "
                                                     f"host {d['commands'][index]['host_clocks']:,})" for d in devices)]))
    out.append(row(["event, crossing to notice", *(f"{d['event_clocks']['to_notice']:,}" for d in devices)]))
    out.append(row(["event, crossing to the host's mailbox", *(f"{d['event_clocks']['to_host']:,}" for d in devices)]))
    out.append(row(["loading and checking the image", *(f"{d['start_clocks']['load']:,}" for d in devices)]))
    out.append(row(["start, with its tests", *(f"{d['start_clocks']['start']:,}" for d in devices)]))
    out += ["", row(["at", "installs a second (reserve and install of a pair)", "rekeys a second (and supersede, retire)"]), "|---|---|---|",
            row(["100 MHz", f"{result['installs_per_second']:,.0f}", f"{result['rekeys_per_second']:,.0f}"])]
    out += [row([f"{r['mhz']:.1f} MHz, LFE5U-85F {grade}", f"{r['installs_per_second']:,.0f}", f"{r['rekeys_per_second']:,.0f}"])
            for grade, r in result["ecp5"].items()]
    out += ["", row(["image", "text", "data", "bss", "stack, by analysis"]), "|---|---|---|---|---|"]
    out += [row([f"{sas} SAs", *(f"{size[key]:,}" for key in ("text", "data", "bss", "stack"))]) for sas, size in result["sizes"].items()]
    return "\n".join(out) + "\n"


def page(text: str) -> str:
    return f"""# The firmware on the management core

Clocks of the Verilated core, its clock and the accelerator's alike, medians; made by `./dev bench firmware --write`. A command counts from the
write that rings the bell to the read that finds its answer: mailbox, both crossings and the device's own work are inside. `host` is what its
user waits for, with the host's accesses for request, keys and answer. SAs are paced. Sizes in octets; of bss, {ENTRY_OCTETS} octets are each
entry's, and 6 its share of an IKE SA's.

{text}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    result = measure(args.build)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    text = tables(result)
    print(text)
    if args.write:
        PAGE.write_text(page(text))
    most = max(install_of(device, "most_clocks") for device in result["devices"])
    if most > MOST_INSTALL_CLOCKS:
        print(f"an install of a pair takes {most} clocks, {MOST_INSTALL_CLOCKS} are promised", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
