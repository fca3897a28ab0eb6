"""The node: stations that measure, a log, and the frames that go out."""

from .config import FAULTY_FRAMES, NAME, SENSORS
from .link import Packet, encode
from .log import EventLog
from .report import Report
from .sensors import SensorFault
from .station import Station

__all__ = ("NAME", "Node")


class Node:
    def __init__(self, name, seed):
        self.name = name
        self.log = EventLog(16)
        self.stations = [Station(kind, seed + 7 * index) for index, kind in enumerate(SENSORS)]
        self.frames_sent = 0
        self.frames_seen = 0

    def station(self, name):
        for station in self.stations:
            if station.name == name:
                return station
        raise LookupError(f"no station {name!r}")

    def readings(self, rounds):
        """What the stations measure, in turn; the log has what they couldn't."""
        for _ in range(rounds):
            for code, station in enumerate(self.stations):
                try:
                    with self.log.span(station.name):
                        value = station.measure()
                except SensorFault:
                    continue
                yield code, value

    def session(self, rounds):
        """The frames of a session, some of them as a bad line would deliver them."""
        batch = []
        for reading in self.readings(rounds):
            batch.append(reading)
            if len(batch) == 4:
                yield self.frame(batch)
                batch = []
        if batch:
            yield self.frame(batch)

    def frame(self, batch):
        data = bytearray(encode(Packet(self.frames_sent, tuple(batch))))
        fault = FAULTY_FRAMES.get(self.frames_sent)
        if fault is not None:
            offset, mask = fault
            data[offset] ^= mask
            self.log.add("line", f"frame {self.frames_sent} damaged at {offset}")
        self.frames_sent += 1
        return bytes(data)

    def print_report(self, received, rejected):
        Report(self).print(received, rejected)
