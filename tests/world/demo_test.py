#!/usr/bin/env python3
"""demo_test.py PROGRAM: the demo from outside. Run from the project's root."""
import collections
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

CAPTURE = pathlib.Path("tests/data/captures/mixed.pcap")
SCENARIO = pathlib.Path("sim/scenarios/demo.toml")
WALL_TIME = ("wall_seconds", "cpu_seconds", "clocks_per_second", "model_share")
failures = []


def check(condition, text):
    print(("ok    " if condition else "FAIL  ") + text)
    if not condition:
        failures.append(text)


def ip_packets(path):
    """IP packets of a classic pcap file, Ethernet or raw, without link padding."""
    data = pathlib.Path(path).read_bytes()
    magic = struct.unpack_from("<I", data)[0]
    order = "<" if magic in (0xA1B2C3D4, 0xA1B23C4D) else ">"
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at < len(data):
        _, _, kept, _ = struct.unpack_from(order + "IIII", data, at)
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        if link == 1:
            if frame[12:14] not in (b"\x08\x00", b"\x86\xdd"):
                continue
            frame = frame[14:]
        version = frame[0] >> 4
        length = int.from_bytes(frame[2:4], "big") if version == 4 else int.from_bytes(frame[4:6], "big") + 40
        yield frame[:length]


def flow(packet):
    if packet[0] >> 4 == 4:
        return packet[12:20], packet[9], packet[20:24] if packet[9] in (6, 17) else b""
    return packet[8:40], packet[6], packet[40:44] if packet[6] in (6, 17) else b""


def by_flow(path):
    flows = collections.defaultdict(list)
    for packet in ip_packets(path):
        flows[flow(packet)].append(packet)
    return flows


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def judge_demo(program, out):
    done = run(program, "demo", "--capture", str(CAPTURE), "--out", str(out), "--quiet")
    judge_traffic(done, out, 50)


def judge_full(program, out):
    """The same world with the full profile, whose bursts of 10 Gbit/s take 140 kB in the time of a rekey (some 110 us of it the firmware's, at
    100 MHz), and twice that when two tunnels rekey at once: eight times the lifetimes leave room."""
    scenario = out / "scenario.toml"
    scenario.write_text(re.sub(r"^(hard_\w+ = )(\d+)", lambda m: m[1] + str(8 * int(m[2])), SCENARIO.read_text(), flags=re.M))
    done = run(program, "run", str(scenario), "--profile", "full", "--capture", str(CAPTURE), "--out", str(out), "--quiet")
    judge_traffic(done, out, 5)


def judge_traffic(done, out, rekeys):
    check(done.returncode == 0, f"ends with 0 ({done.stderr.strip()[-300:]})")
    summary = json.loads((out / "summary.json").read_text())
    wanted = {"packets_in": 7816, "packets_out": 7816, "packets_lost": 0, "hard_expiries": 0, "octets_over_hard_limit": 0}
    for key, value in wanted.items():
        check(summary[key] == value, f"summary.json: {key} is {value} ({summary[key]})")
    check(summary["rekeys"] >= rekeys, f"at least {rekeys} rekeys ({summary['rekeys']})")
    check(summary["firmware"] == ["core", "core"], f"summary.json: both accelerators ran the firmware on their cores ({summary['firmware']})")
    for words in ("firmware: on the management core (A) and on the management core (B)", "7816 in, 7816 out, 0 lost", "0 octets over a hard limit", f"{summary['rekeys']} rekeys"):
        check(words in done.stdout, f"the summary says '{words}'")
    check(by_flow(CAPTURE) == by_flow(out / "decrypted.pcap"), "decrypted.pcap: identical IP packets, in order within each flow")

    env = dict(os.environ, WIRESHARK_CONFIG_DIR=str(out))
    lines = subprocess.run(["tshark", "-r", str(out / "esp.pcap"), "-o", "esp.enable_encryption_decode:TRUE", "-T", "fields",
                            "-e", "esp.sequence", "-e", "esp.pad_len"], env=env, capture_output=True, text=True,
                           check=True).stdout.splitlines()
    open_ones = sum(1 for line in lines if re.fullmatch(r"[0-9,]+\t[0-9,]+", line))
    check(len(lines) == 7816 and open_ones == 7816, f"tshark decrypts every ESP packet ({open_ones} of {len(lines)})")

    keys = {line.split('","')[5][2:].lower() for line in (out / "esp_sa").read_text().splitlines()}
    check(len(keys) >= rekeys, f"esp_sa holds the keys of every SA ({len(keys)})")
    for name in ("util.jsonl", "summary.json", "report.html"):
        text = (out / name).read_text().lower()
        check(not any(key[:32] in text for key in keys), f"{name}: no key in it")
    check(not any(key[:32] in (done.stdout + done.stderr).lower() for key in keys), "terminal: no key in it")


def digest(folder):
    out = {}
    for path in sorted(folder.iterdir()):
        if path.name == "summary.json":
            summary = json.loads(path.read_text())
            out[path.name] = json.dumps({k: v for k, v in summary.items() if k not in WALL_TIME})
        else:
            out[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return out


def judge_replay(program, out):
    made = "tests/data/captures/made.pcap"
    for name, seed in (("first", "5"), ("again", "5"), ("other", "6")):
        done = run(program, "run", "sim/scenarios/demo.toml", "--capture", made, "--seed", seed, "--out", str(out / name), "--quiet")
        check(done.returncode == 0, f"made.pcap, seed {seed}, ends with 0 ({done.stderr.strip()[-300:]})")
    check(digest(out / "first") == digest(out / "again"), "the same seed gives the same files")
    check(digest(out / "first") != digest(out / "other"), "another seed gives others")


def judge_bad_input(program, out):
    whole = CAPTURE.read_bytes()
    bad = {"cut.pcap": whole[:100_003], "garbage.pcap": bytes(range(256)) * 40, "empty.pcap": b"", "headers.pcap": whole[:24]}
    for name, data in bad.items():
        path = out / name
        path.write_bytes(data)
        done = run(program, "demo", "--capture", str(path), "--out", str(out / "none"), "--quiet")
        check(done.returncode == 2 and name in done.stderr, f"{name}: exit status 2, and a message that names it "
              f"({done.returncode}: {done.stderr.strip()})")
        left = list((out / "none").glob("*")) if (out / "none").exists() else []
        check(not left, f"{name}: nothing is left that looks whole ({[p.name for p in left]})")


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for judge in (judge_demo, judge_full, judge_replay, judge_bad_input):
            out = root / judge.__name__
            out.mkdir()
            judge(program, out)
    print(f"{len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
