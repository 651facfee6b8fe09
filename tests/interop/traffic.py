#!/usr/bin/env python3
"""Traffic through a tunnel, for a namespace of its own.

    traffic.py serve ADDRESS PORT          a TCP server that sends back what comes, for one connection
    traffic.py echo ADDRESS PORT OCTETS    sends so many octets and wants the same back
"""
import hashlib
import random
import socket
import sys
import threading


def serve(address: str, port: int) -> None:
    with socket.create_server((address, port)) as listener:
        print("ready", flush=True)
        connection, _ = listener.accept()
        with connection:
            while part := connection.recv(65536):
                connection.sendall(part)


def echo(address: str, port: int, octets: int) -> None:
    sent = random.Random(octets).randbytes(octets)
    with socket.create_connection((address, port), timeout=60) as connection:
        def send() -> None:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send)
        sender.start()
        back = bytearray()
        while part := connection.recv(65536):
            back += part
        sender.join()
    if hashlib.sha256(back).digest() != hashlib.sha256(sent).digest():
        sys.exit(f"{len(back)} octets came back of {octets}, or others")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        echo(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
