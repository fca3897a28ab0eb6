//! An Arm MPS2, as QEMU emulates it: the images AN385 (Cortex-M3), AN386 (Cortex-M4) and AN505 (Cortex-M33).

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use mpy_freeze_rt::{Platform, stack_above};

use super::clock::Clock;
use super::input::Input;
use super::{Register, entropy, processor};

// Where the peripherals are, and their clock. In AN505 these are the addresses of the secure state.
#[cfg(not(board = "mps2-an505"))]
mod addresses {
    pub const UART: usize = 0x4000_4000;
    pub const FPGA: usize = 0x4002_8000;
    pub const CLOCK_HZ: u32 = 25_000_000;
}
#[cfg(board = "mps2-an505")]
mod addresses {
    pub const UART: usize = 0x5020_0000;
    pub const FPGA: usize = 0x5030_2000;
    pub const CLOCK_HZ: u32 = 20_000_000;
}
pub use addresses::*;

// The CMSDK UART that QEMU shows as its first serial port.
const UART_DATA: Register = Register::at(UART, 0x00);
const UART_STATE: Register = Register::at(UART, 0x04);
const UART_CTRL: Register = Register::at(UART, 0x08);
const UART_BAUDDIV: Register = Register::at(UART, 0x10);
const UART_STATE_TX_FULL: u32 = 1 << 0;
const UART_STATE_RX_FULL: u32 = 1 << 1;
const UART_CTRL_TX_ENABLE: u32 = 1 << 0;
const UART_CTRL_RX_ENABLE: u32 = 1 << 1;
const BAUD: u32 = 115_200;

// The FPGA's free-running counter. It counts at the clock divided by the prescaler plus one.
const FPGA_COUNTER: Register = Register::at(FPGA, 0x18);
const FPGA_PRESCALE: Register = Register::at(FPGA, 0x1c);

/// Stack that Python leaves to interrupt handlers, which share it.
const STACK_RESERVE: usize = 4 * 1024;
/// Stack that Python never needs more than: endless recursion then ends early.
const STACK_LIMIT: usize = 32 * 1024;

/// What has come in at the console. The UART keeps one byte; at the speed of a real wire its receive interrupt would
/// fill this in time, where QEMU waits until the byte has been taken.
static INPUT: Input = Input::new();
static CLOCK: Clock = Clock::new();

/// The board, as MicroPython sees it.
pub struct Board;

impl Board {
    /// Starts the console and the clock. Once, before anything else.
    pub fn init() {
        UART_BAUDDIV.write(CLOCK_HZ / BAUD);
        UART_CTRL.write(UART_CTRL_TX_ENABLE | UART_CTRL_RX_ENABLE);
        FPGA_PRESCALE.write(CLOCK_HZ / 1_000_000 - 1);
        // A tick every millisecond ends the sleep of whoever waits for a time.
        if let Some(mut core) = cortex_m::Peripherals::take() {
            core.SYST.set_clock_source(SystClkSource::Core);
            core.SYST.set_reload(CLOCK_HZ / 1000 - 1);
            core.SYST.clear_current();
            core.SYST.enable_interrupt();
            core.SYST.enable_counter();
        }
    }

    /// Ends the program, with its verdict.
    pub fn exit(ok: bool) -> ! {
        // The last byte is on its way out until the transmitter is free.
        while UART_STATE.read() & UART_STATE_TX_FULL != 0 {}
        processor::end(ok)
    }
}

impl Platform for Board {
    fn write(bytes: &[u8]) {
        for &byte in bytes {
            while UART_STATE.read() & UART_STATE_TX_FULL != 0 {}
            UART_DATA.write(byte.into());
        }
    }

    fn read() -> Option<u8> {
        Self::poll();
        INPUT.take()
    }

    fn ticks_us() -> u64 {
        CLOCK.at(FPGA_COUNTER.read())
    }

    fn entropy(bytes: &mut [u8]) -> bool {
        entropy::fill(bytes)
    }

    fn poll() {
        while UART_STATE.read() & UART_STATE_RX_FULL != 0 {
            INPUT.fill((UART_DATA.read() & 0xff) as u8);
        }
    }

    fn idle() {
        Self::poll();
        // Until the next interrupt, or not at all where one has just been.
        cortex_m::asm::wfe();
    }

    fn stack_limit() -> usize {
        // The stack grows down from the end of RAM to where the statics end.
        stack_above(cortex_m_rt::heap_start(), STACK_RESERVE).min(STACK_LIMIT)
    }
}

/// The millisecond's tick. That it came is all that is wanted of it.
#[exception]
fn SysTick() {}
