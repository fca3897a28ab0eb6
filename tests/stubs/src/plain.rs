//! Items that a module exports from another file.

use mpy_freeze_rt::{pyclass, pyfunction, pymethods};

/// Counts.
#[pyclass]
pub struct Counter {
    #[py(get)]
    total: u32,
}

#[pymethods]
impl Counter {
    #[new]
    fn new() -> Self {
        Self { total: 0 }
    }

    fn add(&mut self, amount: u32) -> u32 {
        self.total += amount;
        self.total
    }
}

/// Half of it.
#[pyfunction]
pub fn halved(value: i32) -> i32 {
    value / 2
}
