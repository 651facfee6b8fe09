#!/usr/bin/env python3
"""A slow wire: frames of each of two devices go out of the other one some milliseconds later. For a namespace of its own.

    wire.py MILLISECONDS DEVICE DEVICE
"""
import heapq
import select
import socket
import sys
import time

ALL = 0x0003  # ETH_P_ALL
OUTGOING = 4  # PACKET_OUTGOING: our own


def main() -> None:
    delay = int(sys.argv[1]) / 1000
    ends = []
    for device in sys.argv[2:]:
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL))
        end.bind((device, ALL))
        ends.append(end)
    other = dict(zip(ends, reversed(ends)))
    waiting: list = []  # (when, number, to, frame): the number keeps the order
    number = 0
    print("ready", flush=True)
    while True:
        wait = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select(ends, [], [], wait)[0]:
            frame, address = end.recvfrom(65536)
            if address[2] != OUTGOING:
                number += 1
                heapq.heappush(waiting, (time.monotonic() + delay, number, other[end], frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(waiting)
            end.send(frame)


if __name__ == "__main__":
    main()
