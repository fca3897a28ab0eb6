//! Python from Rust: calls with names, containers, exceptions, roots, and closures that Python calls.
//!
//! Each test runs a second time with a collection at every allocation, so that what the collector doesn't see is gone
//! at once. This folder is part of a firmware too, in which the same tests run on emulated boards (`modules_on_boards.rs`).

pub(crate) mod changes;
pub(crate) mod closures;
pub(crate) mod in_vm;
pub(crate) mod limits;
pub(crate) mod objects;

use crate::{HEAP_BYTES, with_heap};
use in_vm::{Dropped, eval, exec, in_vm, ok, raised};
