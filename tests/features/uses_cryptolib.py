import cryptolib
from binascii import unhexlify as bytes_of

# FIPS 197, appendix C.
text = bytes_of("00112233445566778899aabbccddeeff")
for bits, cipher in ((128, "69c4e0d86a7b0430d8cdb78070b4c55a"), (256, "8ea2b7ca516745bfeafc49904b496089")):
    key = bytes(range(bits // 8))
    assert cryptolib.aes(key, cryptolib.MODE_ECB).encrypt(text) == bytes_of(cipher)
    assert cryptolib.aes(key, cryptolib.MODE_ECB).decrypt(bytes_of(cipher)) == text

# SP 800-38A, F.2.1 and F.5.1.
key = bytes_of("2b7e151628aed2a6abf7158809cf4f3c")
text = bytes_of("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
iv = bytes(range(16))
cipher = bytes_of("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2")
assert cryptolib.aes(key, cryptolib.MODE_CBC, iv).encrypt(text) == cipher
in_place = bytearray(cipher)
cryptolib.aes(key, cryptolib.MODE_CBC, iv).decrypt(in_place, in_place)
assert in_place == text

counter = bytes(range(0xF0, 0x100))
cipher = bytes_of("874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff")
stream = cryptolib.aes(key, cryptolib.MODE_CTR, counter)
assert stream.encrypt(text[:5]) + stream.encrypt(text[5:]) == cipher

# Nothing has to be aligned.
buffer = bytearray(33)
cryptolib.aes(key, cryptolib.MODE_CBC, iv).encrypt(text, memoryview(buffer)[1:])
assert cryptolib.aes(key, cryptolib.MODE_CBC, iv).decrypt(memoryview(buffer)[1:]) == text
