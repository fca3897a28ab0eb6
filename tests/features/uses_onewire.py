import _onewire
import machine


class Pin(machine.PinBase):
    def value(self, level=None):
        # Nobody is there to pull the wire down.
        return 1


assert not _onewire.reset(Pin())
assert _onewire.crc8(b"\x02\x1c\xb8\x01\x00\x00\x00\xa2") == 0
try:
    _onewire.readbit(1)
    assert False
except TypeError:
    pass
