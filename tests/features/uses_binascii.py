import binascii

assert binascii.hexlify(b"\x01\xfe") == b"01fe"
assert binascii.a2b_base64(b"cHl0aG9u") == b"python"
assert binascii.crc32(b"123456789") == 0xCBF43926
