//! A constant that Python has no room for where it is configured without large integers isn't one here: each of these
//! is wrong for every configuration.
use mpy_freeze_rt::{Obj, pyclass, pymethods};

#[pyclass]
struct Class;

#[pymethods]
impl Class {
    #[classattr]
    const OBJECT: Option<Obj<'static>> = None;

    #[classattr]
    const WIDE: u128 = 1;

    #[classattr]
    const PAIR: (i32, i32) = (1, 2);
}

fn main() {}
