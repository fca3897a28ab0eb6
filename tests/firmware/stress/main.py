import gc

gc.threshold(0)

import stress


def make(n, *, call):
    return "item %d" % n, call(n, "x" * n)


for i in range(3):
    print(stress.keep(make))
print(stress.refuse(2))
for i in range(3):
    try:
        stress.refuse(3)
    except stress.StressError as error:
        print(repr(error), [str(i) * 3 for i in range(4)])
