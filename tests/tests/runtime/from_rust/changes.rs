//! Python that changes a container while MicroPython works on it, and containers that grow when memory is short: what
//! was asked for is done or raises, and nothing else in memory is touched.

use mpy_freeze_rt::{ErrorType, Vm};

use super::{exec, in_vm, with_heap};

tests![
    a_key_that_clears_its_dict,
    a_key_that_fills_its_dict,
    a_key_that_changes_its_set,
    a_hash_that_changes_what_grows,
    a_key_that_clears_a_dict_that_is_gone_through,
    an_item_that_changes_its_list,
    a_list_that_changes_while_it_is_sorted,
    a_list_that_changes_while_it_is_a_heap,
    a_number_that_changes_what_it_is_an_index_of,
    lengths_that_no_memory_has,
    views_of_bytes_that_move,
    containers_that_cant_grow,
    a_stream_that_changes_the_dict_it_is_given_to_print,
    a_stream_that_keeps_what_it_is_given,
    a_stream_that_claims_more_than_it_was_given,
    an_array_of_objects_keeps_what_it_is_given,
];

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

def raises(exception, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except exception:
        return True

refill()
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

fn a_key_that_clears_a_dict_that_is_gone_through() {
    holds(
        r#"
class Shown(Key):
    def __repr__(self):
        if Key.action: self == self or self.__eq__(self)
        return 'key'

def filled(kind):
    d = kind()
    for i in range(5): d[Key() if i == 2 else i] = ['value', i]
    return d

for kind in (dict, OrderedDict):
    d = filled(kind)
    e = filled(kind)
    once(d.clear)
    assert d == e and not d
    d = filled(kind)
    once(e.clear)
    d == e
    assert not e
    d, e = filled(kind), filled(kind)
    once(d.clear)
    e.update(d)
    assert not d and len(e) == 5 and list(e.values())[-1][0] == 'value'
    d, e = filled(kind), {Key(): 1}
    once(d.clear)
    e = e | d
    assert not d and len(e) == 5 and all(v[0] == 'value' for v in e.values())
    d = {Shown(): ['value']}
    once(d.clear)
    assert str(d) == "{key: ['value']}" and not d

class Hashed(Key):
    def __hash__(self):
        self.__eq__(self)
        return 1

for wrong in (5, 'text', None, []):
    assert raises(TypeError, dict.update, wrong, {Hashed(): 1})
d = {Hashed(): ['value'], 1: ['value']}
once(d.clear)
e = dict(d, extra=['value'])
assert not d and len(e) == 3 and all(v == ['value'] for v in e.values())
"#,
    );
}

fn an_item_that_changes_its_list() {
    holds(
        r#"
def made(n=10):
    l = [Key() for i in range(n)]
    once(l.clear)
    return l

l = made()
assert (l == [Key() for i in range(10)]) == False and l == []
l = made()
assert ([Key() for i in range(10)] == l) == False
l = made()
assert (l < [Key() for i in range(10)]) == True
l = made()
assert l.count(Key()) == 1
Key.equal = False
l = made()
assert raises(ValueError, l.index, Key())
l = made()
assert raises(ValueError, l.remove, Key())
Key.equal = True
l = made()
assert raises((ValueError, IndexError), l.remove, Key())
l = made()
assert Key() in l and l == []
l = made()
once(l.extend, list(range(50)))
assert l.count(Key()) == 10 and len(l) == 60
# What is compared may have no other owner than the list.
l = [(Key(), 'a' * 50)]
once(l.clear)
assert l != [(Key(), 'b' * 50)]
"#,
    );
}

fn a_list_that_changes_while_it_is_sorted() {
    holds(
        r#"
def key(x):
    Key.action and Key() == Key()
    return x

l = list(range(50, 0, -1))
once(l.clear)
l.sort(key=key)
assert l == list(range(1, 51))
once(l.append, 1)
assert raises(ValueError, lambda: l.sort(key=key))
assert sorted(l) == list(range(1, 51))
once(lambda: l.extend(range(1000)))
assert raises(ValueError, lambda: l.sort(key=key))
assert sorted(l) == list(range(1, 51))
seen = []
once(lambda: seen.append(list(l)))
l.sort(key=key, reverse=True)
assert seen == [[]] and l == list(range(50, 0, -1))

def wrong(x): return 1 // 0
assert raises(ZeroDivisionError, lambda: l.sort(key=wrong))
assert l == list(range(50, 0, -1))
assert raises(TypeError, l.sort, 1)
assert raises(TypeError, lambda: [1, 'a'].sort())

keys = [Key() for i in range(30)]
once(keys.clear)
keys.sort()
assert len(keys) == 30 and all(isinstance(k, Key) for k in keys)
once(keys.extend, range(1000))
assert raises(ValueError, keys.sort) and len(keys) == 30
"#,
    );
}

fn a_list_that_changes_while_it_is_a_heap() {
    holds(
        r#"
import heapq
for change in ('clear', 'pop', 'append'):
    heap = []
    for i in range(20): heapq.heappush(heap, Key())
    action = getattr(heap, change)
    args = [1] if change == 'append' else []
    for work in (lambda: heapq.heappush(heap, Key()), lambda: heapq.heappop(heap), lambda: heapq.heapify(heap)):
        once(action, *args)
        try:
            work()
        except (ValueError, IndexError):
            assert change != 'clear'
        Key.action = None
        assert 19 <= len(heap) <= 21
        assert all(isinstance(k, Key) for k in heap)
heap = []
for i in (5, 1, 4, 2, 3): heapq.heappush(heap, i)
assert [heapq.heappop(heap) for i in range(5)] == [1, 2, 3, 4, 5]
assert raises(TypeError, heapq.heappush, (), 1)
"#,
    );
}

fn a_number_that_changes_what_it_is_an_index_of() {
    holds(
        r#"
from array import array
from collections import deque

class Number:
    def __init__(self, n): self.n = n
    def __int__(self):
        Key.action and Key() == Key()
        return self.n
    def __float__(self): return float(int(self))

def made():
    l = list(range(100))
    once(l.clear)
    return l

def assign(l, i, v): l[i] = v
def delete(l, i): del l[i]

assert raises(IndexError, assign, made(), Number(90), 5)
assert raises(IndexError, delete, made(), Number(90))
assert raises(IndexError, lambda: made()[Number(90)])
assert raises(IndexError, lambda: made().pop(Number(90)))
assert made()[Number(80):] == []
l = made()
l[Number(80):Number(90)] = ['x'] * 10
assert l == ['x'] * 10
l = made()
m = made()
once(m.clear)
l[Number(10):] = m
assert l == list(range(10))
assert raises(ValueError, made().index, 95, Number(90))

for b in (bytearray(8), array('i', range(8)), array('d', range(8))):
    def grow():
        for i in range(50): b.append(i)
    once(grow)
    b.append(Number(7))
    assert len(b) == 59 and b[58] == 7
    once(grow)
    b[3] = Number(9)
    assert len(b) == 109 and b[3] == 9
    once(grow)
    b[Number(4)] = 9
    assert b[4] == 9
    once(b.append, 1)
    kind = type(b)
    new = bytearray([1, Number(2)]) if kind is bytearray else array('d', (1, Number(2)))
    assert list(new) == [1, 2]

items = [1, Number(2)]
once(items.extend, range(200))
assert len(bytearray(items)) == 202

class Long:
    def __len__(self): return 1
    def __iter__(self): return iter(range(200))
assert bytearray(Long()) == bytes(range(200))
class Huge(Long):
    def __len__(self): return 1 << 58 if large else (1 << 29) - 1
import sys
large = sys.maxsize > 1 << 32
assert raises(MemoryError, dict.fromkeys, Huge())
d = deque((1, 2, 3), 10)
once(d.pop)
assert d[Number(1)] == 2
"#,
    );
}

fn lengths_that_no_memory_has() {
    holds(
        r#"
import io, sys
from collections import deque
word = 8 if sys.maxsize > 1 << 32 else 4
times = 1 << (8 * word - 2)
for sequence in ([1, 2, 3, 4], (1, 2, 3, 4), 'abcd', b'abcd', [1], (1,)):
    for n in (times - 1, times + 1 - 2, times // 2 + 1, times // 4 + 1):
        assert raises(MemoryError, lambda: sequence * n), (sequence, n)
assert [] * times == [] and () * times == () and '' * times == ''
assert [1] * -times == []
assert raises(MemoryError, deque, (), (times >> 1) - 1)
assert raises(MemoryError, deque, (), (1 << (8 * word - (3 if word == 8 else 2))) - 1)
stream = io.BytesIO(b'text')
stream.seek(sys.maxsize)
try:
    stream.seek(sys.maxsize - 20, 1)
except OSError:
    pass
assert raises((MemoryError, OSError), stream.write, b'0123456789')
"#,
    );
}

fn views_of_bytes_that_move() {
    holds(
        r#"
from array import array
for b in (bytearray(range(64)), array('B', range(64))):
    view = memoryview(b)
    part = view[10:20]
    others = []
    for i in range(200):
        b.append(i)
        others.append(bytearray(16))
    refill()
    assert list(part) == list(range(10, 20))
    for i in range(64): view[i] = 255
    assert intact() and not any(any(other) for other in others)
    b.extend(view[:5])
    assert list(b[-5:]) == [255] * 5
"#,
    );
}

/// Fills the heap to the last block with texts, and keeps them. To look at them again takes no memory.
const FULL: &str = r#"
import gc
from collections import OrderedDict, deque

def fill():
    global used
    used = 0
    gc.collect()
    try:
        while True:
            held[used] = 'filler %s' % 'text'
            used += 1
    except MemoryError:
        pass

def intact():
    for i in range(used):
        if held[i] != 'filler text':
            return False
    return True

def grow(add):
    # Until it can't, and a few times more.
    done = missed = 0
    while missed < 6:
        try:
            add(done)
            done += 1
            assert done < 1000
        except MemoryError:
            missed += 1
    return done

held = [None] * 1200
"#;

/// Runs Python's assertions in a heap that can be filled.
fn holds_in_a_full_heap(source: &str) {
    with_heap(40 * 1024, |vm: &Vm| {
        exec(vm, FULL);
        if let Err(exception) = vm.exec(source, "test.py") {
            assert!(
                !exception.is_instance_of(ErrorType::MEMORY_ERROR),
                "{exception}"
            );
            panic!("{exception}");
        }
    });
}

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
    assert n < 1000
    assert len(container) == n, (len(container), n)
    assert sorted(items()) == list(range(n))
    for i in range(n, n + 20): add(i)
    assert sorted(items()) == list(range(n + 20))
    container.clear()
    gc.collect()

s = set()
check(s, s.add, lambda: s)
d = {}
check(d, lambda i: d.__setitem__(i, i), d.values)
o = OrderedDict()
check(o, lambda i: o.__setitem__(i, i), o.keys)
l = []
check(l, l.append, lambda: l)
"#,
    );
}

