import framebuf

buffer = bytearray(8)
frame = framebuf.FrameBuffer(buffer, 8, 8, framebuf.MONO_HLSB)
frame.line(0, 0, 7, 7, 1)
assert buffer == bytes(0x80 >> n for n in range(8))
