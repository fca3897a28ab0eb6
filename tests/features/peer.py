# One side of a connection over standard input and output, for CPython's ssl on the other (oracle/tls.py).

import io
import ssl
import sys

from certificates import GOOD, KEY


class Console(io.IOBase):
    def readinto(self, buffer):
        return sys.stdin.buffer.readinto(memoryview(buffer)[:1])

    def write(self, data):
        return sys.stdout.buffer.write(data)

    def ioctl(self, request, argument):
        return 0


def echo(connection):
    for length in (1, 5120):
        connection.write(connection.read(length))


def serve():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(GOOD, KEY)
    echo(context.wrap_socket(Console(), server_side=True))


def connect():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=GOOD)
    echo(context.wrap_socket(Console(), server_hostname="device.test"))
