"""Each line that ends in a comment is one that a type checker has to report."""

import station
from station import Counter, Sensor, Thermometer

station.missing()  # no such function
station.add("a")  # str for int
station.add(a=1)  # positional only
station.add(1, 2, 3.0)  # keyword only
station.add()  # too few
station.add(1, unknown=2)  # no such keyword
station.sum("text")  # str for bytes
station.fill(b"ab", 1)  # not writable
station.greeting(3)  # int for str or None
station.greeting().upper()  # may be None
station.swapped((1, 2))  # an item of another type
station.swapped((1,))  # too few items
station.doubled(["a"])  # str for int
station.NAME + 1  # str and int
station.halved(0.5)  # float for int
station.sealed().anything  # no such attribute
station.Sealed()  # made by Rust alone
station.measure(True).upper()  # not a str
station.gain(Counter())  # another class
station.find(1).channel  # may be None
station.both()[0].upper()  # a sensor
station.all().channel  # a list
station.clock.sample(1)  # int for a sensor
station.clock.sample(Sensor(1), at="now")  # str for int

sensor = Sensor(1)
Sensor()  # too few
Sensor("one")  # str for int
Sensor(1, 1.0, 2)  # too many
sensor.channel = 2  # read only
sensor.gain = "high"  # str for float
sensor.level = None  # None for int
sensor.LIMIT.upper()  # not a str
sensor.unknown  # no such attribute
sensor.read("x")  # str for int
sensor.read(1).upper()  # not a str
Sensor.default(1)  # too many
Sensor.on()  # too few
sensor + 1  # int for a sensor
sensor < 1  # int for a sensor
sensor - sensor  # no such operator
sensor["a"]  # str for int
sensor[1] = "a"  # str for int
sensor("a")  # str for int
del sensor[1]  # not deletable
Thermometer(1, 2.0)  # too many
Thermometer(1).kelvin()  # no such method
Thermometer(1) + 2  # the base's operator
Counter().add()  # too few
Counter().total = 3  # read only
for number in sensor:
    number.upper()  # not a str
with sensor as opened:
    opened.unknown()  # no such method
try:
    pass
except station.Unknown:  # no such class
    pass
raise station.Timeout from 3  # not an exception
