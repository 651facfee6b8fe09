"""strongSwan's charon on a Linux kernel of its own: Debian's 6.1 in QEMU (TCG), whose ESP is what we talk to."""
import re
import socket
import subprocess
import time
from pathlib import Path

import charon
import guest_image
from namespaces import ADDRESS, ip

QEMU = "/usr/bin/qemu-system-x86_64"
HELPER = "192.0.2.3"  # the namespace's own address, for swanctl; never in a Child SA


def available() -> str | None:
    """Why it cannot run here; None when it can."""
    if not Path(QEMU).exists():
        return f"{QEMU} is missing"
    return guest_image.available() or charon.available()


class GuestCharon(charon.Charon):
    def __init__(self, namespace: str, folder: Path, connection: str, secrets: str, options: str = "", files: dict | None = None):
        self.folder = folder / "guest"
        self.folder.mkdir()
        self.write_configuration(connection, secrets, files)
        (self.folder / "strongswan.conf").write_text("swanctl { load = random openssl pem pkcs1 pkcs8 x509 pubkey }\n")
        self.uri, self.enter = f"tcp://{ADDRESS['B']}:4502", ["ip", "netns", "exec", namespace]
        self._wire(namespace)
        guest_image.make(self.folder / "initrd", f"""
charon {{
  load = {' '.join(guest_image.PLUGINS)}
  install_routes = no
  retransmit_timeout = 1.0
  retransmit_tries = 6
  delete_rekeyed_delay = 1
  {options}
  filelog {{ log {{ path = /dev/ttyS0
    default = 1
    ike = 2
    flush_line = yes }} }}
  plugins {{ vici {{ socket = tcp://0.0.0.0:4502 }} }}
}}
""")
        shell = self.folder / "shell"
        # no_timer_check: on a busy machine the emulated timer is late, which the kernel takes for a broken one and panics.
        # -accel tcg: KVM is there on some machines and does not work in all of them.
        self.process = subprocess.Popen(
            [*self.enter, QEMU, "-accel", "tcg", "-cpu", "max", "-m", "256", "-nographic", "-nodefaults", "-no-reboot",
             "-kernel", str(guest_image.kernel()), "-initrd", str(self.folder / "initrd"), "-append", "console=ttyS0 quiet panic=-1 no_timer_check",
             "-netdev", "tap,id=net,ifname=tap,script=no,downscript=no", "-device", "virtio-net-pci,netdev=net,romfile=",
             "-serial", f"file:{self.folder}/console", "-chardev", f"socket,path={shell},server=on,wait=off,id=shell", "-serial", "chardev:shell"],
            stdin=subprocess.DEVNULL, stdout=(self.folder / "out").open("w"), stderr=subprocess.STDOUT)
        try:
            self._await(shell.exists, "QEMU did not start")
            self.shell = socket.socket(socket.AF_UNIX)
            self.shell.connect(str(shell))
            self._hear(b"guest is up\n", 240)
            self.run("/usr/lib/ipsec/charon </dev/null >/dev/ttyS0 2>&1 &")
            self._await(lambda: "uptime" in self.ctl("--stats", check=False), "charon does not answer", 60)
            self.ctl("--load-all")
        except BaseException:
            self.close()
            raise

    def _wire(self, namespace: str) -> None:
        """The guest has the address that was the namespace's, on the same wire."""
        for words in (("addr", "flush", "dev", "wire"), ("addr", "del", "10.2.0.1/32", "dev", "lo"), ("link", "add", "bridge", "type", "bridge"),
                      ("tuntap", "add", "tap", "mode", "tap"), ("link", "set", "tap", "master", "bridge", "up"),
                      ("link", "set", "wire", "master", "bridge"), ("link", "set", "bridge", "up"),
                      ("addr", "add", f"{HELPER}/24", "dev", "bridge")):
            ip("-n", namespace, *words)

    def _hear(self, end: bytes, seconds: float) -> bytes:
        heard, until = b"", time.monotonic() + seconds
        while end not in heard:
            self.shell.settimeout(max(0.01, until - time.monotonic()))
            try:
                part = self.shell.recv(4096)
            except TimeoutError:
                part = b""
            assert part, f"the guest is silent after {heard[-300:]!r}: {self.log()[-800:]}"
            heard += part
        return heard

    def run(self, line: str) -> str:
        """What a line of shell prints in the guest."""
        self.shell.sendall(line.encode() + b"\n")
        heard = b""
        while not re.search(rb"-- \d+\n", heard):
            heard += self._hear(b"\n", 30)
        return heard.decode()

    def states(self) -> dict[int, str]:
        """What its kernel says of each SA, by SPI."""
        text = self.run("/iproute2 -s xfrm state")
        return {int(re.search(r"spi (0x[0-9a-f]+)", part)[1], 16): part for part in re.split(r"(?m)^(?=src )", text) if "spi 0x" in part}

    def log(self) -> str:
        path = self.folder / "console"
        return path.read_text(errors="replace") if path.exists() else (self.folder / "out").read_text(errors="replace")

    def close(self) -> None:
        self.process.kill()  # there is nothing in it to save
        self.process.wait()
