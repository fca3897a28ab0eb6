//! Constants, modules in modules, and what runs at the first import.

use super::{pymodule, python};

tests![
    constants_have_their_values,
    modules_lie_in_modules,
    exported_items_have_the_names_that_they_were_given,
    the_import_runs_the_start,
];

/// Items that are exported from elsewhere.
mod elsewhere {
    use mpy_freeze_rt::{pyclass, pyfunction, pymethods};

    #[pyfunction]
    #[py(name = "twice")]
    pub(super) fn double(a: i32) -> i32 {
        a * 2
    }

    #[pyclass]
    #[py(name = "Thing")]
    pub(super) struct Renamed;

    #[pymethods]
    impl Renamed {
        #[new]
        fn new() -> Self {
            Self
        }
    }
}

#[pymodule]
#[allow(dead_code, reason = "Python reads the constants")]
pub(crate) mod fixed {
    use mpy_freeze_rt::{Exception, Vm, pyclass, pyfunction, pymethods, pymodule, pymodule_init};

    #[pymodule_export]
    use super::elsewhere::{Renamed, double};

    #[pymodule_export]
    const YES: bool = true;
    #[pymodule_export]
    const NO: bool = !YES;
    #[pymodule_export]
    const SMALL: i8 = -5;
    #[pymodule_export]
    #[py(name = "ZERO")]
    const NOTHING: u16 = 0;
    #[pymodule_export]
    const WIDE: u64 = u64::MAX;
    #[pymodule_export]
    const DEEP: i64 = i64::MIN;
    #[pymodule_export]
    const EDGE: i64 = (1 << 62) - 1;
    #[pymodule_export]
    const OVER: i64 = 1 << 62;
    #[pymodule_export]
    const UNDER: i64 = -(1 << 62) - 1;
    #[pymodule_export]
    const HALF: f32 = 0.5;
    #[pymodule_export]
    const THIRD: f64 = 1.0 / 3.0;
    #[pymodule_export]
    const TEXT: &str = "über";
    #[pymodule_export]
    const BYTES: &[u8] = b"\x00\xff";
    #[pymodule_export]
    const ARRAY: &[u8; 3] = b"abc";
    #[cfg(any())]
    #[pymodule_export]
    const ABSENT: u8 = 1;

    /// With constants.
    #[pyclass]
    pub struct Holder;

    #[pymethods]
    impl Holder {
        #[classattr]
        const LARGE: u64 = 1 << 63;
        #[classattr]
        const RATIO: f64 = 2.5;
        #[classattr]
        const NAME: &'static str = "holder";
        #[classattr]
        const OFF: bool = false;
        #[cfg(any())]
        #[classattr]
        const ABSENT: u8 = 1;
        #[cfg(any())]
        fn absent(&self) {}
        #[cfg(any())]
        fn __len__(&self) -> usize {
            0
        }
    }

    /// A module in the module.
    #[pymodule]
    mod inner {
        use mpy_freeze_rt::pyfunction;

        #[pymodule_export]
        const DEPTH: u8 = 2;

        #[pyfunction]
        fn deep() -> u8 {
            DEPTH
        }
    }

    #[pymodule_init]
    fn start(vm: &Vm) -> Result<(), Exception<'_>> {
        let main = vm.import("__main__")?;
        main.set_attr("started", true)
    }

    #[pyfunction]
    fn same(a: u64) -> u64 {
        a
    }
}

fn constants_have_their_values() {
    python(
        "
import fixed
assert fixed.YES is True and fixed.NO is False
assert fixed.SMALL == -5 and fixed.ZERO == 0
assert fixed.WIDE == 0xffffffffffffffff and fixed.DEEP == -(1 << 63)
assert fixed.EDGE == (1 << 62) - 1 and fixed.OVER == 1 << 62 and fixed.UNDER == -(1 << 62) - 1
assert fixed.WIDE + 1 == 1 << 64 and fixed.DEEP * 2 == -(1 << 64) and hash(fixed.WIDE) == hash((1 << 64) - 1)
assert fixed.same(fixed.WIDE) == fixed.WIDE
assert fixed.HALF == 0.5 and fixed.THIRD == 1 / 3
assert fixed.TEXT == 'über' and len(fixed.TEXT) == 4 and {fixed.TEXT: 1}['über'] == 1
assert fixed.BYTES == b'\\x00\\xff' and fixed.ARRAY == b'abc'
assert not hasattr(fixed, 'ABSENT')
H = fixed.Holder
assert H.LARGE == 1 << 63 and H.RATIO == 2.5 and H.NAME == 'holder' and H.OFF is False
assert not hasattr(H, 'ABSENT') and not hasattr(H, 'absent') and not hasattr(H, '__len__')
",
    );
}

fn modules_lie_in_modules() {
    python(
        "
import fixed
assert fixed.inner.DEPTH == 2 and fixed.inner.deep() == 2
import fixed.inner
assert fixed.inner.deep() == 2
from fixed.inner import deep
assert deep() == 2
from fixed import inner
assert inner.DEPTH == 2
",
    );
}

fn exported_items_have_the_names_that_they_were_given() {
    python(
        "
import fixed
assert fixed.twice(4) == 8 and not hasattr(fixed, 'double')
assert type(fixed.Thing()) is fixed.Thing and fixed.Thing.__name__ == 'Thing'
",
    );
}

fn the_import_runs_the_start() {
    python(
        "
started = False
import fixed
assert started
",
    );
}
