"""Two network namespaces with a wire between them. They are gone when the block ends, whatever happened in it."""
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ADDRESS = {"A": "192.0.2.1", "B": "192.0.2.2"}
NET = {"A": "10.1.0.0/16", "B": "10.2.0.0/16"}


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def sweep() -> None:
    """Namespaces of runs that were killed: their process is gone, and nothing is in them."""
    for path in Path("/run/netns").glob("sally[ABM]*"):
        number = re.fullmatch(r"sally[ABM](\d+)", path.name)
        if number is None or Path(f"/proc/{number[1]}").exists():
            continue
        inside = subprocess.run(["ip", "netns", "pids", path.name], capture_output=True, text=True)
        if inside.returncode == 0 and not inside.stdout.strip():
            subprocess.run(["ip", "netns", "del", path.name], check=False)


def whole_checksums(namespace: str, device: str) -> None:
    """A veth device leaves checksums to the other end, which knows; a program in between does not."""
    ethtool, set_tx_checksums = 0x8946, 0x17
    program = (f"import array, fcntl, socket, struct; value = array.array('I', [{set_tx_checksums}, 0]); "
               f"fcntl.ioctl(socket.socket(), {ethtool}, struct.pack('16sP16x', b'{device}', value.buffer_info()[0]))")
    subprocess.run(["ip", "netns", "exec", namespace, sys.executable, "-c", program], check=True)


@contextmanager
def two_namespaces(delay_ms: int = 0):
    """Yields their names, {"A": ..., "B": ...}. Names carry this process' number, so that runs do not meet."""
    names = {side: f"sally{side}{os.getpid()}" for side in "AB"}
    middle = f"sallyM{os.getpid()}"
    made, slow = [], None
    try:
        for name in [*names.values(), *([middle] if delay_ms else [])]:
            ip("netns", "add", name)
            made.append(name)
        if delay_ms:
            for side, name in names.items():
                ip("link", "add", "wire", "netns", name, "type", "veth", "peer", "name", side, "netns", middle)
                ip("-n", middle, "link", "set", side, "up")
                whole_checksums(name, "wire")
            slow = subprocess.Popen(["ip", "netns", "exec", middle, sys.executable, str(Path(__file__).parent / "wire.py"), str(delay_ms), "A", "B"],
                                    stdout=subprocess.PIPE, text=True)
            assert slow.stdout.readline() == "ready\n"
        else:
            ip("link", "add", "wire", "netns", names["A"], "type", "veth", "peer", "name", "wire", "netns", names["B"])
        for side, name in names.items():
            ip("-n", name, "addr", "add", ADDRESS[side] + "/24", "dev", "wire")
            # An address of the protected network, for traffic from here.
            ip("-n", name, "addr", "add", NET[side].replace("0.0/16", "0.1/32"), "dev", "lo")
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", "wire", "up")
        yield names
    finally:
        if slow:
            slow.kill()
            slow.wait()
        for name in made:
            subprocess.run(["ip", "netns", "del", name], check=False)
