//! A derived class whose value can't lie where its base's does.
use mpy_freeze_rt::{pyclass, pymethods};

#[pyclass]
struct Base {
    value: u8,
}

#[pymethods]
impl Base {}

#[repr(align(32))]
struct Aligned(u8);

#[pyclass(extends = Base)]
struct Derived {
    base: Base,
    aligned: Aligned,
}

#[pymethods]
impl Derived {}

fn main() {}
