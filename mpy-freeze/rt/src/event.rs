//! Requests of interrupt handlers to Python.

use core::cell::UnsafeCell;
use core::fmt;

use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::shim;
use crate::vm::Vm;

/// An event that an interrupt handler fires, and for which Python runs a callable.
///
/// It belongs in a `static`. Neither the event nor firing it takes memory from a heap.
///
/// ```no_run
/// use mpy_freeze_rt::{Event, Exception, Obj, Vm};
///
/// static TICK: Event = Event::new();
///
/// // In the VM, for example in a function that Python calls:
/// fn on_tick<'vm>(vm: &'vm Vm, callback: &Obj<'vm>) -> Result<(), Exception<'vm>> {
///     TICK.on(vm, callback)
/// }
///
/// // In an interrupt handler:
/// fn timer_interrupt() {
///     TICK.fire(1);
/// }
/// ```
///
/// Python runs the callable with the argument of [`fire`](Self::fire), between two steps or while it waits. If Rust is
/// at work instead, the callable runs at [`Vm::run_pending`] or when Python runs next. If the event is fired again
/// before the callable has begun, the callable runs once, with the last argument: a handler that has to count does so
/// itself. If it is fired while the callable runs, the callable runs again afterwards.
///
/// Callables run one at a time. An exception of a callable is printed on the console, and the program goes on; a
/// [`KeyboardInterrupt`](keyboard_interrupt) and the end of a [bounded run](Vm::run_for) reach the program itself.
pub struct Event(UnsafeCell<ffi::RawEvent>);

// SAFETY: nobody but the shim looks inside, and it does so in critical sections alone. The callable that is named in
// there is used by the VM's thread only.
unsafe impl Sync for Event {}
// SAFETY: as above; nothing in there belongs to a thread.
unsafe impl Send for Event {}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").finish_non_exhaustive()
    }
}

impl Event {
    /// Makes an event without a callable.
    #[expect(
        clippy::new_without_default,
        reason = "an event belongs into a static, where Default can't be called"
    )]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(ffi::RawEvent::new()))
    }

    /// Runs `callable` whenever the event is fired, until the VM ends or [`off`](Self::off). It replaces an earlier
    /// one.
    ///
    /// # Errors
    ///
    /// `TypeError` if the object can't be called, `MemoryError` if there is no room to remember it. The event stays as
    /// it was.
    pub fn on<'vm>(&'static self, _vm: &'vm Vm, callable: &Obj<'vm>) -> Result<(), Exception<'vm>> {
        // SAFETY: the event is borrowed for ever, so it stays where it is. The VM runs, and the call leaves no object.
        unsafe { shim::unit(|out| ffi::mpyf_event_on(self.0.get(), callable.handle(), out)) }
    }

    /// Removes the callable. It doesn't run any more, even if the event has been fired.
    pub fn off(&'static self, _vm: &Vm) {
        // SAFETY: as above.
        unsafe { ffi::mpyf_event_off(self.0.get()) }
    }

    /// Requests a run of the callable, with `arg` as its argument.
    ///
    /// It may be called from any interrupt handler and from any thread (on a system with threads not from a signal
    /// handler), and takes a critical section of a few instructions. It returns `false`, and does nothing, if the event
    /// has no callable of the running VM.
    pub fn fire(&self, arg: i32) -> bool {
        // SAFETY: the shim keeps the event's address only where a callable is registered, which takes an event that
        // stays where it is.
        unsafe { ffi::mpyf_event_fire(self.0.get(), arg) != 0 }
    }
}

/// Raises `KeyboardInterrupt` in the running Python code, as Ctrl-C does on a PC, at its next step or while it waits.
///
/// It may be called from any interrupt handler and from any thread (on a system with threads not from a signal
/// handler): when a UART receives a Ctrl-C, or when a button is pressed. Python can catch the exception; otherwise Rust
/// gets it as an `Err`. It returns `false`, and does nothing, if no VM is running. If a VM is running but Rust is at
/// work, the exception waits for [`Vm::run_pending`] or for Python to run next.
///
/// Native code and single calls of C code, such as `sum(range(1000000))`, end first.
pub fn keyboard_interrupt() -> bool {
    // SAFETY: the function may be called at any time.
    unsafe { ffi::mpyf_keyboard_interrupt() != 0 }
}

impl Vm {
    /// Runs the callables of [events](Event) that have been fired, and those that Python has given to
    /// `micropython.schedule`. While Python runs this happens by itself.
    ///
    /// # Errors
    ///
    /// `KeyboardInterrupt` if [`keyboard_interrupt`] has been called.
    pub fn run_pending(&self) -> Result<(), Exception<'_>> {
        // SAFETY: the VM runs, and the call leaves no object.
        unsafe { shim::unit(|out| ffi::mpyf_run_pending(out)) }
    }
}
