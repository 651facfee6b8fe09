#!/usr/bin/env python3
"""Seeds for the agent's fuzz target (ike/core/fuzz): real messages, each as a datagram from the peer's address and as an authentic request.

    tools/agent_seeds.py MESSAGES FOLDER
"""
import sys
from pathlib import Path

DATAGRAM, REQUEST, TIME = 0, 1, 3
HEADER = 28  # of an IKE message; octet 16 names the first payload, 18 the exchange


def main() -> int:
    messages, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(messages.rglob("*")):
        if not path.is_file() or path.suffix in (".md", ".json", ".toml"):
            continue
        octets = path.read_bytes()
        if not HEADER < len(octets) < 1 << 16:
            continue
        steps = bytes([DATAGRAM, *len(octets).to_bytes(2, "big")]) + octets + bytes([TIME, 1])
        inner = octets[HEADER:]
        steps += bytes([REQUEST, octets[18], octets[16], *len(inner).to_bytes(2, "big")]) + inner + bytes([TIME, 100])
        (folder / path.name).write_bytes(steps)
    return 0


if __name__ == "__main__":
    sys.exit(main())
