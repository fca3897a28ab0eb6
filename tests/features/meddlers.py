# Streams and callbacks that do what they shouldn't while mbedTLS works, and what DTLS makes of them.

import gc
import micropython
import sys
import tls

from certificates import GOOD, KEY
from connections import End, connect, contexts, join, pair, raises, wrap


def client_of(stream, protocol=tls.PROTOCOL_TLS_CLIENT):
    # A client that trusts everybody, and writes as soon as it is read.
    context = tls.SSLContext(protocol)
    context.verify_mode = tls.CERT_NONE
    stream.context = context
    stream.above = context.wrap_socket(stream, do_handshake_on_connect=False)
    return stream.above


def heap_grows(function):
    function()
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(8):
        function()
    gc.collect()
    return gc.mem_alloc() - before


def write_into(data):
    # Memory that is free when data is kept is taken by others, who notice what is written.
    fillers = [bytes(4000) for _ in range(6)]
    data[0] = 88
    assert not any(88 in filler for filler in fillers)


class Meddler(End):
    def write(self, data):
        raises(OSError, self.above.read, 1)
        raises(OSError, self.above.write, b"x")
        raises(OSError, self.context.__del__)
        return len(data)


def the_connection_and_its_context_are_used():
    assert client_of(Meddler()).read(1) is None
    raises(OSError, tls.SSLContext(tls.PROTOCOL_TLS_CLIENT).__del__)


class Keeper(End):
    def write(self, data):
        self.kept = data
        return len(data)


def what_is_written_is_kept():
    keeper = Keeper()
    assert client_of(keeper).read(1) is None
    hello = bytes(keeper.kept)
    keeper.above.close()
    gc.collect()
    assert bytes(keeper.kept) == hello and hello[0] == 22
    write_into(keeper.kept)


class Closer(End):
    def write(self, data):
        self.close()
        write_into(data)
        return len(data)

    def close(self):
        self.above.close()


class LockedCloser(Closer):
    def close(self):
        micropython.heap_lock()
        self.above.close()
        micropython.heap_unlock()


def use(kind):
    closer = kind()
    near = client_of(closer)
    raises(OSError, near.read, 1)
    raises(OSError, near.read, 1)
    assert closer.closed
    near.close()


def the_connection_is_closed():
    assert heap_grows(lambda: use(Closer)) < 10000
    use(LockedCloser)


class Lost(End):
    called = False

    def ioctl(self, request, argument):
        Lost.called = True
        return 0


def the_collector_calls_no_stream():
    for _ in range(8):
        client_of(Lost())
    gc.collect()
    assert not Lost.called


class RefusedCloser(Closer):
    def write(self, data):
        return Closer.write(self, data) if data[0] == 21 else End.write(self, data)


def the_connection_is_closed_when_the_other_side_is_told_of_a_failure():
    client, server = contexts()
    server.verify_mode = tls.CERT_REQUIRED
    server.load_verify_locations(cadata=GOOD)
    ends = pair(End, RefusedCloser)
    near, ends[1].above = wrap(client, server, ends)
    raises(OSError, join, near, ends[1].above)
    assert ends[1].closed


class OtherCloser(End):
    def write(self, data):
        self.found = self.far.closed, self.far.above.close(), self.far.closed
        return len(data)


def another_connection_is_closed():
    closer = OtherCloser()
    closer.far = End()
    client_of(closer.far)
    assert client_of(closer).read(1) is None
    assert closer.found == (False, None, True)


class Noise(End):
    def readinto(self, buffer):
        buffer[:] = b"\x99" * len(buffer)
        return len(buffer)

    def write(self, data):
        return len(data)


def tls_within_tls_fails_as_the_inner_one_does():
    alone = raises(OSError, client_of(Noise()).read, 1)
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_NONE
    outer = context.wrap_socket(client_of(Noise()), do_handshake_on_connect=False)
    within = raises(OSError, outer.read, 1)
    assert alone.args == within.args, (alone, within)


class Broken(End):
    broken = False

    def write(self, data):
        return -5 if self.broken else End.write(self, data)


def nothing_is_written_where_the_lowest_stream_fails():
    client, server = contexts()
    ends = pair(Broken, End)
    lower = wrap(client, server, ends)
    join(*lower)
    upper, far = wrap(client, server, lower)
    join(upper, far)
    ends[0].broken = True
    within = raises(OSError, upper.write, b"x" * 101)
    alone = raises(OSError, lower[0].write, b"x" * 101)
    assert within.args == alone.args, (within, alone)


class Measured(End):
    most = 0

    def readinto(self, buffer):
        self.most = max(self.most, len(buffer))
        return End.readinto(self, buffer)


