"""The interoperability matrix with charon: one function a row, or a family of rows."""
import threading
import time

import charon
from pair import CharonPair as Pair
from pair import Terms, pair
from registry import Row, register


def row(name: str, terms: Terms | None = None, quick: bool = False):
    def add(function):
        def run(program):
            with pair(program, terms or Terms()) as both:
                function(both)
        register(f"charon: {name}", Row(run, quick, charon.available))
        return function
    return add


def charon_rekeys(both: Pair, what: str) -> None:
    both.charon.ctl("--rekey", *(("--child", "net") if what == "child" else ("--ike", "peer")))


def we_rekey(both: Pair, what: str) -> None:
    session = both.us.session()
    if what == "child":
        both.us.do("rekey_child", session=session["id"], child=both.us.child()["id"])
    else:
        both.us.do("rekey_ike", session=session["id"])


# ---- coming up

for by in ("ours", "charon"):
    def bring_up(both: Pair, by=by) -> None:
        both.up(by)

    row(f"psk, {by} begins", quick=True)(bring_up)
    for kind in ("rsa", "p256", "p384", "ed25519"):
        row(f"certificates {kind}, {by} begins", Terms(certificates=kind), quick=kind == "p256")(bring_up)
    row(f"identities: addresses, {by} begins", Terms(our_id="192.0.2.1", their_id="192.0.2.2"))(bring_up)
    row(f"identities: mail, {by} begins", Terms(our_id="a@interop.test", their_id="b@interop.test", certificates="p256"))(bring_up)
    row(f"identities: distinguished names, {by} begins",
        Terms(our_id="O=Interop, CN=a.test", their_id="O=Interop, CN=b.test", certificates="p256"))(bring_up)

    for cipher in ("aes128gcm16-prfsha256", "aes256gcm16-prfsha384", "aes128-sha256", "aes256-sha384", "aes256-sha512"):
        row(f"IKE {cipher}-x25519, {by} begins", Terms(ike=cipher + "-x25519"))(bring_up)
    for group in ("ecp256", "ecp384", "ecp521", "modp2048", "modp3072", "modp4096"):
        row(f"IKE aes256gcm16-prfsha512-{group}, {by} begins", Terms(ike="aes256gcm16-prfsha512-" + group))(bring_up)
    row(f"ESP aes256gcm16, {by} begins", Terms(esp="aes256gcm16"))(bring_up)

    def fragments(both: Pair, by=by) -> None:
        both.up(by)
        assert "fragment" in both.charon.log(), "nothing was fragmented"

    row(f"fragments of certificates, {by} begins",
        Terms(certificates="rsa", charon_options="fragment_size = 600", connection_options="fragmentation = yes",
              ours={"fragment_octets": 572}), quick=by == "ours")(fragments)

    def other_group(both: Pair, by=by) -> None:
        both.up(by)
        assert "ECP_256" in both.us.session()["suite"]

    row(f"INVALID_KE_PAYLOAD, {by} begins",
        Terms(ike="aes128-sha256-ecp256" if by == "ours" else "aes128-sha256-x25519-ecp256",
              ours_ike="aes128-sha256-x25519-ecp256" if by == "ours" else "aes128-sha256-ecp256"))(other_group)

    def narrowed(both: Pair, by=by) -> None:
        both.up(by)
        child = both.us.child()
        assert child["local_ts"] == "10.1.7.0/24" and child["remote_ts"] == "10.2.0.0/16", child

    row(f"narrowed by {'charon' if by == 'ours' else 'us'}",
        Terms(their_ts=("10.2.0.0/16", "10.1.7.0/24")) if by == "ours" else Terms(our_ts=("10.1.7.0/24", "10.2.0.0/16")))(narrowed)

    def wrong_secret(both: Pair, by=by) -> None:
        if by == "ours":
            both.us.do("initiate")
        else:
            both.charon.ctl("--initiate", "--ike", "peer", check=False)
        both.us.wait("ike_failed")
        both.us.until(lambda: not both.us.do("status")["status"] and "peer" not in both.charon.sas(), "nothing is left")

    row(f"a wrong secret, {by} begins", Terms(psk="another one"))(wrong_secret)

    def no_proposal(both: Pair, by=by) -> None:
        if by == "ours":
            both.us.do("initiate")
        else:
            both.charon.ctl("--initiate", "--child", "net", check=False)
        both.us.wait("child_failed")
        assert both.us.session()["state"] == "established"
        assert "ESTABLISHED" in both.charon.sas()

    row(f"NO_PROPOSAL_CHOSEN for the Child SA leaves the IKE SA, {by} begins",
        Terms(esp="aes128gcm16", ours_esp="aes256gcm16"))(no_proposal)


def cookies(both: Pair) -> None:
    both.up("charon")
    assert both.us.counters()["cookies_asked"] >= 1


row("cookies that we ask for", Terms(ours={"cookie_threshold": 0}), quick=True)(cookies)

# ---- what libipsec refuses: the IKE SA stays

def esn_refused(both: Pair) -> None:
    both.us.do("initiate")
    both.us.wait("child_failed")
    assert both.us.session()["state"] == "established"


row("ESN refused by libipsec leaves the IKE SA", Terms(esp="aes128gcm16-esn"))(esn_refused)

# ---- rekeys

