//! Operators, comparisons, items, iteration, calls and text of classes.

use alloc::format;

use super::{pymodule, python};

tests![
    arithmetic,
    comparisons,
    items_and_membership,
    iteration,
    text,
    calls,
    what_pythons_protocols_want_is_checked,
    derived_classes_have_the_operators,
    an_object_that_isnt_constructed_cant_be_called,
];

#[pymodule]
pub(crate) mod vectors {
    use alloc::string::String;
    use core::fmt::Write;

    use mpy_freeze_rt::{
        ErrorType, Exception, IntoPy, Obj, Raise, Vm, pyclass, pyfunction, pymethods,
    };

    /// Two numbers.
    #[pyclass]
    #[derive(Clone, Copy, PartialEq, PartialOrd)]
    pub struct Vector {
        #[py(get)]
        x: i32,
        #[py(get)]
        y: i32,
    }

    #[pymethods]
    impl Vector {
        #[new]
        fn new(x: i32, y: i32) -> Self {
            Self { x, y }
        }

        fn __repr__(&self) -> Text {
            let mut text = Text::default();
            let _ = write!(text.0, "Vector({}, {})", self.x, self.y);
            text
        }

        fn __str__(&self) -> &'static str {
            "a vector"
        }

        fn __add__(&self, other: &Self) -> Self {
            Self::new(self.x + other.x, self.y + other.y)
        }

        fn __iadd__(&mut self, other: &Vector) -> Self {
            self.x += other.x * 10;
            self.y += other.y * 10;
            *self
        }

        fn __mul__(&self, factor: i32) -> Self {
            Self::new(self.x * factor, self.y * factor)
        }

        fn __rmul__(&self, factor: i32) -> Self {
            Self::new(self.x * factor, self.y * factor)
        }

        fn __truediv__(&self, divisor: i32) -> Result<Self, Raise> {
            if divisor == 0 {
                return Err(Raise::new(ErrorType::ZERO_DIVISION_ERROR, ""));
            }
            Ok(Self::new(self.x / divisor, self.y / divisor))
        }

        fn __rsub__(&self, other: i32) -> Self {
            Self::new(other - self.x, other - self.y)
        }

        fn __neg__(&self) -> Self {
            Self::new(-self.x, -self.y)
        }

        fn __pos__<'a>(slf: Obj<'a>) -> Obj<'a> {
            slf
        }

        fn __invert__(&self) -> Self {
            Self::new(self.y, self.x)
        }

        fn __abs__(&self) -> i32 {
            self.x.abs() + self.y.abs()
        }

        fn __int__(&self) -> i32 {
            self.x
        }

        fn __float__(&self) -> f64 {
            f64::from(self.x) / 2.0
        }

        fn __bool__(&self) -> bool {
            self.x != 0
        }

        fn __hash__(&self) -> u64 {
            u64::MAX - self.x as u64
        }

        fn __eq__(&self, other: &Self) -> bool {
            self == other
        }

        fn __lt__(&self, other: &Self) -> bool {
            self < other
        }

        fn __le__(&self, other: i32) -> bool {
            self.x <= other
        }

        fn __contains__(&self, item: i32) -> bool {
            item == self.x || item == self.y
        }

        fn __len__(&self) -> usize {
            2
        }

        fn __getitem__(&self, index: isize) -> Result<i32, Raise> {
            match index {
                0 => Ok(self.x),
                1 => Ok(self.y),
                _ => Err(Raise::new(ErrorType::INDEX_ERROR, "no such axis")),
            }
        }

        fn __setitem__(&mut self, index: usize, value: i32) {
            match index {
                0 => self.x = value,
                _ => self.y = value,
            }
        }

        fn __delitem__(&mut self, _index: usize) {
            *self = Self { x: 0, y: 0 };
        }

        #[py(signature = (a, b = 2, *args, **kwargs))]
        fn __call__(&self, a: i32, b: i32, args: Obj<'_>, kwargs: Obj<'_>) -> i32 {
            self.x + a * b + (args.len().unwrap_or(0) + kwargs.len().unwrap_or(0)) as i32 * 100
        }

        fn __iter__(&self) -> Count {
            Count {
                next: self.x,
                end: self.y,
            }
        }
    }

    /// Text that is put together.
    #[derive(Default)]
    struct Text(String);

    impl IntoPy for Text {
        fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
            self.0.as_str().into_py(vm)
        }
    }

    /// Counts.
    #[pyclass]
    pub struct Count {
        next: i32,
        end: i32,
    }

    #[pymethods]
    impl Count {
        #[new]
        fn new(next: i32, end: i32) -> Self {
            Self { next, end }
        }

        fn __next__(&mut self) -> Result<Option<i32>, Raise> {
            if self.next == 13 {
                return Err(Raise::new(ErrorType::VALUE_ERROR, "unlucky"));
            }
            self.next += 1;
            Ok((self.next <= self.end).then_some(self.next - 1))
        }
    }

    /// Begins again with each iteration.
    #[pyclass]
    pub struct Again {
        next: u8,
    }

    #[pymethods]
    impl Again {
        #[new]
        fn new() -> Self {
            Self { next: 9 }
        }

        fn __iter__<'a>(slf: Obj<'a>) -> Result<Obj<'a>, mpy_freeze_rt::Exception<'a>> {
            slf.extract::<mpy_freeze_rt::RefMut<'_, Self>>()
                .map(|mut again| again.next = 0)
                .ok();
            Ok(slf)
        }

        fn __next__(&mut self) -> Option<u8> {
            self.next += 1;
            (self.next < 4).then_some(self.next)
        }

        fn __ne__(&self, _other: u8) -> bool {
            self.next > 3
        }
    }

    /// Whose methods return what they must not.
    #[pyclass]
    pub struct Liar;

    #[pymethods]
    impl Liar {
        #[new]
        fn new() -> Self {
            Self
        }

        fn __repr__(&self) -> i32 {
            1
        }

        fn __bool__(&self) -> i32 {
            1
        }

        fn __int__(&self) -> &'static str {
            "1"
        }

        fn __call__(&self) -> i32 {
            5
        }
    }

    #[pyfunction]
    fn third(a: &Vector, b: &Vector) -> Vector {
        Vector::new(a.x, b.y)
    }
}

