//! Classes: construction, methods, properties, inheritance, and values that are borrowed and dropped.

use alloc::format;

use super::{pymodule, python};

tests![
    objects_are_made_and_have_methods,
    properties_are_read_and_written,
    values_are_returned_in_options_tuples_and_arrays,
    properties_are_written_through_derived_python_classes,
    what_is_wrong_is_said,
    a_value_in_use_is_not_changed,
    values_are_dropped_with_their_objects,
    a_context_manager_enters_and_exits,
    rust_classes_derive_from_rust_classes,
    python_classes_derive_from_rust_classes,
    what_isnt_constructed_yet_is_refused,
    values_that_are_left_are_dropped_when_the_vm_stops,
];

#[pymodule]
pub(crate) mod shapes {
    use alloc::boxed::Box;
    use alloc::string::String;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use mpy_freeze_rt::{
        ErrorType, Exception, Obj, Raise, Ref, Vm, pyclass, pyfunction, pymethods,
    };

    /// How many guards have been dropped.
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    /// Adds to a counter that only the thread of the one VM writes: not every target has an atomic addition.
    fn count(counter: &AtomicUsize, more: usize) {
        counter.store(counter.load(Ordering::Relaxed) + more, Ordering::Relaxed);
    }

    /// A point.
    #[pyclass]
    #[derive(Clone)]
    pub struct Point {
        #[py(get, set)]
        x: i32,
        #[py(get, name = "y")]
        height: i32,
        label: [u8; 4],
    }

    #[pymethods]
    impl Point {
        #[classattr]
        const DIMENSIONS: u8 = 2;
        #[classattr]
        #[py(name = "UNIT")]
        const METRE: &str = "m";

        #[new]
        #[py(signature = (x, y = 7))]
        fn new(x: i32, y: i32) -> Result<Self, Raise> {
            if x < 0 {
                return Err(Raise::new(ErrorType::VALUE_ERROR, "x is negative"));
            }
            Ok(Self {
                x,
                height: y,
                label: *b"abcd",
            })
        }

        fn sum(&self) -> i32 {
            self.x + self.height
        }

        #[py(signature = (by, *, times = 1))]
        fn shift(&mut self, by: i32, times: i32) {
            self.x += by * times;
        }

        fn swap(&mut self, other: &mut Self) {
            core::mem::swap(self, other);
        }

        fn text(&self) -> &str {
            core::str::from_utf8(&self.label).unwrap_or_default()
        }

        #[getter]
        fn get_double(&self) -> i32 {
            self.x * 2
        }

        #[setter]
        fn set_double(&mut self, value: i32) {
            self.x = value / 2;
        }

        #[setter]
        fn set_only(&mut self, value: i32) {
            self.height = value;
        }

        #[staticmethod]
        fn origin() -> Self {
            Self {
                x: 0,
                height: 0,
                label: *b"zero",
            }
        }

        #[classmethod]
        fn made_by<'a>(class: Obj<'a>, x: i32) -> Result<Obj<'a>, Exception<'a>> {
            class.call((x, 1))
        }

