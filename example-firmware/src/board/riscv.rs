//! What boards with a RISC-V have in common.

use riscv::register::{mcause, mepc};
use riscv_rt::TrapFrame;

use super::Board;
use crate::println;

pub use riscv_rt::entry;

/// Every exception comes here; nothing returns to what caused it.
#[unsafe(export_name = "ExceptionHandler")]
fn exception(_: &TrapFrame) -> ! {
    println!(
        "exception {} at {:#010x}",
        mcause::read().code(),
        mepc::read()
    );
    Board::exit(false)
}