/// What the programs below begin with.
const BEGIN: &str = "
from vectors import *
V = Vector
def raised(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return repr(e)
";

fn vectors(source: &str) {
    python(&format!("{BEGIN}{source}"));
}

fn arithmetic() {
    vectors(
        "
v = V(1, 2)
assert v + V(3, 4) == V(4, 6)
w = v
w += V(1, 1)
assert w == V(11, 12) and v == V(11, 12) and w is not v
v = V(1, 2)
assert v * 3 == V(3, 6) and 3 * v == V(3, 6)
v *= 2
assert v == V(2, 4)
assert v / 2 == V(1, 2)
assert 5 - v == V(3, 1)
assert -v == V(-2, -4) and +v is v and ~v == V(4, 2) and abs(V(-1, 2)) == 3
assert int(v) == 2 and float(v) == 1.0 and bool(v) and not V(0, 1)
assert third(v, V(8, 9)) == V(2, 9)
assert raised(lambda: v + 1) == \"TypeError(\\\"unsupported types for __add__: 'Vector', 'int'\\\",)\", raised(lambda: v + 1)
assert raised(lambda: 1 + v).startswith('TypeError')
assert raised(lambda: v - 1).startswith('TypeError')
assert raised(lambda: v * 'a').startswith('TypeError')
assert raised(lambda: v * (1 << 40)).startswith('OverflowError')
assert raised(lambda: v / 0) == 'ZeroDivisionError()'
assert v.__add__(v) == V(4, 8)
assert v.__add__(1) is NotImplemented
assert raised(lambda: V.__add__(1, v)).startswith('TypeError')
class R:
    def __radd__(self, other):
        return ('radd', other.x)
assert v + R() == ('radd', 2)
",
    );
}

fn comparisons() {
    vectors(
        "
v = V(1, 2)
assert v == V(1, 2) and not v != V(1, 2) and v != V(1, 3)
assert v != 1 and not v == 'text' and None != v
assert v < V(1, 3) and not v < V(0, 9)
assert v <= 1 and not v <= 0
assert raised(lambda: v > v).startswith('TypeError')
assert raised(lambda: v < 1).startswith('TypeError')
assert hash(v) == hash(V(1, 5))
assert {v: 'found'}[V(1, 2)] == 'found'
assert [V(0, 0), v].index(V(1, 2)) == 1
class E:
    def __eq__(self, other):
        return True
assert v == E()
a = Again()
assert a != 1
",
    );
}

fn items_and_membership() {
    vectors(
        "
v = V(1, 2)
assert len(v) == 2 and v[0] == 1 and v[1] == 2
v[0] = 5
assert v == V(5, 2)
assert 5 in v and 1 not in v
assert raised(lambda: 'a' in v).startswith('TypeError')
assert raised(lambda: v[2]) == \"IndexError('no such axis',)\"
assert raised(lambda: v['a']).startswith('TypeError')
del v[0]
assert v == V(0, 0)
",
    );
}

fn iteration() {
    vectors(
        "
assert list(V(1, 4)) == [1, 2, 3]
c = Count(0, 2)
assert next(c) == 0 and c.__next__() == 1
assert raised(next, c) == 'StopIteration()', raised(next, c)
assert next(c, 'end') == 'end'
assert iter(c) is c
assert list(Count(5, 5)) == []
assert raised(list, Count(12, 20)) == \"ValueError('unlucky',)\"
assert sum(Count(0, 5)) == 10
assert [x for x in Count(0, 3)] == [0, 1, 2]
a, b = Count(1, 3)
assert (a, b) == (1, 2)
again = Again()
assert list(again) == [1, 2, 3] and list(again) == [1, 2, 3]
it = iter(again)
assert next(it) == 1
assert raised(lambda: [again.__next__() for _ in range(5)]) == 'StopIteration()'
class Sub(Count):
    pass
assert list(Sub(0, 3)) == [0, 1, 2]
s = Sub(0, 1)
assert next(s) == 0 and next(s, None) is None
class SubAgain(Again):
    pass
assert list(SubAgain()) == [1, 2, 3]
",
    );
}

fn text() {
    vectors(
        "
v = V(1, 2)
assert repr(v) == 'Vector(1, 2)' and str(v) == 'a vector'
assert '%s %r' % (v, v) == 'a vector Vector(1, 2)'
assert str([v]) == '[Vector(1, 2)]'
assert '{}'.format(v) == 'a vector'
assert repr(Count(1, 2)) .startswith('<Count')
",
    );
}

fn calls() {
    vectors(
        "
v = V(1, 2)
assert callable(v) and not callable(Count(0, 1))
assert v(3) == 7 and v(3, 4) == 13 and v(a=3, b=1) == 4
assert v(1, 2, 3, 4, x=5) == 303
assert raised(v).startswith('TypeError')
assert list(map(v, [1, 2])) == [3, 5]
assert Liar()() == 5
",
    );
}

fn what_pythons_protocols_want_is_checked() {
    vectors(
        "
liar = Liar()
assert raised(repr, liar).startswith('TypeError')
assert raised(bool, liar).startswith('TypeError')
assert raised(int, liar).startswith('TypeError')
",
    );
}

fn derived_classes_have_the_operators() {
    vectors(
        "
class W(V):
    def __add__(self, other):
        if isinstance(other, int):
            return 'int'
        return super().__add__(other)
w = W(1, 2)
assert w + V(1, 1) == V(2, 3)
assert w + 1 == 'int'
assert raised(lambda: w + 'text').startswith('TypeError')
assert w * 2 == V(2, 4) and 2 * w == V(2, 4)
assert w == V(1, 2) and V(1, 2) == w
assert w[0] == 1 and len(w) == 2 and 2 in w and list(w) == [1]
assert repr(w) == 'Vector(1, 2)' and w(3) == 7 and hash(w) == hash(V(1, 0))
assert V(1, 1) + w == V(2, 3)
assert third(w, w) == V(1, 2)
",
    );
}

fn an_object_that_isnt_constructed_cant_be_called() {
    vectors(
        "
too_early = \"TypeError('call super().__init__() first',)\"
class Plain:
    pass
class Early(V):
    def __init__(self):
        assert raised(self) == too_early, raised(self)
        assert raised(self, 5) == too_early
        assert raised(self, Plain()) == too_early
        assert raised(self, V(1, 2)) == too_early
        assert raised(iter, self) == too_early
        super().__init__(1, 2)
assert Early()(3) == 7
class EarlyCount(Count):
    def __init__(self):
        assert raised(next, self).startswith('TypeError') or 1
        super().__init__(0, 2)
assert list(EarlyCount()) == [0, 1]
",
    );
}
