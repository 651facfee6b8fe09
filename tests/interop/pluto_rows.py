"""The interoperability matrix with pluto: coming up and being refused, in both roles. No data goes through."""
from collections.abc import Callable

import pluto
from namespaces import ADDRESS
from pair import Terms, pair
from pluto_pair import PlutoPair
from registry import Row, Skip, register

HOSTS = (ADDRESS["A"] + "/32", ADDRESS["B"] + "/32")
PLAIN_ESP = {"ours": {"encap": False}, "peer": {"encapsulation": "auto"}}


def row(name: str, terms: Terms | None = None, quick: bool = False) -> Callable:
    def add(function: Callable[[PlutoPair], None]):
        def run(program) -> None:
            with pair(program, terms or Terms(), PlutoPair) as both:
                function(both)
        register(f"pluto: {name}", Row(run, quick, pluto.available))
        return function
    return add


def lacking(name: str, why: str) -> None:
    """A row that pluto cannot do, whatever we do."""
    def run(_program) -> None:
        raise Skip(why)
    register(f"pluto: {name}", Row(run, False, pluto.available))


def transport(**more) -> Terms:
    return Terms(mode="transport", our_ts=HOSTS, **more)


def expect(both: PlutoPair, by: str, **wanted) -> None:
    """Comes up, and our Child SA has these properties (pluto has the same ones: PlutoPair.same)."""
    both.up(by)
    child = both.us.child()
    for key, value in wanted.items():
        assert child[key] == value, f"{key} is {child[key]}, not {value}"


