import uctypes

data = bytearray(b"\x01\x02\x03\x04")
view = uctypes.struct(uctypes.addressof(data), {"a": uctypes.UINT16 | 0, "b": uctypes.UINT8 | 3}, uctypes.LITTLE_ENDIAN)
view.b = 9
assert view.a == 0x0201 and data[3] == 9
