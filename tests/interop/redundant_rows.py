"""Child SAs that are one too many, Deletes that nobody confirms, and what tshark sees of it all."""
import os
import re
import signal
import subprocess
import time

import charon
from data_rows import RTL, all_answered, ping, route
from pair import CharonPair, Terms, pair
from registry import Row, register

TLM = RTL | {"machine": "tlm", "firmware": "hosted"}


def row(name: str, **ours):
    def add(function):
        def run(program):
            with pair(program, Terms(ours=ours)) as both:
                function(both)
        register(f"charon: {name}", Row(run, False, charon.available))
        return function
    return add


def second_child(both: CharonPair) -> None:
    """Another one for the same traffic, without REKEY_SA: legal. charon takes it, though it makes none itself."""
    both.us.do("initiate_child", session=both.us.session()["id"], child="net")
    both.us.until(lambda: len(installed(both)) == 2, "two Child SAs")


def installed(both: CharonPair) -> list:
    return [child for child in both.us.session()["children"] if child["state"] == "installed"]


@row("a second Child SA for the same traffic is kept and counted", accelerator=TLM)
def duplicate(both: CharonPair) -> None:
    route(both)
    both.up("ours")
    second_child(both)
    assert both.us.counters()["duplicate_children"] == 1, both.us.counters()
    for side in "AB":
        all_answered(ping(both, side, 5, 0.05))
    assert len(installed(both)) == 2 and both.charon.sas().count("INSTALLED") == 2


@row("the older of two Child SAs for the same traffic goes when the newer is used", accelerator=TLM, unique_children="newest")
def newest(both: CharonPair) -> None:
    route(both)
    both.up("ours")
    old = both.us.child()
    second_child(both)
    time.sleep(0.5)
    assert len(installed(both)) == 2, "nothing was sent on it yet"
    all_answered(ping(both, "B", 5, 0.05))
    both.us.until(lambda: len(installed(both)) == 1, "the older one goes")
    assert both.us.child()["spi_in"] != old["spi_in"]
    both.agree()
    assert both.us.counters()["duplicate_children_deleted"] == 1
    for side in "AB":
        all_answered(ping(both, side, 5, 0.05))


@row("a Delete that is never confirmed ends the IKE SA, and nothing of it stays", accelerator=TLM)
def unconfirmed(both: CharonPair) -> None:
    both.up("charon")
    session = both.us.session()
    os.kill(both.charon.process.pid, signal.SIGSTOP)
    try:
        both.us.do("delete_child", session=session["id"], child=both.us.child()["id"])
        both.us.wait("ike_down", seconds=40)
        assert both.us.counters()["deletes_unconfirmed"] == 1, both.us.counters()
        both.us.until(lambda: both.us.do("status")["entries"] == {"free": 64}, "an empty table", 20)
    finally:
        os.kill(both.charon.process.pid, signal.SIGCONT)


@row("tshark decrypts all of it with the keys of the debug mode", key_log=True)
def decrypted(both: CharonPair) -> None:
    capture = both.folder / "ike.pcapng"
    tshark = subprocess.Popen(["ip", "netns", "exec", both.names["A"], "tshark", "-q", "-i", "wire", "-w", str(capture), "-f", "udp"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        both.us.until(capture.exists, "a capture", 60)
        both.up("ours")
        session = both.us.session()
        both.us.do("rekey_child", session=session["id"], child=both.us.child()["id"])
        both.us.wait("child_rekeyed")
        both.us.do("rekey_ike", session=session["id"])
        both.us.wait("ike_rekeyed")
        both.us.do("probe", session=session["id"])
        time.sleep(1)
    finally:
        tshark.send_signal(signal.SIGINT)
        tshark.wait(timeout=20)
    lines = [event["text"] for event in both.us.events if event["event"] == "key_log"]
    assert len(lines) == 2, f"a line for each IKE SA, not {lines}"
    folder = both.folder / "wireshark"
    folder.mkdir()
    (folder / "ikev2_decryption_table").write_text("\n".join(lines) + "\n")
    done = subprocess.run(["tshark", "-r", str(capture), "-Y", "isakmp", "-V"], capture_output=True, text=True, check=False,
                          env={**os.environ, "WIRESHARK_CONFIG_DIR": str(folder)})
    assert done.returncode == 0, done.stderr[-800:]
    seen = done.stdout
    encrypted = len(re.findall(r"Payload: Encrypted and Authenticated", seen))
    plain = len(re.findall(r"Decrypted Data", seen))
    assert encrypted >= 10 and plain == encrypted, f"{encrypted} encrypted payloads, {plain} decrypted"
    assert "Bad" not in seen.replace("Bad checksum", ""), "an integrity check fails"
    for what in ("a.test", "b.test", "10.1.0.0", "REKEY_SA", "Payload: Delete"):
        assert what in seen, f"'{what}' is not to be seen"


@row("without the debug mode no key is told")
def no_keys(both: CharonPair) -> None:
    both.up("ours")
    if any(event["event"] == "key_log" for event in both.us.events):
        raise AssertionError("keys were told although nobody asked")

