//! The runtime and Python modules written in Rust, on the host.

extern crate alloc;

#[macro_use]
mod tests;

mod from_rust;
mod modules;
mod sanitizers;
mod time;
mod vm;

mod once {
    mod panics;
}

use mpy_freeze_tests::host::{Host, with_heap};

mpy_freeze_rt::platform!(Host);

/// What a test gets that doesn't ask for less.
const HEAP_BYTES: usize = 256 * 1024;
