//! Types that aren't converted.
use mpy_freeze_rt::{Obj, Raise, pyclass, pyfunction, pymethods};

struct Opaque;

#[pyfunction]
fn parameter(value: Opaque) {}

#[pyfunction]
fn reference(value: &Opaque) {}

#[pyfunction]
fn mutable(value: &mut Opaque) {}

#[pyfunction]
fn bytes_of_others(value: &[u16]) {}

#[pyfunction]
fn text(value: String) {}

#[pyfunction]
fn in_an_option(value: Option<Opaque>) {}

#[pyfunction]
fn in_a_tuple(value: (i32, Opaque)) {}

#[pyfunction]
fn character(value: char) {}

#[pyfunction]
fn returned() -> Opaque {
    Opaque
}

#[pyfunction]
fn returned_text() -> String {
    String::new()
}

#[pyfunction]
fn returned_result() -> Result<Opaque, Raise> {
    Ok(Opaque)
}

#[pyfunction]
fn error() -> Result<i32, Opaque> {
    Err(Opaque)
}

#[pyfunction]
#[py(signature = (count = "one"))]
fn default_of_another_type(count: i32) {}

#[pyclass]
struct Class {
    #[py(get)]
    readable: Opaque,
    #[py(set)]
    writable: Opaque,
}

#[pymethods]
impl Class {
    #[new]
    fn new() -> i32 {
        3
    }

    fn __next__(&mut self) -> i32 {
        3
    }

    #[classmethod]
    fn of_class(class: Opaque) {}

    fn itself(slf: Opaque) -> Obj<'static> {
        loop {}
    }
}

#[pyclass]
struct WithoutMethods;

fn main() {}
