"""The last few values of a station."""


class Ring:
    def __init__(self, size):
        self._items = [None] * size
        self._next = 0
        self._count = 0

    def push(self, item):
        self._items[self._next] = item
        self._next = (self._next + 1) % len(self._items)
        self._count = min(self._count + 1, len(self._items))

    def __len__(self):
        return self._count

    def __getitem__(self, index):
        """The item at an index, the oldest first."""
        if not -self._count <= index < self._count:
            raise IndexError(f"{index} of {self._count}")
        start = self._next - self._count
        return self._items[(start + index % self._count) % len(self._items)]

    def __iter__(self):
        yield from (self[index] for index in range(self._count))
