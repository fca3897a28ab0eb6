//! The board's services for Python.

use core::time::Duration;

/// The board's services for Python: the console's output and input, the time, and waiting.
///
/// A firmware implements it once and installs it with [`platform!`](crate::platform!). MicroPython calls the functions,
/// and nothing may unwind through it: a panic in one of them ends the program. Since they run in the middle of
/// MicroPython's own work, a use of the VM in them ends in a `RuntimeError`.
pub trait Platform {
    /// Writes all of `bytes` to the console.
    ///
    /// The output of `print` comes in pieces, with `"\n"` at the end of a line; a board whose terminal wants `"\r\n"`
    /// adds the carriage return itself. A firmware that was built with `Build::repl` gets `"\r\n"`.
    fn write(bytes: &[u8]);

    /// Returns one byte of input, if there is one. It doesn't wait.
    ///
    /// In the prompt's raw paste mode hosts send up to 255 bytes ahead: the board's buffer needs room for them.
    fn read() -> Option<u8> {
        None
    }

    /// Returns microseconds since any fixed moment. The count never goes back.
    fn ticks_us() -> u64;

    /// Returns the time since 1970 began, in UTC or as Python is to see it, or `None` if the board has no such clock.
    ///
    /// `time.time` and the dates of files use it. Without a clock, the year 2000 began when the board's ticks did.
    fn now() -> Option<Duration> {
        None
    }

    /// Fills `bytes` with unpredictable bits, from the processor's random number generator or a source of noise.
    ///
    /// It returns `false` if the board has no such source, or if the source fails. All keys of TLS depend on these
    /// bits: something that only looks random (a clock, a counter, the chip's serial number) is no entropy. Without
    /// entropy `tls.SSLContext` raises a `NotImplementedError`.
    fn entropy(bytes: &mut [u8]) -> bool {
        let _ = bytes;
        false
    }

    /// Restarts the board, for `machine.reset`. If this returns, Python gets a `NotImplementedError`.
    fn reset() {}

    /// Waits a little. MicroPython calls this again and again while Python waits, in `time.sleep` and for input: the
    /// place to sleep until the next interrupt, or to feed a watchdog.
    ///
    /// An interrupt can come between Python's last look for events and the instruction that puts the processor to
    /// sleep. `wfe` of a Cortex-M doesn't sleep then; `wfi` does, until the next interrupt.
    fn idle() {}

    /// Does the board's other work. MicroPython calls this after every 256 steps of Python: the place to run an async
    /// executor's ready tasks, or to feed a watchdog.
    ///
    /// A step is a branch, the call of a function, or the entry of an exception handler; while Python
    /// waits, each call of [`idle`](Self::idle) is one. A single call of C code (`sum(range(1000000))`)
    /// and native code aren't interrupted.
    fn poll() {}

    /// Returns the bytes of stack that Python may use below [`Vm::run`](crate::Vm::run), including Rust's own frames in
    /// between. Deeper recursion ends in a `RuntimeError`.
    ///
    /// The runtime keeps a part of it (1 KiB on 32-bit targets, 16 KiB on 64-bit ones) for C functions between two
    /// checks. The stack of interrupt handlers isn't part of it: if they share the stack, the limit leaves room for
    /// them. [`stack_above`](crate::stack_above) computes the limit from the stack's end, which the linker knows.
    fn stack_limit() -> usize;
}

/// Installs a [`Platform`] as the board of this program. A program has one.
///
/// ```no_run
/// struct Board;
///
/// impl mpy_freeze_rt::Platform for Board {
///     fn write(bytes: &[u8]) { /* to the UART */ }
///     fn ticks_us() -> u64 { 0 /* from a timer */ }
///     fn stack_limit() -> usize { 16 * 1024 }
/// }
///
/// mpy_freeze_rt::platform!(Board);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! platform {
    ($board:ty) => {
        const _: () = {
            // The reference takes the shim out of libmicropython.a, wherever that stands among the linker's
            // inputs.
            #[used]
            static SHIM: unsafe extern "C" fn() = $crate::__private::shim;

            #[unsafe(no_mangle)]
            unsafe extern "C" fn mpyf_platform_write(data: *const u8, len: usize) {
                // SAFETY: the shim calls this with text that it has just made.
                unsafe { $crate::__private::write::<$board>(data, len) }
            }

            #[unsafe(no_mangle)]
            extern "C" fn mpyf_platform_read() -> i32 {
                $crate::__private::read::<$board>()
            }

            #[unsafe(no_mangle)]
            extern "C" fn mpyf_platform_ticks_us() -> u64 {
                <$board as $crate::Platform>::ticks_us()
            }

            #[unsafe(no_mangle)]
            extern "C" fn mpyf_platform_now_ns() -> u64 {
                $crate::__private::now_ns::<$board>()
            }

            #[unsafe(no_mangle)]
            extern "C" fn mpyf_platform_reset() {
                <$board as $crate::Platform>::reset()
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn mpyf_platform_entropy(data: *mut u8, len: usize) -> u32 {
                // SAFETY: the shim calls this with memory that nobody else uses meanwhile.
                unsafe { $crate::__private::entropy::<$board>(data, len) }
            }

            #[unsafe(no_mangle)]
            extern "C" fn mpyf_platform_idle() {
                <$board as $crate::Platform>::idle()
            }

            #[unsafe(no_mangle)]
            extern "C" fn mpyf_platform_poll() {
                <$board as $crate::Platform>::poll()
            }

            // Elsewhere there are threads and no interrupts, and the port has a lock.
            #[cfg(target_os = "none")]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn mpyf_platform_enter_critical() -> usize {
                // SAFETY: MicroPython leaves each section that it enters.
                unsafe { $crate::__private::enter_critical() }
            }

            #[cfg(target_os = "none")]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn mpyf_platform_leave_critical(state: usize) {
                // SAFETY: MicroPython leaves its sections in the order in which it entered them, each with what
                // entering it gave.
                unsafe { $crate::__private::leave_critical(state) }
            }

            #[unsafe(no_mangle)]
            extern "Rust" fn __mpy_freeze_stack_limit() -> usize {
                <$board as $crate::Platform>::stack_limit()
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn mpyf_platform_fatal(message: *const u8, len: usize) -> ! {
                // SAFETY: the shim calls this with a message of its own.
                unsafe { $crate::__private::fatal(message, len) }
            }
        };
    };
}

