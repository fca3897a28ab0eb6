"""A station: one sensor, its smoothing, and what came of it."""

from .ring import Ring
from .sensors import SensorFault, sensor_for
from .stats import Stats


def smoother(weight):
    """A function that follows its input, the slower the greater the weight."""
    state = None

    def follow(value):
        nonlocal state
        state = value if state is None else state + (value - state) // weight
        return state

    return follow


class Station:
    def __init__(self, kind, seed):
        self.name, self.unit = kind[0], kind[1]
        self.sensor = sensor_for(kind, seed)
        self.source = self.sensor.values()
        self.smooth = smoother(4)
        self.recent = Ring(8)
        self.stats = Stats()
        self.faults = 0

    def measure(self):
        """The next value in hundredths, smoothed. A fault of the sensor is counted and goes on to the caller."""
        try:
            value = self.sensor.check(next(self.source))
        except SensorFault:
            self.faults += 1
            raise
        value = self.smooth(value)
        self.recent.push(value)
        self.stats.add(value / 100)
        return value
