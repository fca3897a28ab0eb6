//! The board: a console and a clock for Python, and an end of the program.
//!
//! A board is a file beside this one, with the registers that are its own. For another one, copy the file that is
//! most like it.

mod input;
mod mps2;

use core::fmt;

use mpy_freeze_rt::Platform as _;

use input::Input;
pub use mps2::*;

/// A register of the board, 32 bits wide.
#[derive(Clone, Copy)]
pub struct Register(*mut u32);

impl Register {
    /// The register at `offset` bytes in the block at `base`, which must be one of those of this board.
    pub const fn at(base: usize, offset: usize) -> Self {
        Self((base + offset) as *mut u32)
    }

    pub fn read(self) -> u32 {
        // SAFETY: every `Register` here is the address of a register of this board, aligned and always mapped.
        unsafe { self.0.read_volatile() }
    }

    pub fn write(self, value: u32) {
        // SAFETY: as in `read`. Nothing that these registers control touches the program's memory.
        unsafe { self.0.write_volatile(value) }
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
