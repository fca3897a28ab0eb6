"""CRC-16/CCITT-FALSE, by a table."""


def _entry(index):
    value = index << 8
    for _ in range(8):
        value = (value << 1) ^ (0x1021 if value & 0x8000 else 0)
    return value & 0xFFFF


TABLE = tuple(_entry(index) for index in range(256))


def crc16(data, value=0xFFFF):
    for byte in data:
        value = ((value << 8) & 0xFFFF) ^ TABLE[(value >> 8) ^ byte]
    return value
