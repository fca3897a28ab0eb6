//! The machine that the tests run on, as Python's board.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mpy_freeze_rt::{Platform, StartError, Vm, keyboard_interrupt};

thread_local! {
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static POLLS: Cell<u32> = const { Cell::new(0) };
    static IDLES: Cell<u32> = const { Cell::new(0) };
    static START: Instant = Instant::now();
}

static INTERRUPT_WHEN_IDLE: AtomicBool = AtomicBool::new(false);

/// The board: a console and counters for each thread, which is to say for each test.
#[derive(Debug)]
pub struct Host;

impl Platform for Host {
    fn write(bytes: &[u8]) {
        OUTPUT.with_borrow_mut(|output| output.extend_from_slice(bytes));
    }

    fn read() -> Option<u8> {
        INPUT.with_borrow_mut(|input| (!input.is_empty()).then(|| input.remove(0)))
    }

    fn ticks_us() -> u64 {
        START.with(|start| start.elapsed().as_micros() as u64)
    }

    fn idle() {
        IDLES.set(IDLES.get() + 1);
        if INTERRUPT_WHEN_IDLE.swap(false, Ordering::Relaxed) {
            assert!(keyboard_interrupt());
        }
    }

    fn poll() {
        POLLS.set(POLLS.get() + 1);
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

/// Takes what Python has printed.
pub fn output() -> String {
    OUTPUT.with_borrow_mut(|output| String::from_utf8(std::mem::take(output)).expect("UTF-8"))
}

/// Has Python read these bytes.
pub fn give_input(bytes: &[u8]) {
    INPUT.with_borrow_mut(|input| input.extend_from_slice(bytes));
}

/// Takes the number of calls of `Platform::poll`.
pub fn polls() -> u32 {
    POLLS.take()
}

/// Takes the number of calls of `Platform::idle`.
pub fn idles() -> u32 {
    IDLES.take()
}

/// Has the next `Platform::idle` interrupt Python.
pub fn interrupt_when_idle() {
    INTERRUPT_WHEN_IDLE.store(true, Ordering::Relaxed);
}

/// Keeps the VM from all other tests: they are threads of one program, and there is one VM at a time.
pub fn only_vm() -> MutexGuard<'static, ()> {
    static ONE_VM: Mutex<()> = Mutex::new(());
    ONE_VM.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a VM in memory that isn't clean.
///
/// # Errors
///
/// Those of [`Vm::run`].
pub fn try_with_heap<R>(
    bytes: usize,
    f: impl for<'vm> FnOnce(&'vm Vm) -> R,
) -> Result<R, StartError> {
    let _one = only_vm();
    let mut heap = vec![0xa5u8; bytes];
    Vm::run(heap.as_mut_slice(), f)
}

/// Starts a VM, which has to succeed.
pub fn with_heap<R>(bytes: usize, f: impl for<'vm> FnOnce(&'vm Vm) -> R) -> R {
    try_with_heap(bytes, f).expect("the VM starts")
}
