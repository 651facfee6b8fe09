"""An initial RAM file system for a guest: busybox, the kernel modules for ESP, and charon of this machine with its libraries."""
import gzip
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KERNEL = ROOT / "build/interop/linux"  # unpacked by tools/dev/interop.sh, as is the other one
BUSYBOX = ROOT / "build/interop/busybox/bin/busybox"
# What others ask for by name when they start stands before them: SHA-3 before jitterentropy, CTR before drbg.
MODULES = ("virtio_pci", "virtio_net", "sha3_generic", "sha512_generic", "jitterentropy_rng", "ctr", "drbg", "ghash_generic", "gcm", "seqiv",
           "echainiv", "authenc", "xfrm_user", "esp4")
PLUGINS = ("random", "nonce", "openssl", "kernel-netlink", "socket-default", "vici", "counters", "pem", "pkcs1", "pkcs8", "x509", "pubkey",
           "constraints", "kdf")
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod $module; done </modules
ip link set lo up
ip addr add 10.2.0.1/32 dev lo
ip link set eth0 up
ip addr add 192.0.2.2/24 dev eth0
ip route add 10.1.0.0/16 via 192.0.2.1 src 10.2.0.1
exec </dev/ttyS1 >/dev/ttyS1 2>&1
stty raw -echo
echo "guest is up"
while read -r line; do eval "$line"; echo "-- $?"; done
"""


def available() -> str | None:
    """Why no guest can be made here; None when it can."""
    for what, where in (("a kernel", KERNEL / "boot"), ("busybox", BUSYBOX)):
        if not where.exists():
            return f"{what} for the guest is missing ({where})"
    return None


def kernel() -> Path:
    return next((KERNEL / "boot").glob("vmlinuz-*"))


def modules() -> list[Path]:
    """Those of MODULES that are not built in, each behind those it needs."""
    files = {path.stem.replace("-", "_"): path for path in (KERNEL / "lib/modules").rglob("*.ko")}
    ordered: list[Path] = []

    def add(name: str) -> None:
        path = files.get(name)
        if path is None or path in ordered:
            return
        needs = re.search(rb"\0depends=([\w,-]*)\0", path.read_bytes())
        for other in (needs[1].decode().split(",") if needs else []):
            add(other.replace("-", "_"))
        ordered.append(path)

    for name in MODULES:
        add(name)
    return ordered


def libraries(programs: list[Path]) -> set[Path]:
    found = set()
    for program in programs:
        out = subprocess.run(["ldd", str(program)], capture_output=True, text=True).stdout
        found |= {Path(word) for word in re.findall(r"(/\S+) \(0x", out)}
    return found


class Archive:
    """A cpio archive ("newc") of regular files and folders."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.names: set[str] = set()

    def add(self, name: str, content: bytes = b"", mode: int = 0o100755) -> None:
        if name in self.names:
            return
        self.names.add(name)
        parent = os.path.dirname(name)
        if parent:
            self.add(parent, mode=0o040755)
        fields = (len(self.names), mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        self.data += b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        self.data += bytes(-len(self.data) % 4) + content
        self.data += bytes(-len(self.data) % 4)

    def finish(self) -> bytes:
        self.add("TRAILER!!!", mode=0)
        return gzip.compress(bytes(self.data), 1)


def make(path: Path, configuration: str) -> None:
    """configuration: charon's strongswan.conf."""
    archive = Archive()
    archive.add("init", INIT.encode())
    archive.add("bin/busybox", BUSYBOX.read_bytes())
    archive.add("etc/strongswan.conf", configuration.encode())
    for folder in ("proc", "sys", "dev", "run", "tmp", "var/run"):
        archive.add(folder, mode=0o040755)
    programs = [Path("/usr/lib/ipsec/charon"), Path("/bin/ip")]
    programs += [Path(f"/usr/lib/ipsec/plugins/libstrongswan-{name}.so") for name in PLUGINS]
    for source in programs:
        if source.exists():  # some plugins are part of libstrongswan
            archive.add("iproute2" if source.name == "ip" else str(source)[1:], source.read_bytes())
    for source in libraries([p for p in programs if p.exists()]):
        archive.add(str(source)[1:], source.read_bytes())
    paths = modules()
    for source in paths:
        archive.add(f"modules.d/{source.name}", source.read_bytes())
    archive.add("modules", "".join(f"/modules.d/{source.name}\n" for source in paths).encode(), mode=0o100644)
    path.write_bytes(archive.finish())
