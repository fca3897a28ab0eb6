//! Lamps and timer of a micro:bit.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::exception;

use crate::board::{Board, Register, TIMER};

// The first two lamps of the first row. A lamp is lit where its row is high and its column is low.
const PINS: usize = 0x5000_0000;
const PINS_OUT: Register = Register::at(PINS, 0x504);
const PINS_SET: Register = Register::at(PINS, 0x508);
const PINS_CLEAR: Register = Register::at(PINS, 0x50c);
const PINS_OUTPUTS: Register = Register::at(PINS, 0x518);
const ROW: u32 = 1 << 13;
const FIRST_COLUMN: u32 = 4;
const COLUMNS: u32 = 0b11 << FIRST_COLUMN;
pub const LAMPS: u8 = 2;

// The second compare register of the board's timer, which counts microseconds.
const TIMER_EVENT: Register = Register::at(TIMER, 0x144);
const TIMER_INTERRUPT_ON: Register = Register::at(TIMER, 0x304);
const TIMER_INTERRUPT_OFF: Register = Register::at(TIMER, 0x308);
const TIMER_COMPARE: Register = Register::at(TIMER, 0x544);
const TIMER_SECOND: u32 = 1 << 17;

/// Microseconds between two ticks.
static PERIOD_US: AtomicU32 = AtomicU32::new(0);

/// The interrupts that this driver uses.
#[derive(Clone, Copy)]
enum Interrupt {
    Timer = 8,
}

// SAFETY: the number is that of the first timer on this board, and the enumeration doesn't change.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

/// The lamps that are lit.
pub fn lit() -> u32 {
    if PINS_OUT.read() & ROW == 0 {
        return 0;
    }
    (!PINS_OUT.read() & COLUMNS) >> FIRST_COLUMN
}

/// Lights these lamps and no others.
pub fn light(lamps: u32) {
    PINS_SET.write(COLUMNS);
    PINS_CLEAR.write(lamps << FIRST_COLUMN & COLUMNS);
    PINS_SET.write(ROW);
    PINS_OUTPUTS.write(ROW | COLUMNS);
}

/// Has the timer tick with this period.
pub fn start_timer(period_ms: u32) {
    let period = period_ms * 1000;
    PERIOD_US.store(period, Ordering::Relaxed);
    tick_at(Board::now().wrapping_add(period), period);
    TIMER_INTERRUPT_ON.write(TIMER_SECOND);
    // SAFETY: nothing relies on this interrupt being masked.
    unsafe { NVIC::unmask(Interrupt::Timer) };
}

/// Sets the time of the next tick, in microseconds, or a period from now where that time has gone by already: the counter
/// would reach it after an hour. It may go by before it is set, so it is looked at afterwards.
fn tick_at(mut time: u32, period: u32) {
    loop {
        TIMER_COMPARE.write(time);
        let now = Board::now();
        if (1..=period).contains(&time.wrapping_sub(now)) {
            return;
        }
        time = now.wrapping_add(period);
    }
}

pub fn stop_timer() {
    NVIC::mask(Interrupt::Timer);
    TIMER_INTERRUPT_OFF.write(TIMER_SECOND);
    TIMER_EVENT.write(0);
    NVIC::unpend(Interrupt::Timer);
}

/// Every interrupt of the board comes here; a crate with the chip's vector table would name them one by one.
// SAFETY: the handler touches the timer, and nothing of Python's memory.
#[exception]
unsafe fn DefaultHandler(number: i16) {
    if number == Interrupt::Timer as i16 {
        TIMER_EVENT.write(0);
        let period = PERIOD_US.load(Ordering::Relaxed);
        tick_at(TIMER_COMPARE.read().wrapping_add(period), period);
        super::tick();
    }
}
