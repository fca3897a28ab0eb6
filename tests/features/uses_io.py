import io

stream = io.StringIO("one\ntwo\n")
assert [line for line in stream] == ["one\n", "two\n"]
