"""Mean and deviation of a stream of numbers, by Welford's method."""

from math import sqrt


class Stats:
    def __init__(self):
        self.count = 0
        self.mean = 0.0
        self.low = self.high = None
        self._squares = 0.0

    def add(self, value):
        self.count += 1
        delta = value - self.mean
        self.mean += delta / self.count
        self._squares += delta * (value - self.mean)
        self.low = value if self.low is None else min(self.low, value)
        self.high = value if self.high is None else max(self.high, value)

    @property
    def deviation(self):
        return sqrt(self._squares / (self.count - 1)) if self.count > 1 else 0.0
