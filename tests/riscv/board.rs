//! QEMU's RISC-V board `virt`: its start, its console, its clock and its end.

use core::arch::global_asm;
use core::fmt;

use mpy_freeze_rt::Platform;

// The stack, then Rust; a trap ends the program with a status of its own. The section isn't `.text.start`, which is
// where the compiler puts the function of that name.
global_asm!(
    ".pushsection .init,\"ax\",%progbits",
    ".option push",
    ".option arch, +zicsr",
    ".globl _start",
    "_start:",
    "la sp, _stack_top",
    "la t0, 1f",
    "csrw mtvec, t0",
    "call start",
    ".balign 4",
    "1:",
    "li t0, 0x100000",
    "li t1, 0x73333",
    "sw t1, 0(t0)",
    "2: j 2b",
    ".option pop",
    ".popsection",
);

const UART: *mut u8 = 0x1000_0000 as *mut u8;
const EXIT: *mut u32 = 0x10_0000 as *mut u32;
const CLOCK: *const u32 = 0x0200_bff8 as *const u32;

/// The board, as MicroPython sees it.
pub struct Board;

impl Board {
    /// Ends the program, and QEMU with it.
    pub fn exit(ok: bool) -> ! {
        let status = if ok { 0x5555 } else { 0x1_3333 };
        // SAFETY: the register with which the board ends QEMU.
        unsafe { EXIT.write_volatile(status) }
        loop {}
    }
}

impl Platform for Board {
    fn write(bytes: &[u8]) {
        for &byte in bytes {
            // SAFETY: the board's UART, which takes a byte whenever it comes.
            unsafe { UART.write_volatile(byte) }
        }
    }

    fn ticks_us() -> u64 {
        // SAFETY: the board's clock, which counts at 10 MHz. The programs run for less than the 7 minutes after
        // which its lower half wraps.
        u64::from(unsafe { CLOCK.read_volatile() }) / 10
    }

    fn stack_limit() -> usize {
        64 * 1024
    }
}

/// The console for Rust's `write!`.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        Board::write(text.as_bytes());
        Ok(())
    }
}

/// Prints a line on the console.
#[macro_export]
macro_rules! println {
    ($($arguments:tt)*) => {{
        use core::fmt::Write as _;
        // The console takes everything.
        let _ = writeln!($crate::board::Console, $($arguments)*);
    }};
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    println!("{info}");
    Board::exit(false)
}

// One core without interrupts: every section is a critical one.
#[unsafe(no_mangle)]
extern "Rust" fn _critical_section_1_0_acquire() {}

#[unsafe(no_mangle)]
extern "Rust" fn _critical_section_1_0_release(_: ()) {}
