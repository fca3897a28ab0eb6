"""Stands for the board's module `panel` where the application runs on a computer: PYTHONPATH=host python3 app/main.py"""

import threading

_stopped = None


class Lamp:
    COUNT = 2

    def __init__(self, index):
        if not 0 <= index < self.COUNT:
            raise ValueError("no such lamp")
        self.index = index
        self.lit = False

    def toggle(self):
        self.lit = not self.lit


def every(period_ms, callback):
    global _stopped
    stop()
    _stopped = stopped = threading.Event()

    def run():
        count = 0
        while not stopped.wait(period_ms / 1000):
            count += 1
            callback(count)

    threading.Thread(target=run, daemon=True).start()


def stop():
    if _stopped is not None:
        _stopped.set()