def a_stream_is_asked_for_less_than_a_record():
    ends = pair(Measured, End)
    near, far = wrap(*contexts(), ends)
    join(near, far)
    far.write(b"x" * 5000)
    received = b""
    while len(received) < 5000:
        received += near.read(5000) or b""
    assert received == b"x" * 5000 and ends[0].most == 1024


class Flaky(End):
    calls = 0

    def write(self, data):
        self.calls += 1
        if self.calls % 2:
            raise KeyError(self.calls)
        return End.write(self, data)


def patiently(function, *args):
    for failures in range(20):
        try:
            return failures, function(*args)
        except KeyError:
            pass


def a_connection_goes_on_where_its_stream_has_raised():
    near, far = wrap(*contexts(), pair(Flaky, Flaky))
    failures, _ = patiently(join, near, far)
    assert failures > 3 and near.cipher()
    assert patiently(near.write, b"text")[1] == 4
    assert far.read(4) == b"text"


class Stuck(End):
    stuck = False

    def write(self, data):
        return 0 if self.stuck else End.write(self, data)


def what_was_not_taken_is_written_later():
    ends = pair(Stuck, End)
    near, far = join(*wrap(*contexts(), ends))
    ends[0].stuck = True
    assert near.write(b"one") is None
    ends[0].stuck = False
    assert near.write(b"one") == 3 and near.write(b"two") == 3
    assert far.read(6) == b"onetwo"


def only_0_accepts_a_certificate():
    for verdict in (True, False, None, 1, 3000, -1, -0x6900, 1 << 32, b"0"):
        raises(OSError, connect, callback=lambda certificate, depth: verdict)


def what_a_callback_raises_leaves_nothing_behind():
    def refuse(certificate, depth):
        raise KeyError(depth)

    client, server = contexts(callback=refuse)

    def be_refused():
        near, far = wrap(client, server, pair())
        raises(KeyError, join, near, far)
        raises(OSError, near.read, 1)
        near.close()
        far.close()

    assert heap_grows(be_refused) < 5000


def what_fails_leaves_the_stream_open():
    client, _ = contexts()
    stream, _ = pair(Flaky, End)
    # The last fails in the handshake.
    for name, error in ((5, TypeError), ("device.test\0.evil.test", ValueError), ("device.test", KeyError)):
        for _ in range(3):
            stream.calls = 0
            raises(error, client.wrap_socket, stream, server_hostname=name)
    gc.collect()
    assert not stream.closed


class Datagrams(End):
    def __init__(self):
        End.__init__(self)
        self.incoming = []

    def readinto(self, buffer):
        if not self.incoming:
            return None
        datagram = self.incoming.pop(0)
        buffer[: len(datagram)] = datagram
        return len(datagram)

    def write(self, data):
        self.other.incoming.append(bytes(data))
        return len(data)


class Liar(Datagrams):
    def readinto(self, buffer):
        Datagrams.readinto(self, buffer)
        return 450000


def a_datagram_is_as_long_as_there_was_room():
    liar, _ = pair(Liar, Datagrams)
    liar.incoming.append(b"\x15\xfe\xfd\0\0\0\0\0\0\0\x01\0\x02\x01\x5a")
    raises(ValueError, client_of(liar, tls.PROTOCOL_DTLS_CLIENT).read, 1)


def dtls():
    server = tls.SSLContext(tls.PROTOCOL_DTLS_SERVER)
    server.load_cert_chain(GOOD, KEY)
    one, other = pair(Datagrams, Datagrams)
    near = client_of(one, tls.PROTOCOL_DTLS_CLIENT)
    assert near.read(1) is None
    options = {"server_side": True, "do_handshake_on_connect": False}
    if sys.implementation.version >= (1, 26):
        # A client has to show first that it is where it says.
        options["client_id"] = b"near"
        raises(OSError, server.wrap_socket(other, **options).read, 1)
        assert near.read(1) is None
    far = server.wrap_socket(other, **options)
    for _ in range(6):
        far.read(1)
        near.read(1)
    near.write(b"datagram")
    assert far.read(8) == b"datagram"


for test in (
    the_connection_and_its_context_are_used,
    what_is_written_is_kept,
    the_connection_is_closed,
    the_collector_calls_no_stream,
    the_connection_is_closed_when_the_other_side_is_told_of_a_failure,
    another_connection_is_closed,
    tls_within_tls_fails_as_the_inner_one_does,
    nothing_is_written_where_the_lowest_stream_fails,
    a_stream_is_asked_for_less_than_a_record,
    a_connection_goes_on_where_its_stream_has_raised,
    what_was_not_taken_is_written_later,
    only_0_accepts_a_certificate,
    what_a_callback_raises_leaves_nothing_behind,
    what_fails_leaves_the_stream_open,
    a_datagram_is_as_long_as_there_was_room,
    dtls,
):
    test()
