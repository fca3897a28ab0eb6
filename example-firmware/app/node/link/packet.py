"""A packet of readings as bytes: header, readings, checksum, all little-endian."""

import struct
from collections import namedtuple

from ..config import MAGIC, VERSION
from .crc import crc16

HEADER = "<2sBBH"
READING = "<Bi"
HEADER_SIZE = struct.calcsize(HEADER)
READING_SIZE = struct.calcsize(READING)

Packet = namedtuple("Packet", ("sequence", "readings"))


class PacketError(ValueError):
    """A frame that is no packet."""


class BadMagic(PacketError):
    pass


class Truncated(PacketError):
    pass


class BadChecksum(PacketError):
    def __init__(self, expected, found):
        super().__init__(f"checksum 0x{found:04x}, expected 0x{expected:04x}")
        self.expected = expected
        self.found = found


def encode(packet):
    body = struct.pack(HEADER, MAGIC, VERSION, len(packet.readings), packet.sequence)
    body += b"".join(struct.pack(READING, *reading) for reading in packet.readings)
    return body + struct.pack("<H", crc16(body))


def decode(frame):
    if len(frame) < HEADER_SIZE + 2:
        raise Truncated(f"{len(frame)} bytes")
    magic, version, count, sequence = struct.unpack_from(HEADER, frame)
    if magic != MAGIC or version != VERSION:
        raise BadMagic(f"{magic!r} version {version}")
    if len(frame) != HEADER_SIZE + count * READING_SIZE + 2:
        raise Truncated(f"{len(frame)} bytes for {count} readings")
    check(frame)
    offsets = range(HEADER_SIZE, len(frame) - 2, READING_SIZE)
    return Packet(sequence, tuple(struct.unpack_from(READING, frame, offset) for offset in offsets))


def check(frame):
    (expected,) = struct.unpack_from("<H", frame, len(frame) - 2)
    found = crc16(memoryview(frame)[:-2])
    if found != expected:
        raise BadChecksum(expected, found)
