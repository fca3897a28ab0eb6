//! A timer of QEMU's RISC-V board, and a number where another board has lamps: this one has none.

use core::sync::atomic::{AtomicU32, Ordering};

use riscv::interrupt::Interrupt;
use riscv::register::{mie, mstatus};

use crate::board::{Board, Register, TIMER, TIMER_HZ};

static LIT: AtomicU32 = AtomicU32::new(0);
pub const LAMPS: u8 = 2;

// The interrupt is pending for as long as the counter isn't below this number.
const COMPARE_LOW: Register = Register::at(TIMER, 0x4000);
const COMPARE_HIGH: Register = Register::at(TIMER, 0x4004);

/// Counts between two ticks.
static PERIOD: AtomicU32 = AtomicU32::new(0);

/// The lamps that are lit.
pub fn lit() -> u32 {
    LIT.load(Ordering::Relaxed)
}

/// Lights these lamps and no others.
pub fn light(lamps: u32) {
    LIT.store(lamps, Ordering::Relaxed);
}

/// Has the timer tick with this period.
pub fn start_timer(period_ms: u32) {
    PERIOD.store(period_ms * (TIMER_HZ / 1000), Ordering::Relaxed);
    wait_for_next();
    // SAFETY: nothing relies on these interrupts being masked.
    unsafe {
        mie::set_mtimer();
        mstatus::set_mie();
    }
}

pub fn stop_timer() {
    // SAFETY: an interrupt that doesn't come can't disturb anything.
    unsafe { mie::clear_mtimer() };
}

/// Sets the time of the next tick.
fn wait_for_next() {
    let next = Board::now() + u64::from(PERIOD.load(Ordering::Relaxed));
    // In between the two writes the number must not be one that has passed.
    COMPARE_HIGH.write(u32::MAX);
    COMPARE_LOW.write(next as u32);
    COMPARE_HIGH.write((next >> 32) as u32);
}

/// The timer's interrupt.
#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn timer() {
    wait_for_next();
    super::tick();
}
