# Both sides of a connection over streams that lie in memory.

import io
import ssl

from certificates import GOOD, KEY


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


def pair(near=End, far=End):
    one, other = near(), far()
    one.other, other.other = other, one
    return one, other


def contexts(certificate=GOOD, key=KEY, trusted=None, callback=None):
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.verify_callback = callback
    client.load_verify_locations(cadata=trusted or certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return client, server


def wrap(client, server, ends, name="device.test"):
    near, far = ends
    near = client.wrap_socket(near, server_hostname=name, do_handshake_on_connect=False)
    return near, server.wrap_socket(far, server_side=True, do_handshake_on_connect=False)


def join(near, far):
    # Each side goes on until it has to wait for the other.
    for _ in range(6):
        near.read(1)
        far.read(1)
    return near, far


def connect(certificate=GOOD, key=KEY, mode=ssl.CERT_REQUIRED, name="device.test", trusted=None, callback=None):
    client, server = contexts(certificate, key, trusted, callback)
    client.verify_mode = mode
    return join(*wrap(client, server, pair(), name))


def raises(error, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except error as raised:
        return raised
    raise AssertionError((function, args, kwargs))
