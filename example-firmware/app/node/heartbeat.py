"""The node's heartbeat: a lamp on the board that the timer's interrupt switches while the program does other things."""

import panel


class Heartbeat:
    """Switches the lamp with each beat, and stops by itself after the last."""

    def __init__(self, beats, period_ms):
        self.lamp = panel.Lamp(0)
        self.beats = 0
        self.last = beats
        panel.every(period_ms, self.beat)

    def beat(self, count):
        """The timer's callback. `count` is how often the timer has run out."""
        self.beats += 1
        self.lamp.toggle()
        if self.beats == self.last:
            panel.stop()

    def done(self):
        return self.beats >= self.last

    def shown(self):
        return "on" if self.lamp.lit else "off"
