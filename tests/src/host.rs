//! The machine that the tests run on, as Python's board.

use std::sync::{Mutex, PoisonError};

use mpy_freeze_rt::{Platform, Vm};

/// The board. What Python prints is the test's own output.
#[derive(Debug)]
pub struct Host;

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

/// Starts a VM in memory that isn't clean. The tests are threads of one program, and there is one VM at a time.
pub fn with_heap<R>(bytes: usize, f: impl for<'vm> FnOnce(&'vm Vm) -> R) -> R {
    static ONE_VM: Mutex<()> = Mutex::new(());
    let _one = ONE_VM.lock().unwrap_or_else(PoisonError::into_inner);
    let mut heap = vec![0xa5u8; bytes];
    Vm::run(heap.as_mut_slice(), f).expect("the VM starts")
}
