import gc
import os
import vfs
from blocks import Blocks, check

check(vfs.VfsFat, 512, 64)
# The date can be written, whatever the board knows of it.
assert os.stat("/disk/folder/lies_on_disk.py")[8] > 900000000


class Collecting(Blocks):
    # Files that are lost are closed by the collector, which then calls the device.
    lost = False
    calls = [0]

    def readblocks(self, block, buf, offset=0):
        if Collecting.lost:
            Collecting.calls[0] += 1
            gc.collect()
            return 0
        return Blocks.readblocks(self, block, buf, offset)

    def writeblocks(self, block, buf, offset=None):
        if Collecting.lost:
            return 0
        return Blocks.writeblocks(self, block, buf, offset)


def lose(system, name):
    system.open(name, "w").write("text")


device = Collecting(512, 64)
vfs.VfsFat.mkfs(device)
system = vfs.VfsFat(device)
live = [[i] for i in range(200)]
for number in range(8):
    lose(system, "file%d.txt" % number)
Collecting.lost = True
gc.collect()
Collecting.lost = False
assert Collecting.calls[0]
fillers = [bytes(16) for _ in range(200)]
assert live == [[i] for i in range(200)]
