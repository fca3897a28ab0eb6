//! Python modules written in Rust, used from Python on the host.
//!
//! All files but this one are part of a firmware too, in which the same tests run on emulated boards
//! (`modules_on_boards.rs`).

extern crate alloc;

use std::sync::{Mutex, PoisonError};

// Cargo links libmicropython to the library of this package, and so to whoever names it.
use mpy_freeze_tests as _;

use mpy_freeze_rt::{Platform, Vm, pymodule};

mod classes;
mod constants;
mod exceptions;
mod functions;
mod operators;
mod python;

use python::python;

struct Host;

impl Platform for Host {
    fn write(bytes: &[u8]) {
        print!("{}", String::from_utf8_lossy(bytes));
    }

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

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

/// Starts a VM; the tests are threads of one program, and there is one VM at a time.
fn with_heap<R>(bytes: usize, f: impl for<'vm> FnOnce(&'vm Vm) -> R) -> R {
    static ONE_VM: Mutex<()> = Mutex::new(());
    let _one = ONE_VM.lock().unwrap_or_else(PoisonError::into_inner);
    let mut heap = vec![0xa5u8; bytes];
    Vm::run(heap.as_mut_slice(), f).expect("the VM starts")
}
