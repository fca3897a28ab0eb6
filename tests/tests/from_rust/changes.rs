//! Python that changes a container while MicroPython works on it, and containers that grow when memory is short: what
//! was asked for is done or raises, and nothing else in memory is touched.

use mpy_freeze_rt::{ErrorType, Vm};

use super::{exec, in_vm, with_heap};

/// A key whose comparisons do something once, and what takes the place of memory that was freed and then can't have
/// changed.
const KEYS: &str = r#"
import gc
from collections import OrderedDict

class Key:
    action = None
    equal = True
    def __hash__(self): return 1
    def __eq__(self, other):
        action, Key.action = Key.action, None
        if action: action()
        return Key.equal and isinstance(other, Key)
    def __lt__(self, other): return self == other

def refill():
    gc.collect()
    for i in range(len(held)):
        held[i] = 'filler %d' % i

def intact():
    gc.collect()
    return all(text == 'filler %d' % i for i, text in enumerate(held))

held = [None] * 400

def once(function, *args):
    def action():
        function(*args)
        refill()
    Key.action = action

def raises(exception, function, *args):
    try:
        function(*args)
    except exception:
        return True
"#;

/// Runs Python's assertions with what is above.
#[track_caller]
fn holds(source: &str) {
    in_vm(|vm| {
        exec(vm, KEYS);
        exec(vm, source);
        exec(vm, "assert Key.action is None\nassert intact()");
    });
}

#[test]
fn a_key_that_clears_its_dict() {
    holds(
        r#"
for kind in (dict, OrderedDict):
    def made():
        d = kind()
        d[Key()] = 'first'
        once(d.clear)
        return d

    d = made()
    d[Key()] = 0x1234567
    assert list(d.values()) == [0x1234567]
    d = made()
    assert d.setdefault(Key(), 5) == 5 and len(d) == 1
    d = made()
    assert Key() not in d and not d
    d = made()
    assert d.get(Key(), 'no') == 'no'
    for name in ('__getitem__', '__delitem__', 'pop'):
        d = made()
        assert raises(KeyError, getattr(d, name), Key()), name
        assert len(d) == 0
        d[1] = 2
        assert list(d.items()) == [(1, 2)]
"#,
    );
}

#[test]
fn a_key_that_fills_its_dict() {
    holds(
        r#"
def fill(d):
    for i in range(2, 60): d[i] = -i

for kind in (dict, OrderedDict):
    for equal in (True, False):
        Key.equal = equal
        d = kind()
        d[Key()] = 'first'
        once(fill, d)
        d[Key()] = 'second'
        assert len(d) == (59 if equal else 60)
        assert [d[i] for i in range(2, 60)] == [-i for i in range(2, 60)]
        assert 'second' in d.values() and ('first' in d.values()) != equal
        once(d.update, {i: 0 for i in range(100, 200)})
        assert (d.pop(Key(), None) == 'second') == equal
        assert len(d) == (158 if equal else 160)
"#,
    );
}

#[test]
fn a_key_that_changes_its_set() {
    holds(
        r#"
def made():
    s = {Key()}
    once(s.clear)
    return s

s = made()
s.add(Key())
assert len(s) == 1 and len(list(s)) == 1
s = made()
assert Key() not in s and len(s) == 0
s = made()
s.discard(Key())
assert len(s) == 0
s = made()
assert raises(KeyError, s.remove, Key())
s = made()
s ^= {Key()}
assert len(s) == 1
for equal in (True, False):
    Key.equal = equal
    s = {Key()}
    once(s.update, range(2, 60))
    s.add(Key())
    assert len(s) == len(list(s)) == (59 if equal else 60)
    assert all(i in s for i in range(2, 60))
    once(s.intersection_update, set(range(10)))
    assert (Key() in s) == False
    assert s == set(range(2, 10))
"#,
    );
}

#[test]
fn a_hash_that_changes_what_grows() {
    holds(
        r#"
class Hashed:
    action = None
    def __init__(self, n): self.n = n
    def __eq__(self, other): return self is other
    def __hash__(self):
        action, Hashed.action = Hashed.action, None
        if action: action()
        return self.n

def clear(container):
    Hashed.action = lambda: (container.clear(), refill())

for n in range(15):
    d, s = {}, set()
    for i in range(n):
        d[Hashed(i)] = i
        s.add(Hashed(i))
    clear(d)
    for i in range(1000, 1030): d[i] = -i
    assert len(d) == len(list(d))
    assert all(d[i] == -i for i in range(1020, 1030))
    clear(s)
    for i in range(1000, 1030): s.add(i)
    assert len(s) == len(list(s))
    assert all(i in s for i in range(1020, 1030))
    Hashed.action = None
"#,
    );
}

/// Fills the heap to the last block with texts, and keeps them.
const FULL: &str = r#"
import gc
from collections import OrderedDict, deque

def fill():
    global used, reserve
    used = 0
    gc.collect()
    reserve = bytearray(2000)
    try:
        while True:
            held[used] = 'filler %d' % used
            used += 1
    except MemoryError:
        pass

def intact():
    global reserve
    reserve = None
    return all(held[i] == 'filler %d' % i for i in range(used))

def grow(add):
    # Until it can't, and a few times more.
    done = missed = 0
    while missed < 6:
        try:
            add(done)
            done += 1
            assert done < 100
        except MemoryError:
            missed += 1
    return done

held = [None] * 600
"#;

/// Runs Python's assertions in a heap that can be filled.
fn holds_in_a_full_heap(source: &str) {
    with_heap(40 * 1024, |vm: &Vm| {
        exec(vm, FULL);
        if let Err(exception) = vm.exec(source, "test.py") {
            assert!(!exception.is(ErrorType::MEMORY_ERROR), "{exception}");
            panic!("{exception}");
        }
    });
}

#[test]
fn containers_that_cant_grow() {
    holds_in_a_full_heap(
        r#"
def check(container, add, items):
    fill()
    n = grow(add)
    same = intact()
    for i in range(len(held)): held[i] = None
    gc.collect()
    assert same
    assert n < 100
    assert len(container) == n, (len(container), n)
    assert sorted(items()) == list(range(n))
    for i in range(n, n + 100): add(i)
    assert sorted(items()) == list(range(n + 100))

s = set()
check(s, s.add, lambda: s)
d = {}
check(d, lambda i: d.__setitem__(i, i), d.values)
o = OrderedDict()
check(o, lambda i: o.__setitem__(i, i), o.keys)
l = []
check(l, l.append, lambda: l)
b = bytearray()
check(b, b.append, lambda: b)
"#,
    );
}
