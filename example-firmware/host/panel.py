"""Stands for the board's module `panel` where the application runs on a computer: PYTHONPATH=host python3 app/main.py"""

import threading

_leds = {}
_stopped = None


def set_led(index, on):
    _leds[index] = on


def led(index):
    return _leds.get(index, False)


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
