//! Lamps and timer of an Arm MPS2.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::exception;

use crate::board::{CLOCK_HZ, FPGA, Register};

// Bit by bit the lamps.
const LEDS: Register = Register::at(FPGA, 0x00);
pub const LAMPS: u8 = 2;

// The first CMSDK timer, and its interrupt. It counts down from the reload value at the board's clock.
#[cfg(not(board = "mps2-an505"))]
const TIMER: usize = 0x4000_0000;
#[cfg(not(board = "mps2-an505"))]
const TIMER_INTERRUPT: u16 = 8;
#[cfg(board = "mps2-an505")]
const TIMER: usize = 0x5000_0000;
#[cfg(board = "mps2-an505")]
const TIMER_INTERRUPT: u16 = 3;
const TIMER_CTRL: Register = Register::at(TIMER, 0x00);
const TIMER_VALUE: Register = Register::at(TIMER, 0x04);
const TIMER_RELOAD: Register = Register::at(TIMER, 0x08);
const TIMER_INTCLEAR: Register = Register::at(TIMER, 0x0c);
const TIMER_CTRL_ENABLE: u32 = 1 << 0;
const TIMER_CTRL_INTERRUPT: u32 = 1 << 3;

/// The interrupts that this driver uses.
#[derive(Clone, Copy)]
enum Interrupt {
    Timer = TIMER_INTERRUPT as isize,
}

// SAFETY: the number is that of the first timer on this board, and the enumeration doesn't change.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

/// The lamps that are lit.
pub fn lit() -> u32 {
    LEDS.read()
}

/// Lights these lamps and no others.
pub fn light(lamps: u32) {
    LEDS.write(lamps);
}

/// Has the timer tick with this period, the longest of which fits its registers.
pub fn start_timer(period_ms: u32) {
    let cycles = period_ms * (CLOCK_HZ / 1000);
    TIMER_RELOAD.write(cycles - 1);
    TIMER_VALUE.write(cycles - 1);
    TIMER_CTRL.write(TIMER_CTRL_ENABLE | TIMER_CTRL_INTERRUPT);
    // SAFETY: nothing relies on this interrupt being masked.
    unsafe { NVIC::unmask(Interrupt::Timer) };
}

pub fn stop_timer() {
    NVIC::mask(Interrupt::Timer);
    TIMER_CTRL.write(0);
    TIMER_INTCLEAR.write(1);
    NVIC::unpend(Interrupt::Timer);
}

/// Every interrupt of the board comes here; a crate with the chip's vector table would name them one by one.
// SAFETY: the handler touches the timer, and nothing of Python's memory.
#[exception]
unsafe fn DefaultHandler(number: i16) {
    if number == Interrupt::Timer as i16 {
        TIMER_INTCLEAR.write(1);
        super::tick();
    }
}
