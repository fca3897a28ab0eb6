//! Python from Rust: calls with names, containers, exceptions, roots, and closures that Python calls.
//!
//! Each test runs a second time with a collection at every allocation, so that what the collector doesn't see is gone
//! at once. All files but this one are part of a firmware too, in which the same tests run on emulated boards
//! (`modules_on_boards.rs`).

extern crate alloc;

use mpy_freeze_tests::host::{Host, with_heap};

mod changes;
mod closures;
mod in_vm;
mod limits;
mod objects;

use in_vm::{Dropped, eval, exec, in_vm, ok, raised};

/// What a test gets that doesn't ask for less.
const HEAP_BYTES: usize = 256 * 1024;

mpy_freeze_rt::platform!(Host);
