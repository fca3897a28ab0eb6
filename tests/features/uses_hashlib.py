import hashlib
from binascii import hexlify

KNOWN = {
    "md5": ("d41d8cd98f00b204e9800998ecf8427e", "900150983cd24fb0d6963f7d28e17f72", "014842d480b571495a4a0363793f7367"),
    "sha1": (
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "0098ba824b5c16427bd7a1122a5a442a25ec644d",
    ),
    "sha256": (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
    ),
}
for name, digests in KNOWN.items():
    for text, digest in zip((b"", b"abc", b"a" * 64), digests):
        hash = getattr(hashlib, name)(text)
        assert hexlify(hash.digest()).decode() == digest, (name, text)
    # In parts of any length, over the ends of blocks.
    hash = getattr(hashlib, name)()
    for length in range(130):
        hash.update(bytes(length))
    parts = hash.digest()
    assert parts == getattr(hashlib, name)(bytes(sum(range(130)))).digest()
