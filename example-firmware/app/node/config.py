"""What is fixed when the firmware is built. All of it stays in ROM."""

NAME = "bench-7"

# Kind, unit, base and swing in hundredths, and the range that a sound sensor keeps to.
SENSORS = (
    ("temperature", "C", 2150, 300, (-4000, 8500)),
    ("humidity", "%", 4800, 900, (0, 10000)),
    ("pressure", "hPa", 101325, 450, (30000, 110000)),
)

MAGIC = b"\xa5\x5a"
VERSION = 2

# Which frames the line damages: the offset of a byte, and the bits that flip.
FAULTY_FRAMES = {3: (0, 0x10), 5: (14, 0x01)}

# The node's key: the product of the primes 2**89 - 1 and 2**107 - 1. It shows big integers, it protects nothing.
MODULUS = 100433627766186892221372630609062766858404681029709092356097
PUBLIC_EXPONENT = 65537
PRIMES = (0x1FFFFFFFFFFFFFFFFFFFFFF, 0x7FFFFFFFFFFFFFFFFFFFFFFFFFF)
