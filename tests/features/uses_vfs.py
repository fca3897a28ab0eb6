import os
import vfs


class Empty:
    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def ilistdir(self, path):
        return iter([("only", 0x8000, 0, 0)])


vfs.mount(Empty(), "/empty")
assert os.listdir("/empty") == ["only"]
vfs.umount("/empty")
try:
    open("/empty/only")
    assert False
except OSError:
    pass
