import io
import sys
import vfs
from compiled import mpy


class File(io.IOBase):
    def __init__(self):
        self.at = 0

    def readinto(self, buf):
        part = mpy[self.at : self.at + len(buf)]
        buf[: len(part)] = part
        self.at += len(part)
        return len(part)

    def ioctl(self, request, arg):
        return 0


class OneFile:
    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def stat(self, path):
        if path != "/loaded.mpy":
            raise OSError(2)
        return (0x8000,) + (0,) * 9

    def open(self, path, mode):
        return File()


vfs.mount(OneFile(), "/one")
sys.path.append("/one")
import loaded

assert loaded.doubled(21) == 42
