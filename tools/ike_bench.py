#!/usr/bin/env python3
"""./dev bench ike: our agent and stock charon (logs off), each against the same load peer, in network namespaces.

    tools/ike_bench.py PROGRAM [--quick] [--write]

Each daemon answers set-ups and Child SA rekeys of the load peer, then begins rekeys itself; 1 and 100 IKE SAs, with and without PFS.
Figures are processor seconds of the measured process per exchange, wall rate and memory beside them. Ours installs every SA into the
TLM accelerator in the same process; what that costs is the difference to the same run with a table that only keeps them.
Writes out/bench/ike.json, with --write docs/reference/ike.md too.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/interop"))
sys.path.insert(0, str(ROOT / "tools"))

from charon import Charon, available  # noqa: E402
from markdown import row as line  # noqa: E402
from namespaces import ADDRESS, two_namespaces  # noqa: E402
from ours import Ours  # noqa: E402

IKE = "aes128-sha256-x25519"
PSK = "a secret that both ends know"
CHILDREN = 400  # for memory; two entries each, of 1,024


def esp(pfs: bool) -> str:
    return "aes128gcm16-x25519" if pfs else "aes128gcm16"


class Measured:
    """A daemon, its processor time and its memory."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.pid = daemon.process.pid

    def cpu(self) -> float:
        """Seconds, of all its threads so far."""
        return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{self.pid}/task").iterdir()) / 1e9

    def memory(self, what: str) -> int:
        """KiB: VmRSS now, VmHWM at most."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {what} in /proc/{self.pid}/status")


def give_addresses(namespace: str, net: str, number: int) -> None:
    """kernel-libipsec makes a route for each Child SA, from an address of this host in its selector."""
    lines = "\n".join(f"addr add {net}.{i // 250}.{i % 250 + 1}/32 dev lo" for i in range(1, number))
    subprocess.run(["ip", "-n", namespace, "-batch", "-"], input=lines, text=True, check=True)


def our_config(side: str, copies: int, pfs: bool, children: int, accelerator: dict | None) -> dict:
    other = "B" if side == "A" else "A"
    nets = {"A": "10.1", "B": "10.2"}
    names = ["net"] if children == 0 else ["net", *(f"c{i}" for i in range(1, children + 1))]
    config = {"local": ADDRESS[side], "remote": ADDRESS[other], "ike": IKE, "psk": PSK, "encap": True, "quiet": True, "pairs": 4096, "reserve": 512,
              "counts": False, "cookie_threshold": 1000, "half_open_per_address": 1000, "init_rate_per_address": 0, "retransmit_ms": 1000, "local_id": f"{side.lower()}{{i}}.test",
              "remote_id": f"{other.lower()}{{i}}.test", "copies": copies, "local_net": nets[side], "remote_net": nets[other],
              "children": [{"name": name, "esp": esp(pfs), "start": name == "net"} for name in names]}
    if children:
        del config["copies"]
        config |= {"local_id": f"{side.lower()}0.test", "remote_id": f"{other.lower()}0.test"}
        for i, child in enumerate(config["children"]):
            host = f"{i // 250}.{i % 250 + 1}"
            child |= {"local_ts": [f"{nets[side]}.{host}"], "remote_ts": [f"{nets[other]}.{host}"]}
    if accelerator:
        config["accelerator"] = accelerator
    return config


def charon_connections(copies: int, pfs: bool, children: int) -> str:
    text = ""
    for i in range(copies):
        inside = ""
        for number, name in enumerate(["net", *(f"c{n}" for n in range(1, children + 1))]):
            host = f"{(i + number) // 250}.{(i + number) % 250 + 1}"
            inside += f"""{name} {{ local_ts = 10.2.{host}
      remote_ts = 10.1.{host}
      esp_proposals = {esp(pfs)}
      rekey_time = 0 }}
"""
        text += f"""peer{i} {{ version = 2
  local_addrs = {ADDRESS['B']}
  remote_addrs = {ADDRESS['A']}
  proposals = {IKE}
  encap = yes
  rekey_time = 0
  unique = never
  local {{ auth = psk
    id = b{i}.test }}
  remote {{ auth = psk
    id = a{i}.test }}
  children {{ {inside} }} }}
