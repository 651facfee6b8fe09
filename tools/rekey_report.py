#!/usr/bin/env python3
"""The tables of rekeying at a full table (./dev bench rekey).

    tools/rekey_report.py BUILD [--write]

Runs BUILD/bin/sallyport_rekey_bench, writes out/bench/rekey.json and prints the tables; --write: docs/reference/rekey.md too. Exit code 1
when an SA was lost at a load of 0.7 or less (with losses 0.67), or more SAs than one in 500 rekeys were overtaken.
"""
import argparse
import json
import pathlib
import subprocess
import sys

from markdown import row

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = pathlib.Path("out/bench/rekey.json")
PAGE = ROOT / "docs/reference/rekey.md"
FEASIBLE = 0.7
FEASIBLE_WITH_LOSSES = 0.67
MOST_OVERTAKEN = 1 / 500  # T_ike is the 99.9th percentile of an exchange


def seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f}"


def load_table(rows: list[dict]) -> list[str]:
    out = [row(["traffic", "T in s", "F", "F that the firmware told", "rekeys", "begun before the soft limit", "died", "overtaken", "refused",
                "warned at 0.7, at 1, first loss after s", "entries in use: mean, most"]), "|" + "---|" * 11]
    for r in rows:
        times = ", ".join(seconds(r[key]) for key in ("warned_s", "overloaded_s", "first_loss_s"))
        out.append(row([r["shape"], f"{r['life_s']:g}", f"{r['load']:.2f}", f"{r['load_told']:.2f}", f"{r['rekeys']:,}", f"{r['early']:,}",
                        f"{r['died']:,}", r["overtaken"], r["refused"], times, f"{r['mean_in_use']:,.0f}, {r['most_in_use']:,}"]))
    return out


def tables(result: dict) -> str:
    out = load_table(result["loads"])
    out += ["", *load_table(result["losses"])]
    losses = sorted({r["loss"] for r in result["shortest"]})
    out += ["", row(["round trip in ms", *(f"T in s, {loss:.0%} lost" for loss in losses)]), "|" + "---|" * (len(losses) + 1)]
    for rtt in sorted({r["rtt_s"] for r in result["shortest"]}):
        lives = {r["loss"]: r["life_s"] for r in result["shortest"] if r["rtt_s"] == rtt}
        out.append(row([f"{rtt * 1e3:g}", *(f"{lives[loss]:.1f}" for loss in losses)]))
    return "\n".join(out) + "\n"


def page(result: dict, text: str) -> str:
    return f"""# Rekeying a full table

{2 * result['pairs']:,} of {result['entries']:,} entries at work, R = {result['reserve']}, E = {result['emergency']}, each pair a child of an IKE SA of its own; every
SA is rekeyed by count, asked for by the firmware's pacing. Made by `./dev bench rekey --write` (`tests/rekey`: the firmware over the
behavioural table, IKE as exchanges that take a round trip and get lost).

T is the time to the hard limit at a pair's mean rate; rates differ by up to half of the mean. Soft limits lie at 80 to 85 %, or lower where that would
not leave T_ike at the peak rate. The round
trip is {result['rtt_s'] * 1e3:g} ms, the reorder guard twice that, a lost message is sent again after {result['retransmit_s']:g} s. Asymmetric: a tenth of the octets
comes back. Bursty: each pair is silent half of the time and twice as fast in the other half. F = P (2 D_ike + D_drain) / (T' R), with
T' the time to the soft limit at 82.5 % and mean times. In the first table all run for two lives at T = 25 s, then the rates rise to the T of the row;
rekeys and times count from there, and the early ones from the start. The second one has a message in a hundred lost, and the load from the
start, when all SAs are of different age and have short lives before them, so that warnings come early. Died: SAs that reached their hard limit before
their replacement was keyed, but for the overtaken ones, whose exchange took longer than the T_ike that the firmware was told, its 99.9th percentile. `./dev bench rekey` fails when an SA died or a rekey of ours was refused at F = {FEASIBLE} or less, in the second table
{FEASIBLE_WITH_LOSSES}, or when more SAs were overtaken there than one in {1 / MOST_OVERTAKEN:.0f} rekeys.

{text}
The last table has the shortest T at which no SA of any of the three shapes died in five lives and three seeds, overtaken ones apart; with losses, what is found
depends on what these nine runs meet, so neighbours may stand the other way round.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    result = json.loads(subprocess.run([args.build / "bin/sallyport_rekey_bench"], capture_output=True, text=True, check=True).stdout)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    text = tables(result)
    print(text)
    if args.write:
        PAGE.write_text(page(result, text))
    lost = [r for rows, limit in ((result["loads"], FEASIBLE), (result["losses"], FEASIBLE_WITH_LOSSES)) for r in rows
            if r["load"] <= limit and (r["died"] or r["refused"] or r["overtaken"] > r["rekeys"] * MOST_OVERTAKEN)]
    for r in lost:
        print(f"{r['shape']}, T = {r['life_s']:g} s: {r['died']} SAs died, {r['overtaken']} were overtaken, {r['refused']} rekeys were refused "
              f"at F = {r['load']:.2f}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
