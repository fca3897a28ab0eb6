import io
import ssl
import tls

from certificates import EXPIRED, FUTURE, GOOD, KEY


class End(io.IOBase):
    # One end of a connection. Where nothing has come in, reading it would block.
    def __init__(self):
        self.incoming = bytearray()
        self.closed = False

    def readinto(self, buffer):
        if not self.incoming:
            return None
        part = self.incoming[: len(buffer)]
        self.incoming = self.incoming[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def write(self, data):
        self.other.incoming += data
        return len(data)

    def ioctl(self, request, argument):
        self.closed = self.closed or request == 4
        return 0


def pair():
    one, other = End(), End()
    one.other, other.other = other, one
    return one, other


def connect(certificate, mode=ssl.CERT_REQUIRED, name="device.test", trusted=None, callback=None):
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.verify_callback = callback
    client.load_verify_locations(cadata=trusted or certificate)
    client.verify_mode = mode
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, KEY)
    near, far = pair()
    near = client.wrap_socket(near, server_hostname=name, do_handshake_on_connect=False)
    far = server.wrap_socket(far, server_side=True, do_handshake_on_connect=False)
    # Each side goes on until it has to wait for the other.
    for _ in range(6):
        near.read(1)
        far.read(1)
    return near, far


near, far = connect(GOOD)
assert near.cipher()[1] == "TLSv1.2", near.cipher()
assert near.getpeercert(True) == GOOD
for text in (b"a", b"text" * 1000):
    near.write(text)
    assert far.read(len(text)) == text
    far.write(text)
    assert near.read(len(text)) == text
near.close()


def raises(error, function, *args):
    try:
        function(*args)
    except error:
        return
    raise AssertionError((function, args))


# What isn't connected yet, or not any more.
raises(OSError, near.read, 1)
raises(OSError, near.setblocking, True)
near, far = pair()
near = ssl.wrap_socket(near, do_handshake=False)
raises(OSError, near.cipher)


# A stream that uses the connection above it.
class Meddler(End):
    def write(self, data):
        raises(OSError, self.above.read, 1)
        raises(OSError, self.above.write, b"x")
        raises(OSError, self.above.close)
        raises(OSError, self.context.__del__)
        return len(data)


near = Meddler()
near.context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
near.context.verify_mode = tls.CERT_NONE
near.above = near.context.wrap_socket(near, do_handshake_on_connect=False)
raises(OSError, near.above.read, 1)

# A program's own look at certificates, which may keep them.
kept = []
connect(GOOD, callback=lambda certificate, depth: kept.append((certificate, depth)) or 0)
assert kept == [(GOOD, 0)]


def refused(*args, **kwargs):
    try:
        connect(*args, **kwargs)
    except (OSError, ValueError) as error:
        return str(error)
    raise AssertionError(args)


assert "expired" in refused(EXPIRED), refused(EXPIRED)
assert "future" in refused(FUTURE), refused(FUTURE)
assert "CN" in refused(GOOD, name="other.test"), refused(GOOD, name="other.test")
FORGED = GOOD[:-1] + bytes([GOOD[-1] ^ 1])
assert "trusted" in refused(FORGED, trusted=GOOD), refused(FORGED, trusted=GOOD)
assert connect(EXPIRED, mode=ssl.CERT_NONE, name=None)

# The function that does it all at once.
near, far = pair()
try:
    ssl.wrap_socket(near, cadata=b"none", do_handshake=False)
    raise AssertionError
except ValueError as error:
    assert str(error) == "invalid cert"
near = ssl.wrap_socket(near, do_handshake=False)
assert near.read(1) is None and far.incoming

assert issubclass(tls.SSLContext, object) and tls.PROTOCOL_TLS_CLIENT == ssl.PROTOCOL_TLS_CLIENT
