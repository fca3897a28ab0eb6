//! What boards with a Cortex-M have in common.

use cortex_m_rt::{ExceptionFrame, exception};
use semihosting::process;

use super::Board;
use crate::println;

pub use cortex_m_rt::entry;

/// Ends QEMU: its exit status is 0 where all went well, and 1 otherwise. Without QEMU, and without a debugger that
/// does the same, this is a fault.
pub fn end(ok: bool) -> ! {
    process::exit(i32::from(!ok))
}

// SAFETY: nothing returns to what faulted; the handler only prints and ends.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    println!("hard fault at {:#010x}", frame.pc());
    Board::exit(false)
}
