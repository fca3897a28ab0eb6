import time

assert time.gmtime(0)[:3] == (1970, 1, 1)
assert time.mktime(time.gmtime(1700000000)) == 1700000000
# A board without a clock begins in 2000.
assert time.time() >= 946684800
assert time.localtime()[0] >= 2000
before = time.time_ns()
time.sleep_ms(2)
assert time.time_ns() - before >= 2000000
