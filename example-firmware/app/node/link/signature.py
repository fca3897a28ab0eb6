"""A signature over a text, in whole numbers of some 200 bits."""

from ..config import MODULUS, PRIMES, PUBLIC_EXPONENT


def power(base, exponent, modulus):
    """base ** exponent % modulus, bit by bit."""
    result = 1
    base %= modulus
    while exponent:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


def inverse(number, modulus):
    """The number that makes 1 with this one, by Euclid's extended algorithm."""
    old, new = (number, 1), (modulus, 0)
    while new[0]:
        quotient = old[0] // new[0]
        old, new = new, tuple(a - quotient * b for a, b in zip(old, new))
    return old[1] % modulus


def digest(data):
    """The text as one number below the modulus."""
    value = 0
    for byte in data:
        value = (value * 257 + byte + 1) % MODULUS
    return value


def sign(data):
    p, q = PRIMES
    return power(digest(data), inverse(PUBLIC_EXPONENT, (p - 1) * (q - 1)), MODULUS)


def verify(data, signature):
    return power(signature, PUBLIC_EXPONENT, MODULUS) == digest(data)
