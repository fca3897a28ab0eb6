//! Python modules written in Rust, used from Python.
//!
//! This folder is part of a firmware too, in which the same tests run on emulated boards (`modules_on_boards.rs`).

pub(crate) mod classes;
pub(crate) mod constants;
pub(crate) mod exceptions;
pub(crate) mod functions;
pub(crate) mod operators;
mod python;

use mpy_freeze_rt::pymodule;
use python::python;

mpy_freeze_rt::freeze!(
    modules = [
        classes::shapes,
        constants::fixed,
        exceptions::sensors,
        functions::numbers,
        operators::vectors
    ]
);
