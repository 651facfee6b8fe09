"""The interoperability matrix with charon on Debian's kernel: ESN, transport mode and plain ESP with data."""
import json
import subprocess
import sys
from pathlib import Path

import guest
from data_rows import RTL, TUN, all_answered, nothing_is_dropped, ping
from guest import GuestCharon
from namespaces import ADDRESS, NET, ip
from pair import CharonPair, Terms, pair
from registry import Row, register
from rows import charon_rekeys, we_rekey

HOSTS = {"our_ts": (ADDRESS["A"] + "/32", ADDRESS["B"] + "/32"), "their_ts": (ADDRESS["B"] + "/32", ADDRESS["A"] + "/32")}
INNER = [NET[side].replace("0.0/16", "0.1") for side in "AB"]
SIZES = [0, 1, 2, 3, 56, 500, 1300] * 3


class GuestPair(CharonPair):
    kind = GuestCharon

    def same(self) -> bool:
        """And the guest's kernel has the same SAs."""
        if not super().same():
            return False
        child, states = self.us.child(), self.charon.states()
        if set(states) != {child["spi_in"], child["spi_out"]}:
            return False
        for spi, key in ((child["spi_in"], child["key_in"]), (child["spi_out"], child["key_out"])):
            # An accelerator tells no keys.
            told = ("mode tunnel" in states[spi], " esn" in states[spi], "espinudp" in states[spi], f"0x{key}" in states[spi])
            meant = (child["tunnel"], "32-bit" not in child["suite"], child["udp"], True)
            assert told == meant, f"the kernel has {states[spi]}, we {child}"
        return True


def row(name: str, terms: Terms, quick: bool = False):
    def add(function):
        def run(program) -> None:
            with pair(program, terms, GuestPair) as both:
                function(both)
        register(f"Linux 6.1: {name}", Row(run, quick, guest.available))
        return function
    return add


def plain(**more) -> Terms:
    return Terms(connection_options="encap = no", ours={"encap": False}, **more)


def pings(both: GuestPair) -> None:
    """All are answered, and the guest's kernel has counted them."""
    child = both.us.child()
    terms = {"local": ADDRESS["A"], "remote": ADDRESS["B"], "inner": INNER if child["tunnel"] else None, "sizes": SIZES,
             **{key: child[key] for key in ("spi_in", "spi_out", "key_in", "key_out", "esn")}}
    done = subprocess.run(["ip", "netns", "exec", both.names["A"], sys.executable, str(Path(__file__).parent / "esp_ping.py"), json.dumps(terms)],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout == f"{len(SIZES)}\n", f"{done.stdout}{done.stderr[-600:]}{both.charon.states()}"
    for spi, state in both.charon.states().items():
        assert f"{len(SIZES)}(packets)" in state, f"of SPI {spi:x} the kernel says {state}"


for by in ("ours", "charon"):
    for mode, selectors in (("tunnel", {}), ("transport", HOSTS)):
        for esp in ("aes128gcm16", "aes256gcm16-esn"):
            def data(both: GuestPair, by=by, mode=mode, esp=esp) -> None:
                both.up(by)
                child = both.us.child()
                assert (child["tunnel"], child["esn"], child["udp"]) == (mode == "tunnel", "esn" in esp, False), child
                pings(both)

            row(f"plain ESP {esp} in {mode} mode, with data, {by} begins", plain(esp=esp, mode=mode, **selectors),
                quick=by == "ours" and mode == "transport" and "esn" in esp)(data)

    def in_udp(both: GuestPair, by=by) -> None:
        both.up(by)
        assert both.us.child()["udp"] and both.us.child()["esn"]

    row(f"ESP in UDP with ESN, {by} begins", Terms(esp="aes256gcm16-esn"))(in_udp)

for esp in ("aes128gcm16", "aes256gcm16-esn"):
    def accelerator(both: GuestPair) -> None:
        """The machine's own IP stack, our accelerator, and the guest's kernel."""
        both.up("ours")
        name = both.names["A"]
        ip("-n", name, "link", "set", TUN, "addrgenmode", "none")
        ip("-n", name, "link", "set", TUN, "up", "mtu", "1400")
        ip("-n", name, "route", "add", NET["B"], "dev", TUN, "src", INNER[0])
        with nothing_is_dropped(both):
            for octets in (0, 56, 1372):
                all_answered(ping(both, "A", 5, 0.2, octets))
            heard = both.charon.run(f"ping -c 5 -I {INNER[1]} {INNER[0]}")
            assert " 0% packet loss" in heard, heard

    row(f"ESP in UDP {esp}, data through the accelerator", Terms(esp=esp, ours={"accelerator": RTL}))(accelerator)

for who, rekey in (("ours", we_rekey), ("charon", charon_rekeys)):
    def rekeyed(both: GuestPair, who=who, rekey=rekey) -> None:
        both.up("ours")
        for times in (1, 2):
            rekey(both, "child")
            both.us.wait("child_rekeyed", times)
            both.agree()
            pings(both)
        rekey(both, "ike")
        both.us.wait("ike_rekeyed", 1)
        both.agree()
        rekey(both, "child")
        both.us.wait("child_rekeyed", 3)
        both.agree()
        pings(both)

    row(f"Child SA with ESN and IKE SA rekeyed by {who}, with data", plain(esp="aes256gcm16-esn-x25519"))(rekeyed)
