"""strongSwan's charon in a namespace, as Debian packages it, with kernel-libipsec for its SAs."""
import os
import subprocess
import time
from pathlib import Path

CHARON = "/usr/lib/ipsec/charon"
SWANCTL = "/usr/sbin/swanctl"
PLUGINS = ("random nonce openssl aes sha1 sha2 hmac kdf gcm aesni curve25519 gmp drbg pem pkcs1 pkcs8 x509 pubkey constraints "
           "revocation kernel-libipsec kernel-netlink socket-default vici counters updown")


def available() -> str | None:
    """Why it cannot run here; None when it can."""
    for path in (CHARON, SWANCTL, "/dev/net/tun"):
        if not Path(path).exists():
            return f"{path} is missing"
    if os.geteuid() != 0:
        return "network namespaces need root"
    return None


class Charon:
    def __init__(self, namespace: str, folder: Path, connection: str, secrets: str, options: str = "", files: dict | None = None,
                 logs: bool = True):
        """connection, secrets: the insides of swanctl.conf's sections. files: credentials by folder ("x509", ...)."""
        log = f"""filelog {{ log {{ path = {folder}/charon/log
    default = 1
    ike = 2
    enc = 1
    cfg = 2
    flush_line = yes }} }}""" if logs else "syslog { daemon { default = -1 }\n    auth { default = -1 } }"
        self.folder = folder / "charon"
        (self.folder / "run").mkdir(parents=True)
        self.write_configuration(connection, secrets, files)
        self.socket = self.folder / "vici"
        self.uri, self.enter = f"unix://{self.socket}", []
        (self.folder / "strongswan.conf").write_text(f"""
charon {{
  load = {PLUGINS}
  port = 500
  port_nat_t = 4500
  install_routes = no
  retransmit_timeout = 1.0
  retransmit_tries = 6
  delete_rekeyed_delay = 1
  {options}
  {log}
  plugins {{ kernel-libipsec {{ allow_peer_ts = yes }}
    vici {{ socket = unix://{self.socket} }} }}
}}
swanctl {{ load = random openssl pem pkcs1 pkcs8 x509 pubkey
  plugins {{ vici {{ socket = unix://{self.socket} }} }} }}
""")
        # Its pid file is /run/charon.pid: a mount of our own, in the namespace's private mounts.
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, "env", f"STRONGSWAN_CONF={self.folder}/strongswan.conf", "bash", "-c",
             f"mount --bind {self.folder}/run /run && exec {CHARON}"],
            stdin=subprocess.DEVNULL, stdout=(self.folder / "out").open("w"), stderr=subprocess.STDOUT)
        self._await(self.socket.exists, "charon did not start")
        self.ctl("--load-all")

    def write_configuration(self, connection: str, secrets: str, files: dict | None) -> None:
        """What swanctl loads from here."""
        config = self.folder / "swanctl"
        for name in ("conf.d", "x509", "x509ca", "private", "ecdsa", "rsa", "pkcs8"):
            (config / name).mkdir(parents=True)
        for name, source in (files or {}).items():
            for path in source:
                (config / name / Path(path).name).write_bytes(Path(path).read_bytes())
        (config / "swanctl.conf").write_text(f"connections {{\n{connection}\n}}\nsecrets {{\n{secrets}\n}}\n")

    def _await(self, condition, what: str, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end and self.process.poll() is None, f"{what}: {(self.folder / 'out').read_text()[-800:]}"
            time.sleep(0.05)

    def ctl(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            [*self.enter, SWANCTL, *words, "--uri", self.uri], text=True, capture_output=True, timeout=60,
            env={**os.environ, "SWANCTL_DIR": str(self.folder / "swanctl"), "STRONGSWAN_CONF": str(self.folder / "strongswan.conf")})
        assert done.returncode == 0 or not check, f"swanctl {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def sas(self) -> str:
        return self.ctl("--list-sas")

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
