import os
import vfs

# A header, and one file record with its name and its data.
name = b"note.txt"
data = b"read in place"
file = bytes((len(name),)) + name + bytes((2, len(data))) + data
record = bytes((5, len(file))) + file
image = b"\xd2\xcd\x31" + bytes((len(record),)) + record
vfs.mount(vfs.VfsRom(image), "/rom")
assert os.listdir("/rom") == ["note.txt"]
with open("/rom/note.txt", "rb") as opened:
    assert opened.read() == data
    assert memoryview(opened)[:4] == b"read"
