//! An Arm MPS2 with the AN385 image (Cortex-M3), as QEMU emulates it.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::{ExceptionFrame, exception};
use cortex_m_semihosting::debug;
use mpy_freeze_rt::{Platform, stack_above};

use super::{Input, Register};
use crate::println;

// The CMSDK UART that QEMU shows as its first serial port.
const UART: usize = 0x4000_4000;
const UART_DATA: Register = Register::at(UART, 0x00);
const UART_STATE: Register = Register::at(UART, 0x04);
const UART_CTRL: Register = Register::at(UART, 0x08);
const UART_BAUDDIV: Register = Register::at(UART, 0x10);
const UART_STATE_TX_FULL: u32 = 1 << 0;
const UART_STATE_RX_FULL: u32 = 1 << 1;
const UART_CTRL_TX_ENABLE: u32 = 1 << 0;
const UART_CTRL_RX_ENABLE: u32 = 1 << 1;

// The FPGA's registers, and its free-running counter. It counts at the clock divided by the prescaler plus one.
pub const FPGA: usize = 0x4002_8000;
const FPGA_COUNTER: Register = Register::at(FPGA, 0x18);
const FPGA_PRESCALE: Register = Register::at(FPGA, 0x1c);

pub const CLOCK_HZ: u32 = 25_000_000;
const BAUD: u32 = 115_200;

/// Stack that Python leaves to interrupt handlers, which share it.
const STACK_RESERVE: usize = 4 * 1024;
/// Stack that Python never needs more than: endless recursion then ends early.
const STACK_LIMIT: usize = 64 * 1024;

/// What has come in at the console. The UART keeps one byte; at the speed of a real wire its receive interrupt would
/// fill this in time, where QEMU waits until the byte has been taken.
static INPUT: Input = Input::new();

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

    /// Ends the program, and QEMU with it: its exit status is 0 where all went well, and 1 otherwise.
    pub fn exit(ok: bool) -> ! {
        // The last byte is on its way out until the transmitter is free.
        while UART_STATE.read() & UART_STATE_TX_FULL != 0 {}
        debug::exit(if ok {
            debug::EXIT_SUCCESS
        } else {
            debug::EXIT_FAILURE
        });
        loop {
            cortex_m::asm::wfi();
        }
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
        // The counter wraps after 71 minutes; whoever asks more often than that sees every wrap. Python asks from
        // one place at a time, so that the two halves need no lock.
        static LAST: AtomicU32 = AtomicU32::new(0);
        static WRAPS: AtomicU32 = AtomicU32::new(0);
        let now = FPGA_COUNTER.read();
        let mut wraps = WRAPS.load(Ordering::Relaxed);
        let before = LAST.load(Ordering::Relaxed);
        LAST.store(now, Ordering::Relaxed);
        if now < before {
            wraps += 1;
            WRAPS.store(wraps, Ordering::Relaxed);
        }
        u64::from(wraps) << 32 | u64::from(now)
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

// SAFETY: nothing returns to what faulted; the handler only prints and ends.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    println!("hard fault at {:#010x}", frame.pc());
    Board::exit(false)
}
