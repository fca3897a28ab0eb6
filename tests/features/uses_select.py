import io
import select
import sys


class Stream(io.IOBase):
    ready = 0

    def ioctl(self, request, arg):
        return self.ready & arg if request == 3 else 0


stream = Stream()
poll = select.poll()
poll.register(stream, select.POLLIN)
assert poll.poll(0) == []
stream.ready = select.POLLIN
assert poll.poll(0) == [(stream, select.POLLIN)]

console = select.poll()
console.register(sys.stdout, select.POLLOUT)
assert console.poll(0)[0][1] == select.POLLOUT
