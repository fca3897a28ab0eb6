//! Structs and functions that Python can't have as classes.
use mpy_freeze_rt::{Obj, pyclass, pyexception, pymethods};

#[pyclass(frozen)]
struct UnknownOption;

#[pyclass]
struct Generic<T> {
    value: T,
}

#[pyclass]
struct Borrowing<'a> {
    text: &'a str,
}

#[pyclass]
enum Choice {
    A,
}

#[pyclass]
struct Unnamed(#[py(get)] i32);

#[pyclass]
struct Silent {
    #[py(name = "other")]
    value: i32,
}

#[pyclass]
struct Field {
    #[py(get, put)]
    value: i32,
}

#[pyclass]
#[py(signature = (a))]
struct Signed;

#[pyclass(extends = Plain)]
struct NoFields;

#[pyclass]
struct Plain;

#[pymethods]
impl Plain {
    #[new]
    fn new() -> Self {
        Plain
    }

    #[new]
    fn again() -> Self {
        Plain
    }

    fn by_value(self) {}

    fn without_receiver(a: i32) {}

    async fn waits(&self) {}

    fn generic<T>(&self, value: T) {}

    #[staticmethod]
    fn fixed(&self) {}

    #[classmethod]
    fn of_class() {}

    #[classmethod]
    fn of_object(&self) {}

    #[getter]
    fn value(&self, index: i32) -> i32 {
        index
    }

    #[setter]
    fn set_value(&mut self) {}

    #[getter]
    #[staticmethod]
    fn both() {}

    #[classattr]
    fn attribute() {}

    const HIDDEN: i32 = 1;

    #[getter]
    const MARKED: i32 = 1;

    fn __len__(&self, more: i32) -> usize {
        0
    }

    fn __add__(&self) -> i32 {
        0
    }

    fn __setitem__(&mut self, key: i32) {}

    fn __init__(&self) {}

    fn __del__(&mut self) {}

    fn __getattr__(&self, name: &str) {}

    fn same(&self) {}

    #[py(name = "same")]
    fn same_again(&self) {}
}

#[pyclass]
struct Shown;

#[pymethods]
impl Shown {}

#[pymethods]
impl core::fmt::Debug for Shown {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        Ok(())
    }
}

#[pymethods]
impl UnknownOption {}

#[pymethods]
impl Unnamed {}

#[pymethods]
impl Silent {}

#[pymethods]
impl Field {}

#[pymethods]
impl Signed {}

#[pymethods]
impl NoFields {}

#[pyexception]
struct Filled(i32);

#[pyexception]
struct Parametric<T>;

#[pyexception]
#[py(signature = (a))]
struct WithSignature;

#[pyexception]
enum Errors {
    A,
}

fn main() {}
