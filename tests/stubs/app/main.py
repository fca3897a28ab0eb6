"""Uses everything in the station; a type checker reads it, and MicroPython runs it."""

import station
from station import Counter, Failure, Sensor, Thermometer, Timeout, clock


class Averaging(Sensor):
    """A Python class with a base in Rust."""

    def __init__(self, channel: int) -> None:
        super().__init__(channel, 2.0)
        self.count = 1

    def read(self, samples: int = 1) -> float:
        self.count += samples
        return super().read(samples)


class Overheated(Failure):
    pass


def functions() -> None:
    total: float = station.add(1) + station.add(1, 3) + station.add(1, b=1, scale=2)
    assert total == 4.5 + 6.0 + 4.0
    assert station.count(1, "a", key=None) == 3
    assert station.sum(b"\x01\x02") == 3 and station.sum(bytearray(2)) == 0
    buffer = bytearray(2)
    station.fill(buffer, 5)
    station.fill(memoryview(buffer), 6)
    assert buffer == b"\x06\x06"
    name: str | None = station.greeting()
    assert name is None
    assert station.greeting("x") == "x" and station.greeting(name=None) is None
    flag, number = station.swapped((3, True))
    assert not flag or number + 1 == 4
    items: list[int] = station.doubled([1, 2])
    assert items == [2, 4] and station.doubled((1, 2)) == items
    assert station.called(lambda: 3) == 3
    assert station.halved(8) == 4
    key: bytes = station.KEY
    assert station.CHANNELS + 1 == 4 and station.NAME.upper() == "NORTH" and len(key) == 2


def classes() -> None:
    sensor = Sensor(1, gain=2)
    assert sensor.channel == 1 and sensor.read() == 2.0 and sensor.read(samples=2) == 4
    sensor.gain = 0.5
    sensor.level = 4
    assert sensor.level == 4 and -sensor == -4
    assert Sensor.LIMIT == 3
    other: Sensor = Sensor.default() + sensor
    found = station.find(2)
    assert found is not None and found.channel == 2 and station.find(9) is None
    first, second = station.both()
    assert first.channel == 1 and second is None
    sensors: list[Sensor] = station.all()
    assert [one.channel for one in sensors] == [0, 1]
    assert other == sensor and sensor != 3 and not sensor < other
    assert repr(sensor) == "Sensor()" and len(sensor) == 3 and bool(sensor) and hash(sensor) == 1
    sensor[1] = 2
    assert sensor[4] == 8 and sensor.level == 3 and 3 in sensor and sensor(2) == 4
    assert Sensor.on(2).channel == 2
    with Sensor(3) as opened:
        assert sum([item for item in opened]) == 6
    assert opened.level == -1
    assert station.gain(sensor) == 0.5
    thermo = Thermometer(2)
    assert thermo.celsius() == 20.0 and thermo.channel == 2 and station.gain(thermo) == 0.5
    averaging = Averaging(1)
    assert averaging.read(2) == 4.0 and averaging.count == 3 and averaging.gain == 2.0
    counter = Counter()
    assert counter.add(2) + counter.total == 4
    sealed: station.Sealed = station.sealed()
    assert sealed is not None
    assert clock.sample(sensor) == 0 and station.clock.sample(thermo, at=3) == 5


def exceptions() -> None:
    assert station.measure(True) + 1 == 8
    try:
        station.measure(False)
    except Timeout as error:
        assert isinstance(error, Failure) and isinstance(error, OSError)
    try:
        raise Overheated("hot")
    except Failure as failure:
        assert failure.args[0] == "hot"


def run() -> None:
    functions()
    classes()
    exceptions()
