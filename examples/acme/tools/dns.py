#!/usr/bin/env python3
"""A name server for the demo: answers MX and A for the invented domains, on loopback, UDP only.

`nomail.example` says by a null MX (RFC 7505) that it takes no mail; the misspelt domains do not
exist; all other names below .example have one mail server. Prints `listening on 127.0.0.1:PORT`.

usage: dns.py [PORT]
"""

import socket
import struct
import sys

MX, A = 15, 1
NO_MAIL = {"nomail.example"}
MISSPELT = {"mial.example", "psot.example", "leters.example", "inbx.example"}
NXDOMAIN = 3


def encode_name(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def question(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    (kind,) = struct.unpack_from(">H", packet, at + 1)
    return ".".join(labels).lower(), kind, packet[12 : at + 5]


def answer(packet):
    name, kind, asked = question(packet)
    exists = name.endswith(".example") and name not in MISSPELT
    data = b""
    if exists and kind == MX:
        data = (
            struct.pack(">H", 0) + encode_name("")
            if name in NO_MAIL
            else struct.pack(">H", 10) + encode_name("mx." + name)
        )
    elif exists and kind == A and name not in NO_MAIL:
        data = bytes([127, 0, 0, 1])
    head = packet[:2] + struct.pack(
        ">HHHHH", 0x8180 | (0 if exists else NXDOMAIN), 1, 1 if data else 0, 0, 0
    )
    record = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 300, len(data)) + data if data else b""
    return head + asked + record


def main(port=0):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", int(port)))
    print("listening on %s:%d" % server.getsockname(), flush=True)
    while True:
        packet, sender = server.recvfrom(4096)
        try:
            server.sendto(answer(packet), sender)
        except (IndexError, struct.error):
            continue  # not a DNS question: no answer is the right answer


if __name__ == "__main__":
    main(*sys.argv[1:])