/// Returns the board's stack limit, in bytes.
pub(crate) fn stack_limit() -> usize {
    unsafe extern "Rust" {
        safe fn __mpy_freeze_stack_limit() -> usize;
    }
    __mpy_freeze_stack_limit()
}

/// Critical sections as C enters and leaves them.
#[cfg(target_os = "none")]
#[allow(missing_docs, reason = "nobody writes these names but the macro")]
mod critical {
    use core::mem::{MaybeUninit, size_of};

    use critical_section::RestoreState;

    const _: () = assert!(size_of::<RestoreState>() <= size_of::<usize>());

    /// # Safety
    ///
    /// Each `enter_critical` has its `leave_critical`, in order.
    pub unsafe fn enter_critical() -> usize {
        let mut state = MaybeUninit::<usize>::zeroed();
        // SAFETY: the caller's promise. The state fits, as asserted; it is a number or nothing, so
        // that all bytes of the `usize` are initialised, and a pointer to a `usize` is aligned for no less than the
        // numbers of that size.
        unsafe {
            let restore = critical_section::acquire();
            state.as_mut_ptr().cast::<RestoreState>().write(restore);
            state.assume_init()
        }
    }

    /// # Safety
    ///
    /// `state` is what the `enter_critical` has returned that this belongs to.
    pub unsafe fn leave_critical(state: usize) {
        // SAFETY: the bytes are those of the state that was written there.
        unsafe { critical_section::release((&raw const state).cast::<RestoreState>().read()) }
    }
}

/// The functions that `platform!` expands to.
#[allow(missing_docs, reason = "nobody writes these names but the macro")]
pub mod private {
    use crate::Platform;

    pub use crate::ffi::shim;

    /// # Safety
    ///
    /// `data` points to `len` bytes that don't change meanwhile.
    pub unsafe fn write<P: Platform>(data: *const u8, len: usize) {
        if len == 0 {
            return;
        }
        // SAFETY: the caller's promise; `from_raw_parts` wants a pointer that isn't null, and text has one.
        P::write(unsafe { core::slice::from_raw_parts(data, len) });
    }

    #[cfg(target_os = "none")]
    pub use super::critical::{enter_critical, leave_critical};

    pub fn read<P: Platform>() -> i32 {
        P::read().map_or(-1, i32::from)
    }

    /// # Safety
    ///
    /// `data` points to `len` bytes that nobody else uses meanwhile.
    pub unsafe fn entropy<P: Platform>(data: *mut u8, len: usize) -> u32 {
        if len == 0 {
            return 1;
        }
        // SAFETY: the caller's promise. What the bytes were is nobody's business, so that they are written first; a
        // slice is of initialised ones.
        let bytes = unsafe {
            data.write_bytes(0, len);
            core::slice::from_raw_parts_mut(data, len)
        };
        P::entropy(bytes).into()
    }

    /// Nanoseconds since 1970, which fit into the number for centuries; 0 if the board has no clock.
    pub fn now_ns<P: Platform>() -> u64 {
        let now = P::now().map_or(0, |now| now.as_nanos());
        u64::try_from(now).unwrap_or(0)
    }

    /// # Safety
    ///
    /// `message` points to `len` bytes that don't change meanwhile.
    pub unsafe fn fatal(message: *const u8, len: usize) -> ! {
        // SAFETY: the caller's promise.
        let message = unsafe { core::slice::from_raw_parts(message, len) };
        panic!(
            "MicroPython gave up: {}",
            core::str::from_utf8(message).unwrap_or("(no message)")
        );
    }
}
