"""Data: packets of this machine's own IP stack through the accelerator to charon's kernel-libipsec, and back."""
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import charon
from namespaces import NET, ip
from pair import CharonPair, Terms, pair
from registry import Row, register
from rows import charon_rekeys, we_rekey

TUN = "sally0"
HOST = {side: net.replace("0.0/16", "0.1") for side, net in NET.items()}
TRAFFIC = Path(__file__).parent / "traffic.py"
RTL = {"machine": "rtl", "profile": "compact", "firmware": "core", "tun": TUN}


def row(name: str, accelerator: dict, quick: bool = False, esp: str = "aes128gcm16", **ours):
    def add(function):
        def run(program):
            with pair(program, Terms(esp=esp, ours={"accelerator": accelerator, **ours})) as both:
                route(both)
                function(both)
        register(f"charon: data, {name}", Row(run, quick, charon.available))
        return function
    return add


def route(both: CharonPair) -> None:
    """Each end sends what is for the other's network into its tunnel."""
    for side, other, device in (("A", "B", TUN), ("B", "A", "ipsec0")):
        name = both.names[side]
        ip("-n", name, "link", "set", device, "addrgenmode", "none")  # no packets of its own
        ip("-n", name, "link", "set", device, "up", "mtu", "1400")
        ip("-n", name, "route", "add", NET[other], "dev", device, "src", HOST[side])


def ping(both: CharonPair, side: str, count: int, interval: float, octets: int = 56) -> subprocess.Popen:
    other = "B" if side == "A" else "A"
    return subprocess.Popen(["ip", "netns", "exec", both.names[side], "ping", "-c", str(count), "-i", str(interval), "-s", str(octets), "-w", "100",
                             HOST[other]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def all_answered(process: subprocess.Popen) -> None:
    """The first so many of them: on a busy machine ping sends more while answers are on their way."""
    out, _ = process.communicate(timeout=120)
    count = int(process.args[process.args.index("-c") + 1])
    missing = set(range(1, count + 1)) - {int(number) for number in re.findall(r"bytes from .* icmp_seq=(\d+)", out)}
    assert not missing, f"no answer to {sorted(missing)[:20]}: {out[-600:]}"


def tcp(both: CharonPair, server: str, octets: int) -> None:
    client = "B" if server == "A" else "A"
    program = [sys.executable, str(TRAFFIC)]
    enter = {side: ["ip", "netns", "exec", name] for side, name in both.names.items()}
    listener = subprocess.Popen([*enter[server], *program, "serve", HOST[server], "7000"], stdout=subprocess.PIPE, text=True)
    try:
        assert listener.stdout.readline() == "ready\n"
        done = subprocess.run([*enter[client], *program, "echo", HOST[server], "7000", str(octets)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-600:]
    finally:
        listener.kill()
        listener.wait()


@contextmanager
def nothing_is_dropped(both: CharonPair):
    """Every packet that the accelerator was given came out of it."""
    yield
    packets = both.us.do("status")["packets"]
    assert packets.get("in ok", 0) > 0 and packets.get("out ok", 0) > 0, packets
    assert set(packets) <= {"in ok", "out ok"}, packets


def drained(both: CharonPair) -> None:
    """Of all that was rekeyed, two entries are left."""
    both.us.until(lambda: both.us.do("status")["entries"] == {"free": 62, "active": 2}, "a table with one pair", 30)


for name, accelerator, esp in (("RTL compact, firmware on its core, AES-128", RTL, "aes128gcm16"),
                               ("RTL compact, firmware on its core, AES-256", RTL, "aes256gcm16"),
                               ("RTL full, firmware on its core, AES-256", RTL | {"profile": "full"}, "aes256gcm16"),
                               ("RTL compact, firmware hosted, AES-128", RTL | {"firmware": "hosted"}, "aes128gcm16"),
                               ("TLM, AES-128", RTL | {"machine": "tlm", "firmware": "hosted"}, "aes128gcm16")):
    @row(f"ping and TCP both ways: {name}", accelerator, quick="full" in name, esp=esp)
    def both_ways(both: CharonPair) -> None:
        both.up("ours")
        with nothing_is_dropped(both):
            for side in "AB":
                for octets in (0, 56, 1372):
                    all_answered(ping(both, side, 5, 0.05, octets))
            for server in "AB":
                tcp(both, server, 200_000)


for who, rekey in (("ours", we_rekey), ("charon", charon_rekeys)):
    @row(f"Child SA and IKE SA rekeyed by {who} under traffic", RTL)
    def rekeyed(both: CharonPair, who=who, rekey=rekey) -> None:
        both.up("charon" if who == "ours" else "ours")
        with nothing_is_dropped(both):
            pings = [ping(both, side, 160, 0.05) for side in "AB"]
            for times in range(1, 4):
                time.sleep(1)
                rekey(both, "child")
                both.us.wait("child_rekeyed", times)
            rekey(both, "ike")
            both.us.wait("ike_rekeyed", 1)
            rekey(both, "child")
            both.us.wait("child_rekeyed", 4)
            for process in pings:
                all_answered(process)
        drained(both)
        both.agree()


@row("lifetimes in packets and octets end in rekeys, none lost", RTL, peak_octets=40_000, peak_packets=100,
     children=[{"name": "net", "local_ts": [NET["A"]], "remote_ts": [NET["B"]], "esp": "aes128gcm16", "packets": 3_000, "octets": 400_000}])
def lifetimes(both: CharonPair) -> None:
    both.up("ours")
    with nothing_is_dropped(both):
        pings = [ping(both, side, 400, 0.05, 600) for side in "AB"]
        for process in pings:
            all_answered(process)
    assert both.us.counters()["child_rekeys_ours"] >= 1, both.us.counters()
    assert both.us.counters()["children_expired"] == 0, both.us.counters()
    drained(both)
    both.agree()
