import io
import websocket

pipe = io.BytesIO(b"\x81\x04ping")
assert websocket.websocket(pipe).read(4) == b"ping"
