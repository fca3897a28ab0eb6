import vfs
from blocks import check

check(vfs.VfsLfs1, 1024, 24)
