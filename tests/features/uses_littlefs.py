import vfs
from blocks import check

check(vfs.VfsLfs2, 1024, 24)
