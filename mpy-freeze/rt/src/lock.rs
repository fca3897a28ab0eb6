//! The lock that a running VM holds. MicroPython keeps its state in globals, so there is one VM at a time.

/// A flag that is set while a VM runs. `critical-section` guards it on targets without atomic exchange.
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
    /// Takes the lock if it is free.
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
