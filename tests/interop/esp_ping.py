#!/usr/bin/env python3
"""Pings through a plain ESP SA pair that somebody else negotiated: ESP in Python (RFC 4303, RFC 4106), for a namespace of its own.

    esp_ping.py '{"local": ..., "remote": ..., "inner": [FROM, TO] or null, "spi_out": N, "key_out": HEX, "spi_in": N, "key_in": HEX,
                  "esn": BOOL, "sizes": [...]}'

Prints how many were answered. Says nothing of our accelerator: it shows that the other end's kernel has the same SAs.
"""
import ctypes
import ctypes.util
import json
import os
import socket
import struct
import sys

CRYPTO = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_gcm", "EVP_aes_256_gcm"):
    getattr(CRYPTO, name).restype = ctypes.c_void_p
GET_TAG, SET_TAG = 0x10, 0x11


def gcm(seal: bool, key: bytes, nonce: bytes, aad: bytes, text: bytes) -> bytes | None:
    """text: with the ICV behind it when it is to be opened. None: not authentic."""
    tag = ctypes.create_string_buffer(16 if seal else text[-16:], 16)
    body = text if seal else text[:-16]
    out, count = ctypes.create_string_buffer(len(body) + 16), ctypes.c_int()
    context = ctypes.c_void_p(CRYPTO.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(CRYPTO.EVP_aes_128_gcm() if len(key) == 16 else CRYPTO.EVP_aes_256_gcm())
    try:
        CRYPTO.EVP_CipherInit_ex(context, cipher, None, key, nonce, int(seal))
        CRYPTO.EVP_CipherUpdate(context, None, ctypes.byref(count), aad, len(aad))
        CRYPTO.EVP_CipherUpdate(context, out, ctypes.byref(count), body, len(body))
        if not seal:
            CRYPTO.EVP_CIPHER_CTX_ctrl(context, SET_TAG, 16, tag)
        if CRYPTO.EVP_CipherFinal_ex(context, ctypes.byref(out, count.value), ctypes.byref(ctypes.c_int())) != 1:
            return None
        if seal:
            CRYPTO.EVP_CIPHER_CTX_ctrl(context, GET_TAG, 16, tag)
    finally:
        CRYPTO.EVP_CIPHER_CTX_free(context)
    return out.raw[:len(body)] + (tag.raw if seal else b"")


def checksum(octets: bytes) -> int:
    total = sum(struct.unpack(f"!{(len(octets) + 1) // 2}H", octets + bytes(len(octets) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source: str, to: str, protocol: int, payload: bytes) -> bytes:
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, socket.inet_aton(source), socket.inet_aton(to))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def echo(number: int, data: bytes) -> bytes:
    head = struct.pack("!BBHHH", 8, 0, 0, 0x5A11, number)
    return head[:2] + struct.pack("!H", checksum(head + data)) + head[4:] + data


def aad(spi: int, sequence: int, esn: bool) -> bytes:
    return struct.pack("!IQ", spi, sequence) if esn else struct.pack("!II", spi, sequence)


def main() -> int:
    terms = json.loads(sys.argv[1])
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ESP)
    raw.bind((terms["local"], 0))
    raw.settimeout(5)
    out, inward = bytes.fromhex(terms["key_out"]), bytes.fromhex(terms["key_in"])
    answered = 0
    for sequence, size in enumerate(terms["sizes"], 1):
        data = os.urandom(size)
        payload, following = echo(sequence, data), socket.IPPROTO_ICMP
        if terms["inner"]:
            payload, following = ipv4(*terms["inner"], socket.IPPROTO_ICMP, payload), socket.IPPROTO_IPIP
        pad = -(len(payload) + 2) % 4
        plain = payload + bytes(range(1, pad + 1)) + bytes((pad, following))
        iv = struct.pack("!Q", sequence)
        sealed = gcm(True, out[:-4], out[-4:] + iv, aad(terms["spi_out"], sequence, terms["esn"]), plain)
        raw.sendto(struct.pack("!II", terms["spi_out"], sequence) + iv + sealed, (terms["remote"], 0))
        packet = raw.recv(65535)
        packet = packet[(packet[0] & 15) * 4:]
        spi, number = struct.unpack("!II", packet[:8])
        assert spi == terms["spi_in"], f"SPI {spi:x} came in"
        plain = gcm(False, inward[:-4], inward[-4:] + packet[8:16], aad(spi, number, terms["esn"]), packet[16:])
        assert plain is not None, "what came in is not authentic"
        payload = plain[:len(plain) - 2 - plain[-2]]
        if terms["inner"]:
            assert payload[12:20] == b"".join(map(socket.inet_aton, reversed(terms["inner"]))), "other inner addresses"
            payload = payload[20:]
        assert payload[0] == 0 and payload[8:] == data, "not the answer"
        answered += 1
    print(answered)
    return 0


if __name__ == "__main__":
    sys.exit(main())