fn a_stream_that_changes_the_dict_it_is_given_to_print() {
    holds(
        r#"
import io

class Stream(io.IOBase):
    text = ''
    def write(self, data):
        self.text += str(bytes(data), 'ascii')
        if d and len(self.text) > 1:
            d.clear()
            refill()
        return len(data)

d = {1: 'one', 2: 'two'}
stream = Stream()
print(d, file=stream)
assert sorted(stream.text.strip('{}\n').split(', ')) == ["1: 'one'", "2: 'two'"]
assert not d
"#,
    );
}

fn a_stream_that_keeps_what_it_is_given() {
    holds(
        r#"
import io, json

class Stream(io.IOBase):
    text = b'[1, 2]'
    def write(self, data):
        kept.append(data)
        kept.append(memoryview(data))
        return len(data)
    def readinto(self, buffer):
        kept.append(buffer)
        part, self.text = self.text[:len(buffer)], self.text[len(buffer):]
        buffer[:len(part)] = part
        return len(part)

kept = []
print('text' * 5, file=Stream())
assert json.load(Stream()) == [1, 2]
refill()
assert bytes(kept[0]) == b'text' * 5 and bytes(kept[1]) == b'text' * 5
for buffer in kept:
    for i in range(len(buffer)): buffer[i] = 0
"#,
    );
}

fn a_stream_that_claims_more_than_it_was_given() {
    holds(
        r#"
import io, json

class Stream(io.IOBase):
    def write(self, data): return len(data) + claim
    def readinto(self, buffer): return len(buffer) + claim

for claim in (1, 450000, 1 << 28):
    assert raises(ValueError, print, 'text', file=Stream())
    assert raises(ValueError, json.load, Stream())
"#,
    );
}

fn an_array_of_objects_keeps_what_it_is_given() {
    holds(
        r#"
from array import array

class Number:
    def __int__(self): raise ValueError

number = Number()
objects = array('O', [number])
objects.append(number)
objects[1] = number
assert objects[0] is number and objects[1] is number
"#,
    );
}
