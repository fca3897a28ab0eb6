# What runs in every VM of the soak: all that takes memory and has to give it back.

import gc
import sys

import held


class Node:
    def __init__(self, parent):
        self.parent = parent
        self.names = {}

    def deepen(self, depth):
        self.names["depth %d" % depth] = [depth] * 8
        if depth == 0:
            held.note_lowest()
            raise held.TooDeep("at the bottom")
        return Node(self).deepen(depth - 1)


def import_again():
    import part

    del sys.modules["part"]
    return part.total([1, 2, 3])


def raise_from_below():
    try:
        Node(None).deepen(6)
    except held.TooDeep as error:
        return str(error)


def exhaust_the_heap():
    try:
        bytearray(1 << 30)
    except MemoryError:
        return True


def run(n):
    text = "".join(str(i * n) for i in range(40))
    by_name = {name: len(name) for name in text.split("1")}
    counted = held.Counted(n)
    assert import_again() == 6
    assert raise_from_below() == "at the bottom"
    held.note_lowest()
    assert exhaust_the_heap()
    assert held.call_back(lambda i: counted.add(i) + n * 0) == n + 45
    assert sum(value for value in by_name.values()) == sum(map(len, by_name))
    gc.collect()
