//! The lock that one VM at a time holds: MicroPython keeps its state in one place of the program.

/// Whether a VM runs. On a controller that can't exchange a value atomically, `critical-section` does it.
#[cfg(target_has_atomic = "8")]
mod running {
    use core::sync::atomic::{AtomicBool, Ordering};

    static RUNNING: AtomicBool = AtomicBool::new(false);

    pub(super) fn replace(value: bool) -> bool {
        RUNNING.swap(value, Ordering::AcqRel)
    }
}

#[cfg(not(target_has_atomic = "8"))]
mod running {
    use core::cell::Cell;
    use critical_section::Mutex;

    static RUNNING: Mutex<Cell<bool>> = Mutex::new(Cell::new(false));

    pub(super) fn replace(value: bool) -> bool {
        critical_section::with(|token| RUNNING.borrow(token).replace(value))
    }
}

/// The one lock, held until it is dropped.
pub(crate) struct Lock(());

impl Lock {
    /// Takes the lock, if nobody has it.
    pub(crate) fn take() -> Option<Self> {
        if running::replace(true) {
            None
        } else {
            Some(Self(()))
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        running::replace(false);
    }
}
