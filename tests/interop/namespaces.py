"""Two network namespaces with a wire between them. They are gone when the block ends, whatever happened in it."""
import os
import subprocess
from contextlib import contextmanager

ADDRESS = {"A": "192.0.2.1", "B": "192.0.2.2"}
NET = {"A": "10.1.0.0/16", "B": "10.2.0.0/16"}


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@contextmanager
def two_namespaces(delay_ms: int = 0):
    """Yields their names, {"A": ..., "B": ...}. Names carry this process' number, so that runs do not meet."""
    names = {side: f"sally{side}{os.getpid()}" for side in "AB"}
    made = []
    try:
        for name in names.values():
            ip("netns", "add", name)
            made.append(name)
        ip("link", "add", "wire", "netns", names["A"], "type", "veth", "peer", "name", "wire", "netns", names["B"])
        for side, name in names.items():
            ip("-n", name, "addr", "add", ADDRESS[side] + "/24", "dev", "wire")
            # An address of the protected network, for traffic from here.
            ip("-n", name, "addr", "add", NET[side].replace("0.0/16", "0.1/32"), "dev", "lo")
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", "wire", "up")
        yield names
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "del", name], check=False)
