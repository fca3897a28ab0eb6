//! A class in a module that has no `impl` for Python.
use mpy_freeze_rt::pymodule;

#[pymodule]
mod shapes {
    use mpy_freeze_rt::pyclass;

    #[pyclass]
    pub struct Point;
}

fn main() {}
