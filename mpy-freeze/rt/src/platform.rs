//! What the board does for Python.

/// The board: where Python's text goes, where its input comes from, and what time it is.
///
/// A firmware implements it once and installs it with [`platform!`](crate::platform!). The functions are
/// called from inside MicroPython, where nothing may unwind: a panic in one of them ends the program.
///
/// Since they run in the middle of MicroPython's own work, a use of the VM in them ends in a `RuntimeError`.
pub trait Platform {
    /// Writes all of `bytes` to the console. `print` comes here, in pieces, with `"\n"` at the end of a line;
    /// a board whose terminal wants `"\r\n"` adds the carriage return itself.
    fn write(bytes: &[u8]);

    /// One byte of input, if there is one. It doesn't wait.
    fn read() -> Option<u8> {
        None
    }

    /// Microseconds since some moment, never going back.
    fn ticks_us() -> u64;

    /// Called again and again while Python waits, in `time.sleep` as for input: the place to sleep until the
    /// next interrupt, or to feed a watchdog.
    fn idle() {}

    /// Bytes of stack that Python may use below [`Vm::run`](crate::Vm::run), Rust's own frames in between
    /// included. Recursion that goes deeper ends in a `RuntimeError`.
    ///
    /// The runtime keeps a part of it (1 KiB on 32-bit targets, 16 KiB on 64-bit ones) as the room that C
    /// functions need between two checks. What interrupt handlers need isn't part of it: where they share the
    /// stack, it must be left beyond the limit.
    fn stack_limit() -> usize;
}

/// Installs a [`Platform`] as the board of this program. It stands once in a program.
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
            static SHIM: unsafe extern "C" fn() = $crate::__private::mpyf_abi_1;

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
            extern "C" fn mpyf_platform_idle() {
                <$board as $crate::Platform>::idle()
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

/// The board's stack limit.
pub(crate) fn stack_limit() -> usize {
    unsafe extern "Rust" {
        safe fn __mpy_freeze_stack_limit() -> usize;
    }
    __mpy_freeze_stack_limit()
}

/// What `platform!` expands to.
#[allow(missing_docs, reason = "nobody writes these names but the macro")]
pub mod private {
    use crate::Platform;

    unsafe extern "C" {
        pub fn mpyf_abi_1();
    }

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

    pub fn read<P: Platform>() -> i32 {
        P::read().map_or(-1, i32::from)
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
