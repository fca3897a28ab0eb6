"""The sensors. Emulated ones: a generator of numbers stands for the hardware, so that every run is the same."""


class SensorFault(Exception):
    """A sensor said something that it can't have measured."""

    def __init__(self, sensor, value):
        super().__init__(f"{sensor} read {value}")
        self.value = value


def noise(seed):
    """Endless numbers from 0 to 32767."""
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed >> 16


class Sensor:
    def __init__(self, kind, seed):
        self.name, _, self.base, self.swing, self.limits = kind
        self.noise = noise(seed)

    def step(self, index):
        """How far the value is from the base, before noise."""
        return 0

    def values(self):
        index = 0
        while True:
            yield self.base + self.step(index) + next(self.noise) % self.swing - self.swing // 2
            index += 1

    def check(self, value):
        low, high = self.limits
        if not low <= value <= high:
            raise SensorFault(self.name, value)
        return value


class Drifting(Sensor):
    """Warms up while it runs."""

    def step(self, index):
        return 12 * index


class Unreliable(Sensor):
    """Loses contact now and then, and reads its highest value then."""

    def values(self):
        for count, value in enumerate(super().values()):
            yield 0xFFFF if count % 5 == 4 else value


CLASSES = {"temperature": Drifting, "humidity": Unreliable}


def sensor_for(kind, seed):
    return CLASSES.get(kind[0], Sensor)(kind, seed)
