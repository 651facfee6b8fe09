"""Our end and a peer, both up, with a connection that each knows; the peer here is charon."""
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from charon import Charon
from namespaces import ADDRESS, NET, two_namespaces
from ours import Ours
from pki import Pki
from registry import Skip

PSK = "a secret that both ends know"


@dataclass
class Terms:
    ike: str = "aes128-sha256-x25519"
    esp: str = "aes128gcm16"
    ours_ike: str | None = None  # where the two differ
    ours_esp: str | None = None
    our_id: str = "a.test"
    their_id: str = "b.test"
    psk: str | None = None  # theirs, where it differs
    certificates: str | None = None  # kind of key
    our_ts: tuple = (NET["A"], NET["B"])
    their_ts: tuple = (NET["B"], NET["A"])
    mode: str = "tunnel"
    peer: dict = field(default_factory=dict)  # settings of pluto's
    charon_options: str = ""
    connection_options: str = ""
    child_options: str = ""
    ours: dict = field(default_factory=dict)
    delay_ms: int = 0  # of the wire, each way


@lru_cache
def pki_of(kind: str) -> Pki:
    """One for all rows: RSA keys take their time."""
    _FOLDERS.append(tempfile.TemporaryDirectory())
    return Pki(Path(_FOLDERS[-1].name) / "pki", kind)


_FOLDERS: list = []  # gone with the run


class Pair:
    """What a kind of peer adds: start_peer, peer_initiates, same."""

    def __init__(self, program: Path, names: dict, folder: Path, terms: Terms):
        self.program, self.names, self.folder, self.terms = program, names, folder, terms
        self.pki = pki_of(terms.certificates) if terms.certificates else None
        self.round = 0
        self.peer = self.start_peer()
        try:
            self.us = self.start_ours()
        except BaseException:
            self.peer.close()
            raise

    def _folder(self, what: str) -> Path:
        self.round += 1
        folder = self.folder / f"{what}{self.round}"
        folder.mkdir()
        return folder

    def start_ours(self) -> Ours:
        t = self.terms
        config = {"local": ADDRESS["A"], "remote": ADDRESS["B"], "local_id": t.our_id, "remote_id": t.their_id, "ike": t.ours_ike or t.ike,
                  "encap": True, "retransmit_ms": 500, **(self.pki.ours() if self.pki else {"psk": PSK}),
                  "children": [{"name": "net", "mode": t.mode, "local_ts": [t.our_ts[0]], "remote_ts": [t.our_ts[1]],
                                "esp": t.ours_esp or t.esp}], **t.ours}
        return Ours(self.program, self.names["A"], self._folder("ours"), config)

    def up(self, by: str) -> None:
        """One IKE SA and one Child SA, begun by 'ours' or by the peer, the same at both ends."""
        if by == "ours":
            self.us.do("initiate")
        else:
            self.peer_initiates()
        self.us.wait("child_up")
        self.agree()

    def agree(self) -> None:
        """Both ends have the same one Child SA."""
        self.us.until(self.same, "both ends with the same single pair")
        status = self.us.do("status")
        assert not status["complaints"], status["complaints"]

    def close(self) -> None:
        self.us.close()
        self.peer.close()


class CharonPair(Pair):
    kind = Charon

    @property
    def charon(self) -> Charon:
        return self.peer

    def start_peer(self) -> Charon:
        t = self.terms
        how = "auth = pubkey\n    certs = b.pem" if self.pki else "auth = psk"
        proof = "auth = pubkey" if self.pki else "auth = psk"
        connection = f"""peer {{ version = 2
  local_addrs = {ADDRESS['B']}
  remote_addrs = {ADDRESS['A']}
  proposals = {t.ike}
  encap = yes
  {t.connection_options}
  local {{ {how}
    id = {t.their_id} }}
  remote {{ {proof}
    id = {t.our_id} }}
  children {{ net {{ local_ts = {t.their_ts[0]}
    remote_ts = {t.their_ts[1]}
    esp_proposals = {t.esp}
    mode = {t.mode}
    {t.child_options} }} }} }}"""
        secrets = "" if self.pki else f'ike-1 {{ secret = "{t.psk or PSK}" }}'
        return self.kind(self.names["B"], self._folder("charon"), connection, secrets, t.charon_options,
                      self.pki.charons() if self.pki else None)

    def peer_initiates(self) -> None:
        self.charon.ctl("--initiate", "--child", "net", check=False)

    def same(self) -> bool:
        session = self.us.session()
        children = [c for c in session["children"] if c["state"] == "installed"]
        if len(children) != 1:
            return False
        sas = self.charon.sas()
        spis = (f"in  {children[0]['spi_out']:08x}", f"out {children[0]['spi_in']:08x}")
        return (sas.count("ESTABLISHED") == 1 and sas.count("INSTALLED") == 1 and session["spi_i"] in sas
                and session["spi_r"] in sas and all(spi in sas for spi in spis))


@contextmanager
def pair(program: Path, terms: Terms, kind: type[Pair] = CharonPair):
    with two_namespaces(terms.delay_ms) as names, tempfile.TemporaryDirectory() as folder:
        both = kind(program, names, Path(folder), terms)
        try:
            yield both
        except Skip:
            raise
        except BaseException as error:
            log = both.peer.log()
            raise AssertionError(f"{error}\n--- the peer's last words\n{log[-2500:]}") from error
        finally:
            both.close()
