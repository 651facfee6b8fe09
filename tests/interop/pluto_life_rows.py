"""The interoperability matrix with pluto: what happens to SAs that are up. No data goes through."""
import time

from pair import Terms
from pluto_pair import PlutoPair
from pluto_rows import HOSTS, lacking, row
from registry import Skip
from rows import SLOW, both_rekey, we_rekey


def pluto_rekeys(both: PlutoPair, what: str) -> None:
    both.pluto.whack("--rekey-ipsec" if what == "child" else "--rekey-ike", "--name", "peer", "--asynchronous", check=False)


def nothing_left(both: PlutoPair) -> None:
    both.us.until(lambda: not both.us.do("status")["status"], "we have nothing left")
    both.us.until(lambda: not both.pluto.states()["all"] and not both.pluto.sas(), "pluto has nothing left")


# ---- rekeys

for who, rekey in (("ours", we_rekey), ("pluto", pluto_rekeys)):
    for pfs in ("", "-x25519", "-ecp256", "-ecp384", "-ecp521", "-modp2048", "-modp3072", "-modp4096"):
        def rekey_child(both: PlutoPair, who=who, rekey=rekey) -> None:
            both.up("ours")
            for times in range(1, 4):
                rekey(both, "child")
                both.us.wait("child_rekeyed", times)
                both.agree()
            assert both.us.counters()["child_rekeys_" + ("ours" if who == "ours" else "peers")] == 3

        # The group is the IKE SA's: pluto knows no other one for its Child SAs (see below).
        row(f"Child SA rekeyed three times by {who}, PFS {pfs[1:] or 'none'}",
            Terms(ike="aes128-sha256" + (pfs or "-x25519"), esp="aes128gcm16" + pfs), quick=pfs == "-x25519")(rekey_child)
    lacking(f"Child SA rekeyed by {who}, PFS in another group than the IKE SA's",
            "libreswan from 4.5 on ignores the group of 'esp=' and takes the IKE SA's (libreswan issue 1265)")

    def rekey_kept(both: PlutoPair, who=who, rekey=rekey) -> None:
        both.up("pluto")
        rekey(both, "child")
        both.us.wait("child_rekeyed")
        both.agree()
        child = both.us.child()
        assert child["esn"] and not child["tunnel"], child

    row(f"Child SA with ESN in transport mode rekeyed by {who} stays so",
        Terms(ike="aes256-sha384-ecp384", esp="aes256gcm16-esn-ecp384", mode="transport", our_ts=HOSTS))(rekey_kept)

    def rekey_ike(both: PlutoPair, who=who, rekey=rekey) -> None:
        both.up("pluto" if who == "ours" else "ours")
        for times in range(1, 4):
            rekey(both, "ike")
            both.us.wait("ike_rekeyed", times)
            both.agree()
        # Its children are rekeyed on it from both sides.
        we_rekey(both, "child")
        both.us.wait("child_rekeyed", 1)
        both.agree()
        pluto_rekeys(both, "child")
        both.us.wait("child_rekeyed", 2)
        both.agree()

    row(f"IKE SA rekeyed three times by {who}, then its Child SA by both", quick=who == "ours")(rekey_ike)


def agree_after_collision(both: PlutoPair) -> None:
    """pluto 4.10 does not follow RFC 7296 2.8.2 for IKE SAs. It gives its Child SAs to the IKE SA that came up first, and
    deletes them with it when that one is the redundant one; asked while it computes its own request, it sends that
    once more in place of the answer. It says EXPECTATION FAILED then, and what the two ends have is not for us to mend."""
    try:
        both.agree()
    except AssertionError:
        if "EXPECTATION FAILED" in both.pluto.log():
            raise Skip("pluto 4.10 gives its Child SAs to the redundant one of two IKE SAs, or answers with its own request; it "
                       "logs EXPECTATION FAILED") from None
        raise


def child_collisions(both: PlutoPair) -> None:
    both.up("ours")
    for _ in range(5):
        both_rekey(both, "child", pluto_rekeys)
        agree_after_collision(both)
    assert both.us.counters()["child_collisions"] >= 1, both.us.counters()


row("Child SA rekeyed from both sides at once, five times", Terms(**SLOW))(child_collisions)


def ike_collisions(both: PlutoPair) -> None:
    both.up("ours")
    for _ in range(3):
        both_rekey(both, "ike", pluto_rekeys)
        agree_after_collision(both)
    assert both.us.counters()["ike_collisions"] >= 1, both.us.counters()