for by in ("ours", "pluto"):
    def bring_up(both: PlutoPair, by=by) -> None:
        both.up(by)

    row(f"psk, {by} begins", quick=True)(bring_up)
    for kind in ("rsa", "p256", "p384"):
        row(f"certificates {kind}, {by} begins", Terms(certificates=kind), quick=kind == "p256")(bring_up)
    lacking(f"certificates ed25519, {by} begins", "libreswan 4.10 has no EdDSA signatures")
    row(f"identities: addresses, {by} begins", Terms(our_id=ADDRESS["A"], their_id=ADDRESS["B"]))(bring_up)
    row(f"identities: mail, {by} begins", Terms(our_id="a@interop.test", their_id="b@interop.test", certificates="p256"))(bring_up)
    row(f"identities: distinguished names, {by} begins",
        Terms(our_id="O=Interop, CN=a.test", their_id="O=Interop, CN=b.test", certificates="p256"))(bring_up)

    # ---- algorithms
    for cipher in ("aes128gcm16-prfsha256", "aes256gcm16-prfsha384", "aes256gcm16-prfsha512", "aes128-sha256", "aes256-sha384",
                   "aes256-sha512"):
        row(f"IKE {cipher}-x25519, {by} begins", Terms(ike=cipher + "-x25519"))(bring_up)
    for group in ("ecp256", "ecp384", "ecp521", "modp2048", "modp3072", "modp4096"):
        row(f"IKE aes256gcm16-prfsha512-{group}, {by} begins", Terms(ike="aes256gcm16-prfsha512-" + group))(bring_up)

    def other_group(both: PlutoPair, by=by) -> None:
        both.up(by)
        assert "ECP_256" in both.us.session()["suite"]

    row(f"INVALID_KE_PAYLOAD, {by} begins",
        Terms(ike="aes128-sha256-ecp256" if by == "ours" else "aes128-sha256-x25519-ecp256",
              ours_ike="aes128-sha256-x25519-ecp256" if by == "ours" else "aes128-sha256-ecp256"))(other_group)

    # ---- Child SAs
    for bits in (128, 256):
        for esn in (False, True):
            for mode in ("tunnel", "transport"):
                def child_sa(both: PlutoPair, by=by, bits=bits, esn=esn, mode=mode) -> None:
                    expect(both, by, esn=esn, tunnel=mode == "tunnel", udp=True)
                    assert f"AES_GCM_16_{bits}" in both.us.child()["suite"]

                words = f"aes{bits}gcm16" + ("-esn" if esn else "")
                row(f"ESP {words} in {mode} mode, {by} begins",
                    transport(esp=words) if mode == "transport" else Terms(esp=words), quick=esn and bits == 256)(child_sa)

    def plain(both: PlutoPair, by=by) -> None:
        expect(both, by, udp=False)

    row(f"plain ESP, tunnel mode, {by} begins", Terms(**PLAIN_ESP))(plain)
    row(f"plain ESP, transport mode, ESN, {by} begins", transport(esp="aes256gcm16-esn", **PLAIN_ESP), quick=True)(plain)

    def esn_chosen(both: PlutoPair, by=by) -> None:
        expect(both, by, esn=True)

    def esn_not_chosen(both: PlutoPair, by=by) -> None:
        expect(both, by, esn=False)

    row(f"ESN: pluto takes either, we only with, {by} begins", Terms(esp="aes128gcm16-esn", peer={"esn": "either"}))(esn_chosen)
    row(f"ESN: pluto takes either, we only without, {by} begins", Terms(esp="aes128gcm16", peer={"esn": "either"}))(esn_not_chosen)
    row(f"ESN: we take either, pluto only with, {by} begins",
        Terms(esp="aes128gcm16-esn", ours_esp="aes128gcm16-esn-noesn"))(esn_chosen)

    def narrowed(both: PlutoPair, by=by) -> None:
        expect(both, by, local_ts="10.1.7.0/24", remote_ts="10.2.0.0/16")

    row(f"narrowed by {'pluto' if by == 'ours' else 'us'}",
        Terms(peer={"narrowing": "yes"}, **({"their_ts": ("10.2.0.0/16", "10.1.7.0/24")} if by == "ours"
                                            else {"our_ts": ("10.1.7.0/24", "10.2.0.0/16")})))(narrowed)

    # ---- messages in pieces
    def fragments(both: PlutoPair, by=by) -> None:
        both.pluto.whack("--debug", "base")  # else it says nothing of fragments
        both.up(by)
        for words in ("received IKE encrypted fragment", "recording fragment 2"):
            assert words in both.pluto.log(), f"not in pluto's log: {words}"

    # Keys of 4,096 bits: pluto's own messages are fragmented only when they need it.
    row(f"fragments of certificates, {by} begins", Terms(certificates="rsa4096", ours={"fragment_octets": 572}))(fragments)

    # ---- refusals
    def wrong_secret(both: PlutoPair, by=by) -> None:
        if by == "ours":
            both.us.do("initiate")
        else:
            both.peer_initiates()
        both.us.wait("ike_failed")
        both.us.until(lambda: not both.us.do("status")["status"], "we have nothing left")
        both.us.until(lambda: not both.pluto.states()["ike"] and not both.pluto.states()["child"], "pluto has nothing up")
        assert not both.pluto.sas()

    row(f"a wrong secret, {by} begins", Terms(psk="another one"))(wrong_secret)

    def no_ike_proposal(both: PlutoPair, by=by) -> None:
        if by == "ours":
            both.us.do("initiate")
            # Not at once: anybody could have sent the refusal (RFC 7296 2.21.1).
            assert "NO_PROPOSAL_CHOSEN" in both.us.wait("ike_failed", seconds=40)["text"]
        else:
            both.peer_initiates()
            both.us.until(lambda: "NO_PROPOSAL_CHOSEN" in both.pluto.log(), "pluto is told")
        assert not both.us.do("status")["status"] and not both.pluto.states()["ike"]

    row(f"NO_PROPOSAL_CHOSEN for the IKE SA, {by} begins",
        Terms(ike="aes128-sha256-x25519", ours_ike="aes256-sha384-x25519", ours={"retransmit_ms": 50}))(no_ike_proposal)

    def no_proposal(both: PlutoPair, by=by) -> None:
        if by == "ours":
            both.us.do("initiate")
        else:
            both.peer_initiates()
        both.us.wait("child_failed")
        assert both.us.session()["state"] == "established"
        assert not both.pluto.sas()

    row(f"NO_PROPOSAL_CHOSEN for the Child SA, {by} begins", Terms(esp="aes128gcm16", ours_esp="aes256gcm16"))(no_proposal)

    def esn_wanted(both: PlutoPair, by=by) -> None:
        no_proposal(both, by)

    row(f"NO_PROPOSAL_CHOSEN for want of ESN, {by} begins", Terms(esp="aes128gcm16-esn", ours_esp="aes128gcm16"))(esn_wanted)


def our_cookies(both: PlutoPair) -> None:
    both.up("pluto")
    assert both.us.counters()["cookies_asked"] >= 1


row("cookies that we ask for", Terms(ours={"cookie_threshold": 0}))(our_cookies)


def their_cookies(both: PlutoPair) -> None:
    both.pluto.whack("--ddos-busy")
    both.us.do("initiate")
    both.us.wait("child_up")
    both.agree()
    # Two more messages than without: the refusal and the request with its cookie.
    assert both.us.counters()["messages_out"] >= 3 and both.us.counters()["messages_in"] >= 3


row("cookies that pluto asks for", quick=True)(their_cookies)
