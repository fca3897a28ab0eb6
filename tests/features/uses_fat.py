import os
import vfs
from blocks import check

check(vfs.VfsFat, 512, 64)
# The date can be written, whatever the board knows of it.
assert os.stat("/disk/folder/lies_on_disk.py")[8] > 900000000
