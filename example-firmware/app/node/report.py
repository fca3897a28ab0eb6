"""The node's report: a table for people, and signed JSON for machines."""

import json
from collections import OrderedDict

from .link import signature


class Report:
    def __init__(self, node):
        self.node = node

    def as_json(self):
        """One line of JSON, the same for the same measurements. Numbers are hundredths."""
        content = OrderedDict()
        content["node"] = self.node.name
        content["frames"] = self.node.frames_sent
        content["recent"] = [list(station.recent) for station in self.node.stations]
        content["faults"] = sum(station.faults for station in self.node.stations)
        content["events"] = [f"{number} {source}: {text}" for number, source, text in self.node.log.events]
        return json.dumps(content)

    def print(self, received, rejected):
        node = self.node
        print(f"telemetry node {node.name}: {len(node.stations)} stations")
        print(f"{'station':<12} {'n':>4} {'mean':>8} {'dev':>7} {'min':>8} {'max':>8} {'faults':>6}")
        for station in node.stations:
            stats = station.stats
            numbers = f"{stats.mean:8.1f} {stats.deviation:7.1f} {stats.low:8.2f} {stats.high:8.2f}"
            print(f"{station.name:<12} {stats.count:4} {numbers} {station.faults:6} {station.unit}")
        print(f"frames: {node.frames_sent} sent, {node.frames_seen - sum(rejected.values())} good")
        for kind in sorted(rejected):
            print(f"  {kind}: {rejected[kind]}")
        print(f"readings received: {received}")
        text = self.as_json()
        print(text)
        print(f"signature: {signature.sign(text.encode()):x}")
