"""Libreswan's pluto in a namespace, from Debian's package unpacked under build/, behind xfrm_ack_shim: its SAs carry nothing."""
import json
import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNPACKED = ROOT / "build/interop/libreswan"  # by tools/dev/interop.sh: the package conflicts with strongSwan's
PROGRAMS = UNPACKED / "usr/libexec/ipsec"
SHIM = ROOT / "build/release/lib/libxfrm_ack_shim.so"

# Our notation, as far as pluto's differs.
WORDS = {"sha256": "sha2_256", "sha384": "sha2_384", "sha512": "sha2_512", "x25519": "dh31", "ecp256": "dh19", "ecp384": "dh20",
         "ecp521": "dh21", "modp2048": "dh14", "modp3072": "dh15", "modp4096": "dh16", "aes128gcm16": "aes_gcm128",
         "aes256gcm16": "aes_gcm256"}
GROUPS = ("dh",)


def available() -> str | None:
    """Why it cannot run here; None when it can."""
    for path in (PROGRAMS / "pluto", SHIM, Path("/usr/bin/certutil"), Path("/usr/bin/pk12util")):
        if not path.exists():
            return f"{path} is missing"
    if os.geteuid() != 0:
        return "network namespaces need root"
    return None


def translate(words: str) -> tuple[list[str], list[str]]:
    """Algorithms and groups of one of our proposals in pluto's names."""
    names = [WORDS.get(word, word) for word in words.replace("prf", "").split("-") if word not in ("esn", "noesn")]
    return [n for n in names if not n.startswith(GROUPS)], [n for n in names if n.startswith(GROUPS)]


def ike(words: str) -> str:
    algorithms, groups = translate(words)
    return "-".join(algorithms) + ";" + "+".join(groups)


def esp(words: str) -> str:
    algorithms, groups = translate(words)
    return "-".join(algorithms) + (";" + "+".join(groups) if groups else "")


def identity(text: str) -> str:
    """A name is not to be looked up."""
    if "=" in text:
        return f'"{text}"'
    return text if "@" in text or text[0].isdigit() else "@" + text


class Pluto:
    def __init__(self, namespace: str, folder: Path, connection: dict, secrets: str, files: dict | None = None):
        """connection: the lines of its 'conn'. files: credentials, {"p12": ..., "ca": ...}."""
        self.folder = folder / "pluto"
        for name in ("run", "nss", "ipsec.d"):
            (self.folder / name).mkdir(parents=True)
        self.journal = self.folder / "journal"
        (self.folder / "secrets").write_text(secrets + "\n")
        settings = {"logfile": "log", "nssdir": "nss", "ipsecdir": "ipsec.d", "secretsfile": "secrets", "dumpdir": "run"}
        (self.folder / "conf").write_text(
            "config setup\n" + "".join(f"  {key}={self.folder / value}\n" for key, value in settings.items())
            + "conn peer\n" + "".join(f"  {key}={value}\n" for key, value in connection.items()))
        database = f"sql:{self.folder}/nss"
        self._run("certutil", "-N", "-d", database, "--empty-password")
        if files:
            self._run("certutil", "-A", "-d", database, "-n", "ca", "-t", "CT,,", "-i", str(files["ca"]))
            self._run("pk12util", "-i", str(files["p12"]), "-d", database, "-K", "", "-W", "interop")
        # It starts /usr/libexec/ipsec/addconn by that path: a mount of our own, in the namespace's private mounts.
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, "env", f"XFRM_JOURNAL={self.journal}", "bash", "-c",
             f"mount --bind {UNPACKED}/usr/libexec /usr/libexec && LD_PRELOAD={SHIM} exec {PROGRAMS}/pluto --nofork "
             f"--config {self.folder}/conf --rundir {self.folder}/run"],
            stdin=subprocess.DEVNULL, stdout=(self.folder / "out").open("w"), stderr=subprocess.STDOUT)
        self.control = self.folder / "run/pluto.ctl"
        self.until(self.control.exists, "pluto did not start")
        self.until(lambda: "State Information" in self.whack("--status", check=False), "pluto does not answer")
        self._run(str(PROGRAMS / "addconn"), "--config", str(self.folder / "conf"), "--ctlsocket", str(self.control), "peer")
        assert "added IKEv2 connection" in self.log(), f"pluto does not take the connection: {self.log()[-800:]}"
        self.whack("--listen")

    @staticmethod
    def _run(*words: str) -> str:
        done = subprocess.run(words, text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def until(self, condition, what: str, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end and self.process.poll() is None, f"{what}: not within {seconds} s: {self.log()[-800:]}"
            time.sleep(0.05)

    def whack(self, *words: str, check: bool = True) -> str:
        done = subprocess.run([PROGRAMS / "whack", "--ctlsocket", str(self.control), *words], text=True, capture_output=True, timeout=60)
        assert done.returncode == 0 or not check, f"whack {words}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def states(self) -> dict[str, list[str]]:
        """Its lines: "ike" and "child" on SAs that are up, "spis" on what Child SAs have in the kernel, and "all"."""
        lines = self.whack("--showstates").splitlines()
        return {"ike": [line for line in lines if "STATE_V2_ESTABLISHED_IKE_SA" in line],
                "child": [line for line in lines if "STATE_V2_ESTABLISHED_CHILD_SA" in line],
                "spis": [line for line in lines if " esp." in line], "all": [line for line in lines if "#" in line]}

    def sas(self) -> dict[int, dict]:
        """What is in its kernel, by SPI, as the shim was told."""
        there: dict[int, dict] = {}
        for line in self.journal.read_text().splitlines() if self.journal.exists() else ():
            entry = json.loads(line)
            if entry["sa"] == "put":
                there[entry["spi"]] = entry
            else:
                there.pop(entry["spi"], None)
        return there

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else (self.folder / "out").read_text(errors="replace")

    def kill(self) -> None:
        """At once, without a word to the peer."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