        fn itself<'a>(slf: Obj<'a>) -> Obj<'a> {
            slf
        }

        /// Calls back while the value is borrowed.
        fn call_shared<'a>(&self, callee: Obj<'a>) -> Result<Obj<'a>, Exception<'a>> {
            callee.call(())
        }

        fn call_mutably<'a>(&mut self, callee: Obj<'a>) -> Result<Obj<'a>, Exception<'a>> {
            self.x += 1;
            callee.call(())
        }
    }

    #[pyfunction]
    fn mirrored(point: &Point) -> Point {
        Point {
            x: point.height,
            height: point.x,
            ..point.clone()
        }
    }

    #[pyfunction]
    fn many<'a>(vm: &'a Vm, count: u32) -> Result<i64, Exception<'a>> {
        let mut sum = 0;
        for x in 0..count {
            let object = vm.new_obj(Point {
                x: x as i32,
                height: 0,
                label: *b"many",
            })?;
            sum += i64::from(
                object
                    .extract::<Ref<'_, Point>>()
                    .map_or(-1, |point| point.x),
            );
        }
        Ok(sum)
    }

    /// Something to drop.
    #[pyclass]
    pub struct Guard {
        text: String,
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            assert_eq!(self.text, "guard");
            count(&DROPPED, 1);
        }
    }

    #[pymethods]
    impl Guard {
        #[new]
        fn new() -> Self {
            Self {
                text: "guard".into(),
            }
        }

        fn __enter__<'a>(slf: Obj<'a>) -> Obj<'a> {
            slf
        }

        fn __exit__(&self, _kind: Obj<'_>, value: Obj<'_>, _traceback: Obj<'_>) -> bool {
            value.type_name() == "KeyError"
        }

        fn length(&self) -> usize {
            self.text.len()
        }

        fn call<'a>(&self, callee: Obj<'a>) -> Result<Obj<'a>, Exception<'a>> {
            callee.call(())
        }
    }

    #[pyfunction]
    fn dropped() -> usize {
        DROPPED.load(Ordering::Relaxed)
    }

    /// How many values were dropped when their VM stopped.
    pub(crate) static LAST: AtomicUsize = AtomicUsize::new(0);

    /// A value that lives as long as the VM.
    #[pyclass]
    pub struct Last(Box<u8>);

    impl Drop for Last {
        fn drop(&mut self) {
            count(&LAST, usize::from(*self.0));
        }
    }

    #[pymethods]
    impl Last {
        #[new]
        fn new(weight: u8) -> Self {
            Self(Box::new(weight))
        }

        /// Writes to a buffer while the value is borrowed.
        fn write(&mut self, buffer: &mut [u8], other: &Last) -> usize {
            buffer.fill(*other.0);
            buffer.len()
        }
    }

    /// A base.
    #[pyclass]
    pub struct Shape {
        #[py(get, set)]
        sides: u32,
    }

    /// Fields that may have nothing in them.
    #[pyclass]
    pub struct Note {
        #[py(get, set)]
        page: Option<u16>,
    }

    #[pymethods]
    impl Note {
        #[new]
        fn new() -> Self {
            Self { page: None }
        }

        #[getter]
        fn shape(&self) -> Option<Shape> {
            self.page.map(|page| Shape { sides: page.into() })
        }
    }

    #[pymethods]
    impl Shape {
        #[new]
        fn new(sides: u32) -> Self {
            Self { sides }
        }

        fn name(&self) -> &'static str {
            "shape"
        }

        fn count(&self) -> u32 {
            self.sides
        }

        #[classmethod]
        fn class_name<'a>(class: Obj<'a>) -> Result<Obj<'a>, Exception<'a>> {
            class.attr("__name__")
        }

        fn __len__(&self) -> usize {
            self.sides as usize
        }

        fn __eq__(&self, other: &Shape) -> bool {
            self.sides == other.sides
        }
    }

    /// A derived class, with something to drop.
    #[pyclass(extends = Shape)]
    pub struct Square {
        base: Shape,
        #[py(get)]
        length: u32,
        text: String,
    }

    #[pymethods]
    impl Square {
        #[new]
        fn new(length: u32) -> Self {
            Self {
                base: Shape { sides: 4 },
                length,
                text: "square".into(),
            }
        }

        fn name(&self) -> &str {
            &self.text
        }

        fn area(&self) -> u32 {
            self.length * self.length * self.base.sides / 4
        }
    }

    /// Made by Rust alone.
    #[pyclass]
    pub struct Sealed;

    #[pymethods]
    impl Sealed {}

    /// What functions return with values of classes in it.
    #[pyfunction]
    fn point_or_none(x: i32) -> Option<Point> {
        (x >= 0).then_some(Point {
            x,
            height: 0,
            label: *b"some",
        })
    }

    #[pyfunction]
    fn checked(x: i32) -> Result<Option<Point>, Raise> {
        if x > 100 {
            return Err(Raise::new(ErrorType::VALUE_ERROR, "too far"));
        }
        Ok(point_or_none(x))
    }

    #[pyfunction]
    fn pair() -> (Point, Option<Guard>, Option<(u8, Shape)>) {
        (Point::origin(), None, Some((3, Shape { sides: 3 })))
    }

    #[pyfunction]
    fn guards() -> [Guard; 3] {
        core::array::from_fn(|_| Guard::new())
    }

    #[pyfunction]
    fn options(text: Option<&str>) -> (Option<&str>, Option<Option<u8>>, Option<()>) {
        (text, Some(None), Some(()))
    }

    #[pyfunction]
    fn sealed() -> Result<Sealed, Raise> {
        Ok(Sealed)
    }
}

