"""A block device in RAM, for file systems."""


class Blocks:
    def __init__(self, size, count):
        self.size = size
        self.data = bytearray(size * count)

    def readblocks(self, block, buf, offset=0):
        start = block * self.size + offset
        buf[:] = memoryview(self.data)[start : start + len(buf)]

    def writeblocks(self, block, buf, offset=None):
        start = block * self.size + (offset or 0)
        self.data[start : start + len(buf)] = buf

    def ioctl(self, request, arg):
        if request == 4:
            return len(self.data) // self.size
        if request == 5:
            return self.size
        return 0


def check(kind, size, count):
    """Writes, lists, reads, imports and removes files of a new file system."""
    import os
    import sys
    import vfs

    device = Blocks(size, count)
    kind.mkfs(device)
    vfs.mount(kind(device), "/disk")
    with open("/disk/first_file.txt", "w") as file:
        file.write("some text\n")
    os.mkdir("/disk/folder")
    with open("/disk/folder/lies_on_disk.py", "w") as file:
        file.write("answer = 42\n")
    assert sorted(os.listdir("/disk")) == ["first_file.txt", "folder"]
    with open("/disk/first_file.txt") as file:
        assert file.read() == "some text\n"
    sys.path.append("/disk/folder")
    import lies_on_disk

    assert lies_on_disk.answer == 42
    os.remove("/disk/first_file.txt")
    assert os.listdir("/disk") == ["folder"]
    assert os.statvfs("/disk")[3] > 0
    vfs.umount("/disk")
    # What was written is there for the next one.
    vfs.mount(kind(device), "/disk")
    assert os.listdir("/disk/folder") == ["lies_on_disk.py"]