row("IKE SA rekeyed from both sides at once, three times", Terms(**SLOW))(ike_collisions)

# ---- ends


def child_deleted_by_us(both: PlutoPair) -> None:
    both.up("ours")
    both.us.do("delete_child", session=both.us.session()["id"], child=both.us.child()["id"])
    both.us.until(lambda: not both.pluto.sas() and not both.us.session()["children"], "no Child SA is left")
    both.us.do("initiate_child", session=both.us.session()["id"], child="net")
    both.us.wait("child_up", 2)
    both.agree()


row("Child SA deleted by us, and a new one in the same IKE SA")(child_deleted_by_us)


def child_deleted_by_pluto(both: PlutoPair) -> None:
    both.up("ours")
    number = both.pluto.states()["child"][0].split("#")[1].split(":")[0]
    both.pluto.whack("--deletestate", number, check=False)
    both.us.wait("child_down")
    assert not both.us.session()["children"]
    both.peer_initiates()
    both.us.wait("child_up", 2)
    both.agree()


row("Child SA deleted by pluto, and a new one in the same IKE SA")(child_deleted_by_pluto)


def ike_deleted_by_us(both: PlutoPair) -> None:
    both.up("ours")
    both.us.do("terminate", session=both.us.session()["id"])
    both.us.wait("ike_down")
    nothing_left(both)


row("IKE SA deleted by us", quick=True)(ike_deleted_by_us)


def pluto_begins_again(both: PlutoPair) -> None:
    both.up("pluto")
    both.us.do("terminate", session=both.us.session()["id"])
    both.us.wait("child_up", 2)  # who began it wants it up
    both.agree()


row("IKE SA deleted by us, pluto begins anew")(pluto_begins_again)


def ike_deleted_by_pluto(both: PlutoPair) -> None:
    both.up("ours")
    both.pluto.whack("--terminate", "--name", "peer", check=False)
    both.us.wait("ike_down")
    nothing_left(both)


row("IKE SA deleted by pluto")(ike_deleted_by_pluto)

# ---- liveness and restarts


def we_ask(both: PlutoPair) -> None:
    both.up("ours")
    before = both.us.counters()["messages_in"]
    both.us.do("probe", session=both.us.session()["id"])
    both.us.until(lambda: both.us.counters()["messages_in"] > before, "pluto answers")


row("liveness asked by us")(we_ask)


def pluto_asks(both: PlutoPair) -> None:
    both.up("ours")
    before = both.us.counters()["messages_in"]
    time.sleep(4)
    assert both.us.counters()["messages_in"] >= before + 2
    both.agree()


row("liveness asked by pluto", Terms(peer={"dpddelay": "1", "dpdtimeout": "5", "dpdaction": "clear"}))(pluto_asks)


def pluto_dies(both: PlutoPair) -> None:
    both.up("ours")
    both.pluto.kill()
    both.us.wait("ike_down", seconds=40)
    assert both.us.do("status")["status"] == []


row("pluto dies: noticed by liveness", Terms(ours={"liveness_ms": 500, "retransmit_ms": 100}))(pluto_dies)


def we_die(both: PlutoPair) -> None:
    both.up("pluto")
    both.us.process.kill()
    both.us.process.wait()
    both.pluto.until(lambda: not both.pluto.states()["child"] and not both.pluto.sas(), "pluto has noticed", 40)


row("we die: noticed by pluto's liveness",
    Terms(peer={"dpddelay": "1", "dpdtimeout": "3", "dpdaction": "clear", "retransmit-timeout": "3s"}))(we_die)


def pluto_restarts(both: PlutoPair) -> None:
    both.up("pluto")
    both.pluto.kill()
    both.peer = both.start_peer()
    both.peer_initiates()
    both.us.wait("child_up", 2)
    both.agree()


row("pluto is killed and begins anew: one IKE SA", quick=True)(pluto_restarts)


def we_restart(both: PlutoPair) -> None:
    both.up("ours")
    both.us.process.kill()
    both.us.process.wait()
    both.us = both.start_ours()
    # INITIAL_CONTACT: pluto deletes the Child SA of before, and keeps its IKE SA, empty, until that expires.
    both.empty_ike_sas = 1
    both.us.do("initiate")
    both.us.wait("child_up")
    both.agree()


row("we are killed and begin anew: one Child SA")(we_restart)
