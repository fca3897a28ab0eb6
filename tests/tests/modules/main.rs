//! Python modules written in Rust, used from Python on the host.
//!
//! All files but this one are part of a firmware too, in which the same tests run on emulated boards
//! (`modules_on_boards.rs`).

extern crate alloc;

use mpy_freeze_rt::pymodule;
use mpy_freeze_tests::host::{Host, with_heap};

mod classes;
mod constants;
mod exceptions;
mod functions;
mod operators;
mod python;

use python::python;

mpy_freeze_rt::platform!(Host);
mpy_freeze_rt::freeze!(
    modules = [
        classes::shapes,
        constants::fixed,
        exceptions::sensors,
        functions::numbers,
        operators::vectors
    ]
);

/// What a program gets.
const HEAP_BYTES: usize = 256 * 1024;
