"""CPython's ssl against the program's: `tls.py PROGRAM`. The program is the server, then the client."""

import base64
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import certificates


def contexts():
    certificate = ssl.DER_cert_to_PEM_cert(certificates.GOOD)
    key = base64.encodebytes(certificates.KEY).decode()
    key = f"-----BEGIN EC PRIVATE KEY-----\n{key}-----END EC PRIVATE KEY-----\n"
    client = ssl.create_default_context(cadata=certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(key + certificate)
        file.flush()
        server.load_cert_chain(file.name)
    return client, server


class Connection:
    def __init__(self, context, program, role):
        self.program = subprocess.Popen([program, role], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = "device.test" if role == "serve" else None
        self.ssl = context.wrap_bio(self.incoming, self.outgoing, server_side=name is None, server_hostname=name)

    def do(self, step, *args):
        """Goes on until the step is done, with what comes from the other side."""
        while True:
            try:
                return step(*args)
            except ssl.SSLWantReadError:
                self.flush()
                data = os.read(self.program.stdout.fileno(), 65536)
                assert data, "the program has ended"
                self.incoming.write(data)
            finally:
                self.flush()

    def flush(self):
        self.program.stdin.write(self.outgoing.read())
        self.program.stdin.flush()

    def echoes(self, text):
        self.do(self.ssl.write, text)
        received = b""
        while len(received) < len(text):
            received += self.do(self.ssl.read, 65536)
        return received == text


def main(program):
    client, server = contexts()
    for role, context in (("serve", client), ("connect", server)):
        connection = Connection(context, program, role)
        connection.do(connection.ssl.do_handshake)
        assert connection.ssl.version() == "TLSv1.2", connection.ssl.version()
        for text in (b"a", bytes(range(256)) * 20):
            assert connection.echoes(text), len(text)
        assert connection.program.wait() == 0
        print(role, connection.ssl.cipher()[0])


main(sys.argv[1])
