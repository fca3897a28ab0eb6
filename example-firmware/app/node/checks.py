"""The node's self-check: each check is a function, and what it claims was computed elsewhere."""

import json

from .link import BadChecksum, BadMagic, Packet, Truncated, decode, encode, signature
from .link.crc import crc16
from .report import Report
from .ring import Ring
from .stats import Stats

CHECKS = []


def check(function):
    """Marks a function as a check."""
    CHECKS.append(function)
    return function


def run_checks(node):
    """The name of every check and whether it passed; an exception is a failure that tells its reason."""
    results = []
    for function in CHECKS:
        try:
            passed = bool(function(node))
        except Exception as error:
            print(f"check {function.__name__}: {error!r}")
            passed = False
        results.append((function.__name__.replace("check_", ""), passed))
    return results


def raises(kind, function, *args):
    try:
        function(*args)
    except kind as error:
        return error
    return None


@check
def check_crc(node):
    # The check value of CRC-16/CCITT-FALSE.
    return crc16(b"123456789") == 0x29B1 and crc16(b"") == 0xFFFF


@check
def check_codec(node):
    packet = Packet(513, ((0, -2150), (2, 101325)))
    frame = encode(packet)
    return decode(frame) == packet and frame[:6] == b"\xa5\x5a\x02\x02\x01\x02"


@check
def check_errors(node):
    frame = encode(Packet(1, ((1, 4800),)))
    bad = bytearray(frame)
    bad[7] ^= 0x80
    error = raises(BadChecksum, decode, bytes(bad))
    return (
        error is not None
        and error.found != error.expected
        and str(error).startswith("checksum 0x")
        and raises(Truncated, decode, frame[:5])
        and raises(Truncated, decode, frame + b"\0")
        and raises(BadMagic, decode, b"\0" + frame[1:])
    )


@check
def check_ring(node):
    ring = Ring(3)
    for item in "abcde":
        ring.push(item)
    return "".join(ring) == "cde" and ring[-1] == "e" and raises(IndexError, lambda: ring[3])


@check
def check_stats(node):
    stats = Stats()
    for value in (2, 4, 4, 4, 5, 5, 7, 9):
        stats.add(value)
    return abs(stats.mean - 5) < 1e-5 and abs(stats.deviation - 2.13809) < 1e-4 and (stats.low, stats.high) == (2, 9)


@check
def check_power(node):
    # 2**127 - 1 is prime: Fermat's little theorem holds. The other number is from another computer.
    prime = (1 << 127) - 1
    return (
        signature.power(3, prime - 1, prime) == 1
        and signature.power(3, 65537, prime) == 4569278088761131322242499456678237192
        and signature.power(3, 65537, prime) == pow(3, 65537, prime)
    )


@check
def check_signature(node):
    text = b"telemetry"
    signed = signature.sign(text)
    return signature.verify(text, signed) and not signature.verify(b"Telemetry", signed)


@check
def check_report(node):
    content = json.loads(Report(node).as_json())
    recent = {len(values) for values in content["recent"]}
    return content["node"] == node.name and content["frames"] == node.frames_sent and max(recent) <= 8


@check
def check_log(node):
    trail = []

    def work():
        try:
            with node.log.span("check"):
                try:
                    raise KeyError("inner")
                finally:
                    trail.append("cleaned up")
        except KeyError as error:
            trail.append(error.args[0])
            raise ValueError("outer")

    error = raises(ValueError, work)
    logged = node.log.events[-1][1:]
    return trail == ["cleaned up", "inner"] and str(error) == "outer" and logged[0] == "check" and node.log.depth == 0
