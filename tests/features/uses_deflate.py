import deflate
import io

text = b"one and one and one and one\n" * 20
packed = io.BytesIO()
with deflate.DeflateIO(packed, deflate.ZLIB) as stream:
    stream.write(text)
assert len(packed.getvalue()) < len(text) // 4
packed.seek(0)
assert deflate.DeflateIO(packed, deflate.ZLIB).read() == text
