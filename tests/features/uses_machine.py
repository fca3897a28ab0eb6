import machine
import time
import uctypes


class Pin(machine.PinBase):
    def __init__(self):
        self.level = 0
        self.writes = []

    def value(self, level=None):
        if level is None:
            return self.level
        self.level = int(level)
        self.writes.append(self.level)


# Memory.
data = bytearray(4)
machine.mem8[uctypes.addressof(data)] = 0xA5
assert data[0] == 0xA5

# Signals.
pin = Pin()
lamp = machine.Signal(pin, invert=True)
lamp.on()
assert pin.level == 0 and lamp.value() == 1
assert machine.Signal(lamp, invert=True).value() == 0

# What is no pin is refused.
for use in (
    lambda: machine.Signal(5).value(),
    lambda: machine.time_pulse_us(None, 1),
    lambda: machine.SoftI2C(scl=5, sda=6),
    lambda: machine.SoftSPI(sck="a", mosi="b", miso="c"),
):
    try:
        use()
        assert False
    except TypeError:
        pass
assert machine.time_pulse_us(pin, 1, 100) == -2

# A bus with nobody on it: SDA is pulled up, so that nobody answers.
sda = Pin()
sda.value = lambda level=None: 1
bus = machine.SoftI2C(scl=pin, sda=sda, freq=400000)
pin.value = lambda level=None: 1
assert bus.scan() == []
assert "SoftI2C(scl=Pin" in str(bus)

# A wire from the output to the input.
wire = Pin()
spi = machine.SoftSPI(sck=Pin(), mosi=wire, miso=wire, baudrate=1000000)
answer = bytearray(2)
spi.write_readinto(b"\x5a\x81", answer)
assert answer == b"\x5a\x81"

# Timers.
ticks = []
timer = machine.Timer(period=2, callback=lambda timer: ticks.append(timer))
while len(ticks) < 3:
    time.sleep_ms(2)
timer.deinit()
assert ticks[0] is timer
machine.Timer(period=1, mode=machine.Timer.ONE_SHOT, callback=lambda timer: ticks.append(None))
while None not in ticks:
    pass

outer = machine.disable_irq()
inner = machine.disable_irq()
machine.enable_irq(inner)
machine.enable_irq(outer)
for state in (outer, 7, -1):
    try:
        machine.enable_irq(state)
        assert False
    except ValueError:
        pass
# A program that ends in the section has left it.
machine.disable_irq()
machine.idle()
try:
    machine.reset()
    assert False
except NotImplementedError:
    pass
