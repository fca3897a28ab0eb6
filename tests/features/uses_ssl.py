import ssl
import tls

import meddlers
from certificates import EXPIRED, FUTURE, GOOD, RSA_GOOD, RSA_KEY
from connections import End, connect, contexts, join, pair, raises

near, far = connect(GOOD)
assert near.cipher()[1] == "TLSv1.2", near.cipher()
assert near.getpeercert(True) == GOOD
for text in (b"a", b"text" * 1000):
    near.write(text)
    assert far.read(len(text)) == text
    far.write(text)
    assert near.read(len(text)) == text
near.close()


# What isn't connected yet, or not any more.
raises(OSError, near.read, 1)
raises(OSError, near.setblocking, True)
near, far = pair()
near = ssl.wrap_socket(near, do_handshake=False)
raises(OSError, near.cipher)


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

# With RSA, of which the elliptic curves are a part unless the client wants none.
near, far = connect(RSA_GOOD, RSA_KEY)
assert near.cipher()[0].startswith("TLS-ECDHE-RSA-"), near.cipher()
client, server = contexts(RSA_GOOD, RSA_KEY)
client.set_ciphers(["TLS-RSA-WITH-AES-128-GCM-SHA256"])
near, far = pair()
# The arguments that CPython lets stand without their names.
near, far = join(client.wrap_socket(near, False, False, "device.test"), server.wrap_socket(far, True, False))
assert near.cipher()[0] == "TLS-RSA-WITH-AES-128-GCM-SHA256", near.cipher()

# Of files and data both count.
client, server = contexts(trusted=EXPIRED)
client.load_verify_locations(cafile=RSA_GOOD, cadata=GOOD)
near, far = pair()
join(client.wrap_socket(near, False, False, "device.test"), server.wrap_socket(far, True, False))
raises(TypeError, client.load_verify_locations)

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
