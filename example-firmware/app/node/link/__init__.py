"""Everything between a reading and the line."""

from .packet import BadChecksum, BadMagic, Packet, PacketError, Truncated, decode, encode

__all__ = ("BadChecksum", "BadMagic", "Packet", "PacketError", "Truncated", "decode", "encode")