"""
    return text


@contextmanager
def measured(program: Path, kind: str, copies: int, pfs: bool, children: int = 0):
    """The daemon that is measured, in B, and the load peer, in A."""
    with two_namespaces() as names, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a").mkdir()
        (folder / "b").mkdir()
        give_addresses(names["B"], "10.2", max(copies, children + 1))
        if kind == "charon":
            daemon = Charon(names["B"], folder / "b", charon_connections(copies, pfs, children), f'ike-1 {{ secret = "{PSK}" }}', options="dos_protection = no",
                            logs=False)
        else:
            tlm = {"machine": "tlm", "firmware": "hosted", "entries": 1024, "reserve": 64} if kind == "ours" else None
            daemon = Ours(program, names["B"], folder / "b", our_config("B", copies, pfs, children, tlm))
        try:
            load = Ours(program, names["A"], folder / "a", our_config("A", copies, pfs, children, None))
            try:
                yield Measured(daemon), load
            finally:
                load.close()
        finally:
            daemon.close()


def until_done(load: Ours, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while True:
        state = load.do("load")
        assert state["failed"] == 0, f"exchanges failed: {state}"
        if state["left"] == 0:
            return
        assert time.monotonic() < end, f"not done within {seconds} s: {state}"
        time.sleep(0.02)


class Figures:
    def __init__(self, daemon: Measured):
        self.daemon = daemon

    @contextmanager
    def exchanges(self, number: int, into: dict, name: str):
        cpu, wall = self.daemon.cpu(), time.monotonic()
        yield
        took = time.monotonic() - wall
        into[name] = {"cpu_us": (self.daemon.cpu() - cpu) / number * 1e6, "per_second": number / took}


def peers_rekeys(load: Ours, wanted: int) -> None:
    load.until(lambda: load.counters()["child_rekeys_peers"] >= wanted, f"{wanted} rekeys", 180)


def run(program: Path, kind: str, copies: int, pfs: bool, scale: int) -> dict:
    rounds = (60 if copies == 1 else 2) * scale
    rekeys = (200 if copies == 1 else 4) * scale
    out: dict = {}
    suffix = f"{copies} IKE SA{'s' if copies > 1 else ''}"
    how = "PFS" if pfs else "no PFS"
    with measured(program, kind, copies, pfs) as (daemon, load):
        figures = Figures(daemon)
        with figures.exchanges(rounds * copies, out, f"set-up answered, {suffix}"):
            load.do("load_setup", rounds=rounds, copies=copies)
            until_done(load)
        with figures.exchanges(rekeys * copies, out, f"rekey answered, {how}, {suffix}"):
            load.do("load_rekey", rounds=rekeys)
            until_done(load)
        before = load.counters()["child_rekeys_peers"]
        with figures.exchanges(rekeys * copies, out, f"rekey begun, {how}, {suffix}"):
            if kind == "charon":
                for done in range(1, rekeys + 1):
                    daemon.daemon.ctl("--rekey", "--child", "net")
                    peers_rekeys(load, before + done * copies)
            else:
                daemon.daemon.do("load_rekey", rounds=rekeys)
                peers_rekeys(load, before + rekeys * copies)
        out[f"peak memory, {how}, {suffix}"] = {"kib": daemon.memory("VmHWM")}
    if pfs:  # the same exchange without it was measured
        del out[f"set-up answered, {suffix}"]
    return out


def memory(program: Path, kind: str) -> float:
    """KiB per 1,000 Child SAs."""
    with measured(program, kind, 1, False, CHILDREN) as (daemon, load):
        load.do("initiate")
        load.until(lambda: load.counters()["children_up"] == 1, "an IKE SA", 20)
        time.sleep(0.5)
        before = daemon.memory("VmRSS")
        load.do("load_children", rounds=CHILDREN)
        until_done(load)
        return (daemon.memory("VmRSS") - before) / CHILDREN * 1000


def rows_of(figures: dict) -> list[dict]:
    rows = []
    for name, ours in figures["ours"].items():
        charon, bare = figures["charon"][name], figures["bare"][name]
        for unit, text, better in (("cpu_us", "processor time, us", "less"), ("per_second", "per second", "more"), ("kib", "KiB", "less")):
            if unit not in ours:
                continue
            row = {"name": f"{name}: {text}", "ours": round(ours[unit], 1), "charon": round(charon[unit], 1),
                   "ratio": round(charon[unit] / ours[unit] if better == "less" else ours[unit] / charon[unit], 2), "better": better}
            rows.append(row)
            if unit == "cpu_us":
                rows.append({"name": f"{name}: of it the accelerator (TLM), us", "ours": round(ours[unit] - bare[unit], 1), "charon": None,
                             "ratio": None, "better": better})
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="ike_peer")
    parser.add_argument("--quick", action="store_true", help="a short run: figures are rough")
    parser.add_argument("--write", action="store_true", help="write docs/reference/ike.md")
    arguments = parser.parse_args()
    if missing := available():
        print(f"bench ike: {missing}", file=sys.stderr)
        return 1
    figures: dict = {}
    for kind in ("charon", "ours", "bare"):
        figures[kind] = {}
        print(f"bench ike: {kind}", file=sys.stderr)
        for copies in (1, 100):
            for pfs in (False, True):
                figures[kind] |= run(arguments.program.resolve(), kind, copies, pfs, 1 if arguments.quick else 5)
        figures[kind]["memory of 1,000 Child SAs"] = {"kib": memory(arguments.program.resolve(), kind)}
    rows = rows_of(figures)
    (ROOT / "out/bench").mkdir(parents=True, exist_ok=True)
    (ROOT / "out/bench/ike.json").write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    lines = [line(["", "ours", "charon 5.9.8", "ours is better by"]), line(["---"] * 4)]
    for row in rows:
        lines.append(line([row["name"], f"{row['ours']:,}", "" if row["charon"] is None else f"{row['charon']:,}",
                           "" if row["ratio"] is None else f"{row['ratio']} x"]))
    text = "\n".join(lines)
    print(text)
    if arguments.write:
        (ROOT / "docs/reference/ike.md").write_text(PAGE + text + "\n")
    return 0


PAGE = """# What the IKE agent costs

Made by `./dev bench ike --write`. Our agent on its sockets and stock charon (kernel-libipsec, logs off), each in a namespace against the same
load peer: IKE SAs with AES-CBC-128, HMAC-SHA2-256 and x25519, pre-shared keys, Child SAs with AES-GCM-128; both
ends' limits of half-open IKE SAs an address are lifted (charon: dos_protection = no), because one address begins 100. A rekey is CREATE_CHILD_SA and the
Delete of the old SA. Processor time is that of the measured process alone, all threads; it varies by some 10 % from run to run. Ours installs each
SA into the TLM accelerator in its own process, through driver and firmware; the rows "of it the accelerator" are the difference to a run with a table
that only keeps what it is told. "Per second" is wall time with both ends on one machine; begun by charon it includes one `swanctl` a round.

"""

if __name__ == "__main__":
    sys.exit(main())
