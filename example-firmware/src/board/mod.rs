//! The board: a console and a clock for Python, and an end of the program.
//!
//! Each family of boards is a file beside this one, with the registers that are its own; `boards/` has the memory of
//! each board. For another board, copy what is most like it, and add it here.

#[cfg_attr(board = "microbit", path = "microbit.rs")]
#[cfg_attr(board = "virt-rv32", path = "virt.rs")]
#[cfg_attr(not(any(board = "microbit", board = "virt-rv32")), path = "mps2.rs")]
mod machine;

#[cfg(target_arch = "arm")]
#[path = "cortex_m.rs"]
mod processor;
#[cfg(target_arch = "riscv32")]
#[path = "riscv.rs"]
mod processor;

#[cfg(target_arch = "arm")]
mod clock;
#[cfg(not(board = "microbit"))]
mod entropy;
mod input;

use core::fmt;

use mpy_freeze_rt::Platform as _;

pub use machine::*;
pub use processor::entry;

/// A register of the board.
#[derive(Clone, Copy)]
pub struct Register<T = u32>(*mut T);

impl<T: Copy> Register<T> {
    /// The register at `offset` bytes in the block at `base`, which must be one of those of this board.
    pub const fn at(base: usize, offset: usize) -> Self {
        Self((base + offset) as *mut T)
    }

    pub fn read(self) -> T {
        // SAFETY: every `Register` here is the address of a register of this board, aligned and always mapped.
        unsafe { self.0.read_volatile() }
    }

    pub fn write(self, value: T) {
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