/// What the programs below begin with.
const RAISED: &str = "
import gc
from shapes import *
def raised(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return repr(e)
";

fn shapes(source: &str) {
    python(&format!("{RAISED}{source}"));
}

fn objects_are_made_and_have_methods() {
    shapes(
        "
p = Point(3)
assert type(p) is Point and isinstance(p, Point)
assert Point.__name__ == 'Point'
assert p.sum() == 10, p.sum()
assert Point(1, y=2).sum() == 3
p.shift(2)
p.shift(by=1, times=3)
assert p.x == 8
assert p.text() == 'abcd'
assert p.itself() is p
assert Point.origin().text() == 'zero'
assert p.origin().x == 0
assert Point.made_by(4).sum() == 5
assert p.made_by(4).sum() == 5
assert Point.sum(p) == 15
f = p.sum
assert f() == 15
assert Point.DIMENSIONS == 2 and p.DIMENSIONS == 2
assert p.UNIT == 'm'
assert mirrored(p).x == 7 and mirrored(p).y == 8
assert many(100) == 4950
q = Point(1, 2)
p.swap(q)
assert (p.x, p.y, q.x, q.y) == (1, 2, 8, 7)
assert hash(p) == hash(p) and p != q and p == p
assert {p: 1}[p] == 1
assert bool(p)
assert type(sealed()) is not Point
",
    );
}

fn properties_are_read_and_written() {
    shapes(
        "
p = Point(3)
p.x = 5
assert p.x == 5 and p.double == 10
p.double = 8
assert p.x == 4
p.only = 1
assert p.y == 1
def set(name, value):
    setattr(p, name, value)
def delete(name):
    del p.x
assert raised(set, 'y', 1) == \"AttributeError(\\\"'Point' object has no attribute 'y'\\\",)\", raised(set, 'y', 1)
assert raised(set, 'new', 1).startswith('AttributeError')
assert raised(set, 'sum', 1).startswith('AttributeError')
assert raised(set, 'x', 'text').startswith('TypeError')
assert raised(set, 'x', 1 << 40).startswith('OverflowError')
assert raised(delete, 'x').startswith('AttributeError')
assert raised(getattr, p, 'only').startswith('AttributeError')
assert raised(getattr, p, 'none').startswith('AttributeError')
assert not hasattr(p, 'label')
assert p.x == 4
",
    );
}

fn values_are_returned_in_options_tuples_and_arrays() {
    shapes(
        "
assert point_or_none(-1) is None
assert type(point_or_none(3)) is Point and point_or_none(3).x == 3
assert checked(-1) is None and checked(5).x == 5
assert raised(checked, 101) == \"ValueError('too far',)\"
point, nothing, (number, shape) = pair()
assert (point.text(), nothing, number, shape.sides) == ('zero', None, 3, 3)
all = guards()
assert type(all) is list and [g.length() for g in all] == [5, 5, 5]
assert all[0] is not all[1]
before = dropped()
del all
gc.collect()
for _ in range(20): guards()
gc.collect()
assert dropped() >= before + 57
assert options(None) == (None, None, None) and options('a') == ('a', None, None)
n = Note()
assert n.page is None and n.shape is None
n.page = 7
assert n.page == 7 and n.shape.sides == 7
n.page = None
assert n.page is None
",
    );
}

fn properties_are_written_through_derived_python_classes() {
    shapes(
        "
class Spot(Point):
    hidden = 0
    def __init__(self, x):
        super().__init__(x)
        self.own = x
    @property
    def y(self): return 'python'
    @y.setter
    def y(self, value): self.own = value
class Dot(Spot): pass
class Mixin:
    def mixed(self): return 1
    only = 'of the mixin'
class First(Mixin, Dot): pass
class Last(Dot, Mixin): pass

for cls in (Spot, Dot, First, Last):
    s = cls(3)
    s.x = 5
    assert s.x == 5 and s.sum() == 12 and 'x' not in s.__dict__, cls
    s.double = 8
    assert s.x == 4 and Point.sum(s) == 11
    setattr(s, 'x', 6)
    assert s.double == 12
    s.y = 'own'
    assert s.own == 'own' and s.y == 'python'
    s.hidden = 1
    s.new = 2
    assert (s.hidden, cls.hidden, s.new) == (1, 0, 2)
    del s.new
    assert raised(lambda: s.new).startswith('AttributeError')
    assert raised(setattr, s, 'x', 'text').startswith('TypeError')
    assert raised(setattr, s, 'x', 1 << 40).startswith('OverflowError')
    assert raised(delattr, s, 'x') == \"AttributeError(\\\"'%s' object has no attribute 'x'\\\",)\" % cls.__name__, raised(delattr, s, 'x')
    assert s.x == 6
# What comes first in the order of the bases is found first.
s = First(1)
s.only = 5
assert s.only == 5 and s.sum() == 8
s = Last(1)
s.only = 5
assert s.sum() == 6

# A property that can't be written.
class Flat(Square): pass
f = Flat(3)
assert raised(setattr, f, 'length', 4).startswith('AttributeError')
f.sides = 8
assert f.sides == 8 and f.area() == 18 and len(f) == 8
# A method of the derived class of Rust's hides nothing.
f.name = 'own'
assert f.name == 'own' and Square.name(f) == 'square'

# A method that sees to all attributes comes before.
class Watched(Point):
    def __setattr__(self, name, value): log.append((name, value))
    def __delattr__(self, name): log.append(name)
log = []
w = Watched(1)
w.x = 2
w.other = 3
del w.x
assert log == [('x', 2), ('other', 3), 'x'] and w.x == 1

# Before the value is there.
class Early(Point):
    def __init__(self):
        raised_early.append(raised(setattr, self, 'x', 1))
        super().__init__(2)
raised_early = []
e = Early()
assert raised_early == [\"TypeError('call super().__init__() first',)\"], raised_early
assert e.x == 2
class Busy(Point):
    def enter(self): self.x = 1
b = Busy(1)
assert raised(b.call_shared, b.enter).startswith('RuntimeError')
",
    );
}

fn what_is_wrong_is_said() {
    shapes(
        "
assert raised(Point, -1) == \"ValueError('x is negative',)\"
assert raised(Point) == \"TypeError(\\\"'x' argument required\\\",)\", raised(Point)
assert raised(Point, 1, 2, 3).startswith('TypeError')
assert raised(Point.sum).startswith('TypeError')
assert raised(Point.sum, 1) == \"TypeError(\\\"can't convert 'int' object to Point implicitly\\\",)\", raised(Point.sum, 1)
assert raised(Point.sum, Guard()).startswith('TypeError')
assert raised(Point.sum, Point).startswith('TypeError')
assert raised(Point(1).sum, 1).startswith('TypeError')
assert raised(mirrored, None).startswith('TypeError')
assert raised(type(sealed())) == \"TypeError(\\\"can't create 'Sealed' instances\\\",)\", raised(type(sealed()))
p = Point(1)
assert raised(lambda: p + p).startswith('TypeError')
assert raised(lambda: -p).startswith('TypeError')
assert raised(lambda: p[0]).startswith('TypeError')
assert raised(lambda: len(p)).startswith('TypeError')
assert raised(lambda: p()).startswith('TypeError')
assert raised(lambda: list(p)).startswith('TypeError')
assert raised(lambda: int(p)).startswith('TypeError')
",
    );
}

fn a_value_in_use_is_not_changed() {
    shapes(
        "
p = Point(3)
assert p.call_shared(lambda: p.sum()) == 10
assert p.call_shared(lambda: p.call_shared(lambda: p.x)) == 3
busy = \"RuntimeError('already borrowed',)\"
taken = \"RuntimeError('already mutably borrowed',)\"
assert raised(p.call_shared, lambda: p.shift(1)) == busy
def store():
    p.x = 1
assert raised(p.call_shared, store) == busy
assert raised(p.call_mutably, lambda: p.sum()) == taken
assert raised(p.call_mutably, lambda: p.x) == taken
assert raised(p.call_mutably, lambda: p.shift(1)) == taken
assert raised(p.swap, p) == taken
p.shift(1)
assert p.x == 7
",
    );
}

fn values_are_dropped_with_their_objects() {
    shapes(
        "
def make(n):
    for _ in range(n):
        Guard()
before = dropped()
make(50)
gc.collect()
make(50)
gc.collect()
assert dropped() - before >= 90, dropped() - before
g = Guard()
before = dropped()
g.__del__()
assert dropped() == before + 1
assert raised(g.length) == \"RuntimeError('the object has been finalised',)\", raised(g.length)
g.__del__()
assert dropped() == before + 1
g = Guard()
assert raised(g.call, lambda: g.__del__()) == \"RuntimeError('already borrowed',)\"
assert g.length() == 5
assert not hasattr(Point, '__del__')
s = Square(2)
assert raised(lambda: Guard.__del__(s)).startswith('TypeError')
class Sub(Guard):
    pass
s = Sub()
assert s.length() == 5
s.__del__()
assert raised(s.length).startswith('RuntimeError')
",
    );
}

fn a_context_manager_enters_and_exits() {
    shapes(
        "
with Guard() as g:
    assert g.length() == 5
with Guard():
    raise KeyError('swallowed')
def leave():
    with Guard():
        raise ValueError('kept')
assert raised(leave) == \"ValueError('kept',)\"
",
    );
}

fn rust_classes_derive_from_rust_classes() {
    shapes(
        "
s = Square(3)
assert isinstance(s, Shape) and issubclass(Square, Shape)
assert s.area() == 9
assert s.name() == 'square' and Shape.name(s) == 'shape' and Shape(5).name() == 'shape'
assert s.count() == 4 and Shape.count(s) == 4 and Square.count(s) == 4
assert s.sides == 4 and s.length == 3
s.sides = 8
assert s.area() == 18
assert len(s) == 8
assert s == Shape(8) and Shape(8) == s and s != Shape(7)
assert s.class_name() == 'Square' and Square.class_name() == 'Square' and Shape(1).class_name() == 'Shape'
assert raised(Square.area, Shape(1)).startswith('TypeError')
assert raised(lambda: hash(s)).startswith('TypeError')
assert raised(getattr, s, 'none').startswith('AttributeError')
",
    );
}

fn python_classes_derive_from_rust_classes() {
    shapes(
        "
class Named(Square):
    def __init__(self, name, length):
        self.tag = name
        super().__init__(length)
    def area(self):
        return super().area() + 100
    @property
    def wide(self):
        return self.length * 2
n = Named('n', 3)
assert isinstance(n, Shape) and isinstance(n, Square)
assert n.area() == 109 and n.tag == 'n' and n.wide == 6
assert n.name() == 'square' and n.count() == 4 and n.sides == 4
assert Shape.count(n) == 4 and Square.area(n) == 9
assert len(n) == 4 and n == Shape(4)
assert Named.class_name() == 'Named'
class Plain(Point):
    pass
p = Plain(2)
assert p.sum() == 9 and p.x == 2
p.shift(1)
assert p.sum() == 10 and mirrored(p).x == 7
assert raised(p.call_shared, lambda: p.shift(1)) == \"RuntimeError('already borrowed',)\"
class Late(Point):
    def __init__(self):
        self.early = raised(Point.sum, self)
        self.earlier = raised(mirrored, self)
        super().__init__(1)
l = Late()
assert l.early.startswith('TypeError'), l.early
assert l.earlier == \"TypeError('call super().__init__() first',)\", l.earlier
assert l.sum() == 8
# A second constructor replaces the value, also while the first one is in use.
class Again(Guard):
    def __init__(self):
        super().__init__()
    def again(self):
        super().__init__()
        gc.collect()
        return [bytearray(100) for _ in range(100)] and 1
a = Again()
assert a.call(lambda: a.again()) == 1
assert a.length() == 5
class Other(Named):
    pass
assert Other('o', 1).area() == 101
",
    );
}

fn what_isnt_constructed_yet_is_refused() {
    shapes(
        "
too_early = \"TypeError('call super().__init__() first',)\"
class Early(Square):
    def __init__(self):
        assert raised(iter, self).startswith('TypeError')
        assert raised(lambda: len(self)).startswith('TypeError')
        assert raised(lambda: self == 1) is None
        assert raised(lambda: self + 1).startswith('TypeError')
        assert raised(lambda: self.area()) is not None
        assert raised(getattr, self, 'sides').startswith('AttributeError')
        super().__init__(2)
assert Early().area() == 4
class List(list):
    def __init__(self):
        assert raised(iter, self) == too_early, raised(iter, self)
        assert raised(lambda: self[0]).startswith('TypeError')
        super().__init__([1, 2])
assert list(List()) == [1, 2]
class Bytes(bytearray):
    def __init__(self):
        assert raised(bytes, self) == too_early, raised(bytes, self)
        super().__init__(b'ab')
assert bytes(Bytes()) == b'ab'
class Plain:
    pass
class Mixed(Plain, List):
    pass
assert list(Mixed()) == [1, 2]
",
    );
}

fn values_that_are_left_are_dropped_when_the_vm_stops() {
    use core::sync::atomic::Ordering;
    let before = shapes::LAST.load(Ordering::Relaxed);
    shapes(
        "
kept = Last(3)
hidden = [Last(4)]
b = bytearray(2)
assert kept.write(b, hidden[0]) == 2 and b == b'\\x04\\x04'
assert raised(kept.write, b, kept) == \"RuntimeError('already mutably borrowed',)\"
assert raised(kept.write, b'abc', hidden[0]).startswith('TypeError')
assert kept.write(b, hidden[0]) == 2
",
    );
    // The program runs twice.
    assert_eq!(shapes::LAST.load(Ordering::Relaxed) - before, 14);
}
