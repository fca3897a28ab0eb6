//! Python modules written in Rust, used from Python on the host.

use std::sync::{Mutex, PoisonError};

// Cargo links libmicropython to the library of this package, and so to whoever names it.
use mpy_freeze_tests as _;

use mpy_freeze_rt::{Platform, Vm, pymodule};

mod classes;
mod constants;
mod exceptions;
mod functions;
mod operators;

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

/// Runs statements in a VM of their own, and fails with their traceback; then in another that collects at every
/// allocation, so that what the collector doesn't see is gone at once.
#[track_caller]
fn python(source: &str) {
    run(source, "");
    run(source, "import gc\ngc.threshold(0)\ndel gc");
}

#[track_caller]
fn run(source: &str, before: &str) {
    static ONE_VM: Mutex<()> = Mutex::new(());
    let _one = ONE_VM.lock().unwrap_or_else(PoisonError::into_inner);
    let mut heap = vec![0xa5u8; 256 * 1024];
    let result = Vm::run(heap.as_mut_slice(), |vm| {
        vm.exec(before, "before.py")
            .and_then(|()| vm.exec(source, "test.py"))
            .map_err(|exception| exception.to_string())
    });
    if let Err(traceback) = result.expect("the VM starts") {
        panic!("{traceback}");
    }
}
