# Prints a line a function: its name, and ticks of the processor's clock for CALLS calls in C and in Rust, without
# those of the loop around them.

import gc
import counter
import in_c
import in_rust

CALLS = 4000


def empty(n):
    for _ in range(n):
        pass


def call_0(f, n):
    for _ in range(n):
        f()


def call_1(f, n, a):
    for _ in range(n):
        f(a)


def call_2(f, n, a, b):
    for _ in range(n):
        f(a, b)


def call_keyword(f, n, a, c):
    for _ in range(n):
        f(a, c=c)


def call_method(o, n):
    for _ in range(n):
        o.add(1)


def get(o, n):
    for _ in range(n):
        o.value


def put(o, n):
    for _ in range(n):
        o.value = 7


def callee(a, b):
    return a


def ticks(f, *args):
    gc.collect()
    start = counter.cycles()
    f(*args)
    return (start - counter.cycles()) & 0xFFFFFF


def compare(name, label, runner, *args):
    loop = ticks(empty, CALLS)
    c = ticks(runner, getattr(in_c, name), CALLS, *args) - loop
    rust = ticks(runner, getattr(in_rust, name), CALLS, *args) - loop
    print("calls", name, label, CALLS, c, rust)


def compare_callers(name, label):
    c = ticks(getattr(in_c, name), callee, CALLS)
    rust = ticks(in_rust.repeat, callee, CALLS)
    print("calls", name, label, CALLS, c, rust)


def compare_objects(label, runner):
    loop = ticks(empty, CALLS)
    c = ticks(runner, in_c.Counter(1), CALLS) - loop
    rust = ticks(runner, in_rust.Counter(1), CALLS) - loop
    print("calls", "Counter", label, CALLS, c, rust)


compare("nothing", "nothing()", call_0)
compare("add", "add(20,30)", call_2, 20, 30)
compare("half", "half(3.0)", call_1, 3.0)
compare("length", "length('hello')", call_1, "hello")
compare("fill", "fill(bytearray(64),7)", call_2, bytearray(64), 7)
compare("named", "named(1)", call_1, 1)
compare("named", "named(1,c=5)", call_keyword, 1, 5)
compare("Counter", "Counter(5)", call_1, 5)
compare_objects("counter.add(1)", call_method)
compare_objects("counter.value", get)
compare_objects("counter.value=7", put)
compare_callers("repeat", "callee(i,2)")
compare_callers("repeat_caught", "callee(i,2),caught")
