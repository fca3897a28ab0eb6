//! Derived classes whose value doesn't begin with their base's.
use mpy_freeze_rt::{pyclass, pymethods};

#[pyclass]
struct Base {
    value: u8,
}

#[pymethods]
impl Base {}

#[pyclass(extends = Base)]
struct Second {
    value: u8,
    base: Base,
}

#[pymethods]
impl Second {}

struct Plain;

#[pyclass(extends = Plain)]
struct OfNoClass {
    base: Plain,
}

#[pymethods]
impl OfNoClass {}

fn main() {}
