"""A telemetry node: samples its sensors, frames and signs what it measured, and checks itself.

Rust calls `run` and `receive`. The same program runs on a computer: `PYTHONPATH=host python3 app/main.py`, where
`host/panel.py` stands for the board's lamps and timer.
"""

import time

from node import NAME, Node
from node.checks import run_checks
from node.heartbeat import Heartbeat
from node.link import PacketError, decode


def run(seed, rounds):
    """One session of the node: measures, reports on the console, and returns the verdict."""
    node = Node(NAME, seed)
    heartbeat = Heartbeat(5, 2)
    rejected = {}
    received = 0
    for frame in node.session(rounds):
        try:
            received += len(decode(frame).readings)
        except PacketError as error:
            kind = type(error).__name__
            rejected[kind] = rejected.get(kind, 0) + 1
        finally:
            node.frames_seen += 1

    node.print_report(received, rejected)
    while not heartbeat.done():
        time.sleep(0.001)
    print(f"heartbeat: {heartbeat.beats} beats of the timer, the lamp is {heartbeat.shown()}")
    checks = run_checks(node)
    failed = sorted(name for name, passed in checks if not passed)
    for name, passed in checks:
        print(f"check {name:<12} {'ok' if passed else 'FAILED'}")
    print(f"verdict: {'fail' if failed else 'pass'} ({len(checks) - len(failed)} of {len(checks)})")
    return {
        "ok": not failed,
        "node": node.name,
        "readings": received,
        "failed": ", ".join(failed),
        "mean": node.station("temperature").stats.mean,
    }


def receive(frame):
    """Decodes one frame; what is wrong with it comes out as an exception."""
    packet = decode(frame)
    return packet.sequence


if __name__ == "__main__":
    raise SystemExit(0 if run(2024, 12)["ok"] else 1)