for who, rekey in (("ours", we_rekey), ("charon", charon_rekeys)):
    for pfs in ("", "-x25519", "-ecp256", "-ecp384", "-ecp521", "-modp2048", "-modp3072", "-modp4096"):
        def rekey_child(both: Pair, who=who, rekey=rekey) -> None:
            both.up("ours")
            for times in range(1, 4):
                rekey(both, "child")
                both.us.wait("child_rekeyed", times)
                both.agree()
            assert both.us.counters()["child_rekeys_" + ("ours" if who == "ours" else "peers")] == 3

        row(f"Child SA rekeyed three times by {who}, PFS {pfs[1:] or 'none'}", Terms(esp="aes128gcm16" + pfs),
            quick=pfs == "-x25519")(rekey_child)

    def rekey_ike(both: Pair, who=who, rekey=rekey) -> None:
        both.up("charon" if who == "ours" else "ours")
        for times in range(1, 4):
            rekey(both, "ike")
            both.us.wait("ike_rekeyed", times)
            both.agree()
        # Its children are rekeyed on it from both sides.
        we_rekey(both, "child")
        both.us.wait("child_rekeyed", 1)
        both.agree()
        charon_rekeys(both, "child")
        both.us.wait("child_rekeyed", 2)
        both.agree()

    row(f"IKE SA rekeyed three times by {who}, then its Child SA by both", quick=who == "ours")(rekey_ike)


# The wire is slow, so that each end has begun before it hears of the other.
SLOW = {"delay_ms": 100, "ours": {"retransmit_ms": 2000}}


def both_rekey(both: Pair, what: str, peer_rekeys=charon_rekeys) -> None:
    """Ours goes out when the peer's has and has not come yet: nobody is asked before he has asked."""
    def requests() -> int:
        return both.peer.log().count("CREATE_CHILD_SA request")

    before = requests()
    peer = threading.Thread(target=peer_rekeys, args=(both, what))
    peer.start()
    end = time.monotonic() + 10
    while requests() == before and time.monotonic() < end:
        time.sleep(0.002)
    we_rekey(both, what)
    peer.join()
    time.sleep(2.5)


def child_collisions(both: Pair) -> None:
    both.up("ours")
    for _ in range(5):
        both_rekey(both, "child")
        both.agree()
    assert both.us.counters()["child_collisions"] >= 1, both.us.counters()


row("Child SA rekeyed from both sides at once, five times", Terms(**SLOW))(child_collisions)


def ike_collisions(both: Pair) -> None:
    both.up("ours")
    for _ in range(3):
        both_rekey(both, "ike")
        both.agree()
    assert both.us.counters()["ike_collisions"] >= 1, both.us.counters()


row("IKE SA rekeyed from both sides at once, three times", Terms(**SLOW))(ike_collisions)

# ---- ends


def child_deleted_by_us(both: Pair) -> None:
    both.up("ours")
    both.us.do("delete_child", session=both.us.session()["id"], child=both.us.child()["id"])
    both.us.until(lambda: "INSTALLED" not in both.charon.sas() and not both.us.session()["children"], "no Child SA is left")
    both.us.do("initiate_child", session=both.us.session()["id"], child="net")
    both.us.wait("child_up", 2)
    both.agree()


row("Child SA deleted by us, and a new one in the same IKE SA")(child_deleted_by_us)


def child_deleted_by_charon(both: Pair) -> None:
    both.up("ours")
    both.charon.ctl("--terminate", "--child", "net")
    both.us.wait("child_down")
    assert not both.us.session()["children"]
    both.charon.ctl("--initiate", "--child", "net")
    both.us.wait("child_up", 2)
    both.agree()


row("Child SA deleted by charon, and a new one in the same IKE SA")(child_deleted_by_charon)


def ike_deleted_by_us(both: Pair) -> None:
    both.up("charon")
    both.us.do("terminate", session=both.us.session()["id"])
    both.us.wait("ike_down")
    both.us.until(lambda: "peer" not in both.charon.sas(), "charon has none")


row("IKE SA deleted by us", quick=True)(ike_deleted_by_us)


def ike_deleted_by_charon(both: Pair) -> None:
    both.up("ours")
    both.charon.ctl("--terminate", "--ike", "peer")
    both.us.wait("ike_down")
    assert not both.us.do("status")["status"]


row("IKE SA deleted by charon")(ike_deleted_by_charon)

# ---- liveness and restarts


def we_ask(both: Pair) -> None:
    both.up("ours")
    before = both.us.counters()["messages_in"]
    both.us.do("probe", session=both.us.session()["id"])
    both.us.until(lambda: both.us.counters()["messages_in"] > before, "charon answers")


row("liveness asked by us")(we_ask)


def charon_asks(both: Pair) -> None:
    both.up("ours")
    before = both.us.counters()["messages_in"]
    time.sleep(4)
    assert both.us.counters()["messages_in"] >= before + 2
    both.agree()


row("liveness asked by charon", Terms(connection_options="dpd_delay = 1"))(charon_asks)


def charon_dies(both: Pair) -> None:
    both.up("ours")
    both.charon.process.kill()
    both.charon.process.wait()
    both.us.wait("ike_down", seconds=40)
    assert both.us.do("status")["status"] == []


row("charon dies: noticed by liveness", Terms(ours={"liveness_ms": 500, "retransmit_ms": 100}))(charon_dies)


def charon_restarts(both: Pair) -> None:
    both.up("charon")
    both.charon.process.kill()
    both.charon.process.wait()
    both.peer = both.start_peer()
    both.charon.ctl("--initiate", "--child", "net")
    both.us.wait("child_up", 2)
    both.agree()


row("charon is killed and begins anew: one IKE SA", quick=True)(charon_restarts)


def we_restart(both: Pair) -> None:
    both.up("ours")
    both.us.process.kill()
    both.us.process.wait()
    both.us = both.start_ours()
    both.us.do("initiate")
    both.us.wait("child_up")
    both.agree()


row("we are killed and begin anew: one IKE SA")(we_restart)
