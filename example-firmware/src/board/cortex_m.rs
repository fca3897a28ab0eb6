//! What boards with a Cortex-M have in common.

use cortex_m_rt::{ExceptionFrame, exception};
use cortex_m_semihosting::debug;

use super::Board;
use crate::println;

pub use cortex_m_rt::entry;

/// Ends QEMU: its exit status is 0 where all went well, and 1 otherwise. Without QEMU, and without a debugger that
/// does the same, this is a fault.
pub fn end(ok: bool) -> ! {
    debug::exit(if ok {
        debug::EXIT_SUCCESS
    } else {
        debug::EXIT_FAILURE
    });
    loop {
        cortex_m::asm::wfi();
    }
}

// SAFETY: nothing returns to what faulted; the handler only prints and ends.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    println!("hard fault at {:#010x}", frame.pc());
    Board::exit(false)
}
