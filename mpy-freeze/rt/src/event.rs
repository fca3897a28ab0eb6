//! What interrupt handlers ask of Python.

use core::cell::UnsafeCell;
use core::fmt;

use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::shim;
use crate::vm::Vm;

/// Something that an interrupt handler tells Python of: a callable runs when it has been fired.
///
/// It lies in a `static`, and neither it nor firing it needs memory.
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
/// The callable runs with the argument of [`fire`](Self::fire) between two steps of the Python that runs then, or
/// while that waits; where Python doesn't run because Rust has work to do, at [`Vm::run_pending`] or when Python runs
/// next. An event that is fired again before its callable has begun runs it once, with the last argument: what has to
/// be counted is counted by the handler. One that is fired while its callable runs runs it again afterwards.
///
/// Callables run one at a time. What one raises is printed on the console, and the program goes on; a
/// [`KeyboardInterrupt`](keyboard_interrupt) and the end of a [bounded run](Vm::run_for) go on to the program itself.
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
    /// An event that nobody waits for.
    #[expect(
        clippy::new_without_default,
        reason = "an event belongs into a static, where Default can't be called"
    )]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(ffi::RawEvent::new()))
    }

    /// Has `callable` run when the event is fired, until the VM ends or [`off`](Self::off). It takes the place of
    /// an earlier one.
    ///
    /// # Errors
    ///
    /// `TypeError` where the object can't be called, `MemoryError` where there is no room to remember it. The event
    /// is then as it was.
    pub fn on<'vm>(&'static self, _vm: &'vm Vm, callable: &Obj<'vm>) -> Result<(), Exception<'vm>> {
        // SAFETY: the event stays where it is, being borrowed for ever, and the VM runs.
        unsafe { shim::unit(|out| ffi::mpyf_event_on(self.0.get(), callable.handle(), out)) }
    }

    /// Forgets the callable. It doesn't run any more, even if the event has been fired.
    pub fn off(&'static self, _vm: &Vm) {
        // SAFETY: as above.
        unsafe { ffi::mpyf_event_off(self.0.get()) }
    }

    /// Has the callable run soon, with `arg` as its argument.
    ///
    /// It may be called from any interrupt handler and from any thread (on a system with threads not from a signal
    /// handler), and takes a critical section of a few instructions. Returns false, and does nothing, where no
    /// callable waits for the event: an earlier VM's doesn't count.
    pub fn fire(&self, arg: i32) -> bool {
        // SAFETY: the shim keeps the event's address only where a callable is registered, which takes an event that
        // stays where it is.
        unsafe { ffi::mpyf_event_fire(self.0.get(), arg) != 0 }
    }
}

/// Raises `KeyboardInterrupt` in the Python that runs, as Ctrl-C does on a PC, at the next step or while it waits.
///
/// It may be called from any interrupt handler and from any thread (on a system with threads not from a signal
/// handler): where a UART receives a Ctrl-C, or when a button is pressed. Python can catch the exception; what it
/// doesn't catch comes to Rust as an `Err` of its class. Returns false, and does nothing, where no VM runs. Where one
/// runs but Rust has work to do, it waits for [`Vm::run_pending`] or for Python to run next.
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
    /// `KeyboardInterrupt`, where [`keyboard_interrupt`] has been called.
    pub fn run_pending(&self) -> Result<(), Exception<'_>> {
        // SAFETY: the VM runs; the call leaves an exception in `out` or nothing.
        unsafe { shim::unit(|out| ffi::mpyf_run_pending(out)) }
    }
}
