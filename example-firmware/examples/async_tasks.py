"""Computes, then sleeps, and looks at how often a task in Rust had its turn meanwhile."""

import time

import tasks

PERIOD_US = 500


def primes(limit):
    """Counts primes, without ever waiting."""
    count = 0
    for number in range(2, limit):
        for divisor in range(2, number):
            if number % divisor == 0:
                break
        else:
            count += 1
    return count


def during(work, *args):
    """The result of some work, how often the task ran meanwhile, and how often it should have."""
    start, before = time.ticks_us(), tasks.readings()
    result = work(*args)
    elapsed = time.ticks_diff(time.ticks_us(), start)
    return result, tasks.readings() - before, elapsed // PERIOD_US


def run():
    ok = True
    for name, work, argument in ("computing", primes, 400), ("sleeping", time.sleep_ms, 50):
        _, readings, expected = during(work, argument)
        # A turn may come a little late; what was due by then is made up for in it.
        fair = expected > 10 and readings >= expected // 2
        print(name + ":", "the task had its turn" if fair else (readings, expected))
        ok = ok and fair
    return ok
