"""Our end and pluto, both up, with a connection that each knows."""
from namespaces import ADDRESS
from pair import PSK, Pair
from pluto import Pluto, esp, identity, ike


class PlutoPair(Pair):
    """What CharonPair is with charon. Terms.peer: lines of the 'conn' that differ."""

    empty_ike_sas = 0  # that pluto is known to keep

    @property
    def pluto(self) -> Pluto:
        return self.peer

    def start_peer(self) -> Pluto:
        t = self.terms
        connection = {
            "left": ADDRESS["B"], "leftid": identity(t.their_id), "right": ADDRESS["A"], "rightid": identity(t.our_id),
            "ikev2": "insist", "authby": "secret", "ike": ike(t.ike), "esp": esp(t.esp), "type": t.mode,
            "pfs": "yes" if ";" in esp(t.esp) else "no", "esn": "yes" if "esn" in t.esp.split("-") else "no",
            "encapsulation": "yes", "mobike": "no", "leftupdown": "%disabled", "auto": "ignore", "keyingtries": "1",
            "initial-contact": "yes",
            "retransmit-interval": "500", "retransmit-timeout": "10s"}
        if t.mode == "tunnel":
            connection |= {"leftsubnet": t.their_ts[0], "rightsubnet": t.their_ts[1]}
        if self.pki:
            # Signatures of one kind only, so that the row says which.
            connection |= {"authby": "rsa-sha2" if t.certificates.startswith("rsa") else "ecdsa", "leftcert": "b", "leftsendcert": "always",
                           "rightca": "%same"}
        secrets = "" if self.pki else f'{connection["leftid"]} {connection["rightid"]} : PSK "{t.psk or PSK}"'
        return Pluto(self.names["B"], self._folder("pluto"), connection | t.peer, secrets, self.pki.plutos() if self.pki else None)

    def peer_initiates(self) -> None:
        self.pluto.whack("--initiate", "--name", "peer", "--asynchronous", check=False)

    def same(self) -> bool:
        """SPIs, keys, ESN, mode and encapsulation are the same at both ends, and there is one of each."""
        session = self.us.session()
        children = [c for c in session["children"] if c["state"] == "installed"]
        states, sas = self.pluto.states(), self.pluto.sas()
        if len(states["ike"]) - 1 > self.empty_ike_sas or len(sas) != 2:
            return False
        if len(children) != 1 or len(states["child"]) != 1 or len(states["spis"]) != 1:
            return False
        # Not "newest": after a collision pluto calls no IKE SA that.
        if not any(f"IKE SA {line.split()[1].rstrip(':')};" in states["child"][0] for line in states["ike"]):
            return False
        ours = children[0]
        for spi, key, to in ((ours["spi_in"], ours["key_in"], ADDRESS["A"]), (ours["spi_out"], ours["key_out"], ADDRESS["B"])):
            theirs = sas.get(spi)
            if theirs is None or f"esp.{spi:x}@{to}" not in states["spis"][0]:
                return False
            told = (theirs["to"], theirs["mode"], theirs["esn"], theirs["aead"], theirs["aead_key"], "udp" in theirs)
            mode = "tunnel" if ours["tunnel"] else "transport"
            meant = (to, mode, ours["esn"], "rfc4106(gcm(aes))", key, ours["udp"])
            assert told == meant, f"of SPI {spi:x} pluto says {told}, we {meant}"
        return True
