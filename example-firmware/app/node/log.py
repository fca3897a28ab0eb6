"""What happened, kept in a ring: spans of work, and events."""

from .ring import Ring


class Span:
    """Work on something, for `with`: counts it, and logs how it ended where that was an exception."""

    def __init__(self, log, name):
        self.log = log
        self.name = name

    def __enter__(self):
        self.log.depth += 1
        return self

    def __exit__(self, kind, error, traceback):
        self.log.depth -= 1
        self.log.spans[self.name] = self.log.spans.get(self.name, 0) + 1
        if kind is not None and issubclass(kind, Exception):
            self.log.add(self.name, f"{kind.__name__}: {error}")
        return False


class EventLog:
    def __init__(self, size):
        self.events = Ring(size)
        self.spans = {}
        self.depth = 0
        self.total = 0

    def span(self, name):
        return Span(self, name)

    def add(self, source, text):
        self.total += 1
        self.events.push((self.total, source, text))

    def sources(self):
        return {source for _, source, _ in self.events}
