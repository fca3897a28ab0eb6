//! The interactive prompt, and the key that interrupts a program.

use crate::exception::Exception;
use crate::ffi;
use crate::shim;
use crate::vm::Vm;

impl Vm {
    /// Runs MicroPython's interactive prompt on the board's console, until a soft reset is asked for: by Ctrl-D, or by
    /// Python with `SystemExit`.
    ///
    /// A soft reset is a new VM, which this function can't make: the caller ends this one, says so to whoever is on the
    /// other side in the words that `mpremote` looks for, and starts again. Whether the prompt is the one for a person
    /// or the raw one for a program, it stays across the reset.
    ///
    /// ```no_run
    /// # struct Board;
    /// # impl Board { fn write(_: &[u8]) {} }
    /// # static HEAP: mpy_freeze_rt::Heap<1024> = mpy_freeze_rt::Heap::new();
    /// use mpy_freeze_rt::Vm;
    ///
    /// fn prompt() -> ! {
    ///     loop {
    ///         // What Python raises in here is shown at the prompt, and the prompt goes on.
    ///         let _ = Vm::run(&HEAP, |vm| vm.repl().is_ok());
    ///         Board::write(b"MPY: soft reboot\r\n");
    ///     }
    /// }
    /// ```
    ///
    /// For Ctrl-C to end a program, the board gives its input to [`interrupted_by`].
    ///
    /// # Errors
    ///
    /// `NotImplementedError` in a firmware that was built without `Build::repl`, `MemoryError` where the heap has no
    /// room for a line of input, and `KeyboardInterrupt` where [`keyboard_interrupt`](crate::keyboard_interrupt) was
    /// called while the prompt waited. What the programs at the prompt raise is printed there.
    pub fn repl(&self) -> Result<(), Exception<'_>> {
        // SAFETY: the VM runs; the call leaves an exception in `out` or nothing.
        unsafe { shim::unit(|out| ffi::mpyf_repl(out)) }
    }
}

/// Raises `KeyboardInterrupt` in the Python that runs, if `byte` is the key that does so: Ctrl-C while the
/// [prompt](Vm::repl) runs a program, and what a program has set with `micropython.kbd_intr`.
///
/// The board gives every byte of its console's input to this function as soon as it comes: in the UART's receive
/// interrupt, or in [`Platform::poll`](crate::Platform::poll) and [`Platform::idle`](crate::Platform::idle). Where it
/// returns true the byte has done its work; all others are for [`Platform::read`](crate::Platform::read) to return.
///
/// It may be called from where [`keyboard_interrupt`](crate::keyboard_interrupt) may.
pub fn interrupted_by(byte: u8) -> bool {
    // SAFETY: the function may be called at any time.
    unsafe { ffi::mpyf_interrupted_by(byte) != 0 }
}
