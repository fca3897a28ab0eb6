//! Runs of Python with a limited number of steps.

use core::fmt;

use crate::exception::Exception;
use crate::ffi;
use crate::vm::Vm;

/// The reason why a bounded run of Python has no result.
#[derive(Debug)]
pub enum Stopped<'vm> {
    /// Python used up its steps.
    OutOfSteps,
    /// Python raised an exception.
    Raised(Exception<'vm>),
}

impl fmt::Display for Stopped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfSteps => f.write_str("Python has used up its steps"),
            Self::Raised(exception) => exception.fmt(f),
        }
    }
}

impl core::error::Error for Stopped<'_> {}

impl<'vm> From<Exception<'vm>> for Stopped<'vm> {
    fn from(exception: Exception<'vm>) -> Self {
        Self::Raised(exception)
    }
}

/// A bounded run. Dropping it gives the steps that are left back to the run around it, after a panic too.
struct Bound(ffi::RawBound);

impl Bound {
    fn new(steps: u64) -> Self {
        let mut outer = ffi::RawBound {
            budget: 0,
            given: 0,
            exhausted: 0,
        };
        // SAFETY: the pointer is good for the call.
        unsafe { ffi::mpyf_bound_begin(steps, &mut outer) };
        Self(outer)
    }

    /// Ends the run, and returns `true` if its steps were used up.
    fn end(self) -> bool {
        let this = core::mem::ManuallyDrop::new(self);
        // SAFETY: runs end in the order in which they began, each once.
        unsafe { ffi::mpyf_bound_end(&this.0) != 0 }
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { ffi::mpyf_bound_end(&self.0) };
    }
}

impl Vm {
    /// Calls `f`, in which Python may take `steps` steps.
    ///
    /// A step is a branch, the call of a Python function, or the entry of an exception handler; while Python waits,
    /// each call of [`Platform::idle`](crate::Platform::idle) is one. A step is a few bytecode instructions long.
    ///
    /// When the steps are used up, Python gets an exception `OutOfSteps`, which is no `Exception` but a
    /// `BaseException`. It has 256 further steps for its `finally` blocks; after these every step raises the
    /// exception anew, so that no handler can go on for ever. Native code and single calls of C code, such as
    /// `sum(range(1000000))`, aren't counted and end first.
    ///
    /// ```no_run
    /// # fn example(vm: &mpy_freeze_rt::Vm) {
    /// use mpy_freeze_rt::Stopped;
    ///
    /// match vm.run_for(10_000, || vm.import("rules")?.call_method("apply", (21.5,))) {
    ///     Ok(result) => { /* what the Python returned */ }
    ///     Err(Stopped::OutOfSteps) => { /* it didn't come to an end */ }
    ///     Err(Stopped::Raised(exception)) => { /* it raised */ }
    /// }
    /// # }
    /// ```
    ///
    /// In a run that is bounded itself, `f` has no more steps than are left of the outer run, and its steps count
    /// there as well.
    ///
    /// # Errors
    ///
    /// If `f` returns an exception: [`Stopped::OutOfSteps`] if the steps were used up, [`Stopped::Raised`] otherwise.
    pub fn run_for<'vm, T>(
        &'vm self,
        steps: u64,
        f: impl FnOnce() -> Result<T, Exception<'vm>>,
    ) -> Result<T, Stopped<'vm>> {
        let bound = Bound::new(steps);
        let result = f();
        let out_of_steps = bound.end();
        result.map_err(|exception| {
            if out_of_steps {
                Stopped::OutOfSteps
            } else {
                Stopped::Raised(exception)
            }
        })
    }
}
