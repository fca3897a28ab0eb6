//! The interactive prompt, and the key that interrupts a program.

use crate::exception::Exception;
use crate::ffi;
use crate::shim;
use crate::vm::Vm;

impl Vm {
    /// Runs MicroPython's interactive prompt on the board's console until a soft reset, which Ctrl-D or a `SystemExit`
    /// requests.
    ///
    /// A soft reset needs a new VM, which this function can't make: the caller ends this one, writes the words that
    /// `mpremote` waits for, and starts another. The new prompt is in the same mode, raw or for a person.
    ///
    /// ```no_run
    /// # struct Board;
    /// # impl Board { fn write(_: &[u8]) {} }
    /// # static HEAP: mpy_freeze_rt::Heap<1024> = mpy_freeze_rt::Heap::new();
    /// use mpy_freeze_rt::Vm;
    ///
    /// fn prompt() -> ! {
    ///     loop {
    ///         // An exception of a program is shown at the prompt, and the prompt goes on.
    ///         let _ = Vm::run(&HEAP, |vm| vm.repl().is_ok());
    ///         Board::write(b"MPY: soft reboot\r\n");
    ///     }
    /// }
    /// ```
    ///
    /// For Ctrl-C to interrupt a program, the board passes its input to [`interrupted_by`].
    ///
    /// # Errors
    ///
    /// `NotImplementedError` in a firmware that was built without `Build::repl`, `MemoryError` if the heap has no room
    /// for a line of input, and `KeyboardInterrupt` if [`keyboard_interrupt`](crate::keyboard_interrupt) was called
    /// while the prompt waited. Exceptions of programs at the prompt are printed there.
    pub fn repl(&self) -> Result<(), Exception<'_>> {
        // SAFETY: the VM runs, and the call leaves no object.
        unsafe { shim::unit(|out| ffi::mpyf_repl(out)) }
    }
}

/// Raises `KeyboardInterrupt` in the running Python code if `byte` is the interrupt key: Ctrl-C while the
/// [prompt](Vm::repl) runs a program, or the key that a program has set with `micropython.kbd_intr`.
///
/// The board passes every byte of its console's input to this function as soon as it arrives: in the UART's receive
/// interrupt, or in [`Platform::poll`](crate::Platform::poll) and [`Platform::idle`](crate::Platform::idle). If the
/// result is `true`, the byte is used up; [`Platform::read`](crate::Platform::read) returns all others.
///
/// It may be called wherever [`keyboard_interrupt`](crate::keyboard_interrupt) may be.
pub fn interrupted_by(byte: u8) -> bool {
    // SAFETY: the function may be called at any time.
    unsafe { ffi::mpyf_interrupted_by(byte) != 0 }
}
