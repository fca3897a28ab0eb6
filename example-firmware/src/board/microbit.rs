//! A BBC micro:bit of the first version (nRF51822, Cortex-M0), as QEMU emulates it.

use mpy_freeze_rt::{Platform, stack_above};

use super::clock::Clock;
use super::input::Input;
use super::{Register, processor};

// The UART, and the pins on which the micro:bit has its USB chip.
const UART: usize = 0x4000_2000;
const UART_START_RX: Register = Register::at(UART, 0x000);
const UART_START_TX: Register = Register::at(UART, 0x008);
const UART_RX_READY: Register = Register::at(UART, 0x108);
const UART_TX_READY: Register = Register::at(UART, 0x11c);
const UART_ENABLE: Register = Register::at(UART, 0x500);
const UART_PIN_TX: Register = Register::at(UART, 0x50c);
const UART_PIN_RX: Register = Register::at(UART, 0x514);
const UART_RX: Register = Register::at(UART, 0x518);
const UART_TX: Register = Register::at(UART, 0x51c);
const UART_BAUD: Register = Register::at(UART, 0x524);
const UART_ENABLED: u32 = 4;
const UART_115200: u32 = 0x01d7_e000;
const PIN_TX: u32 = 24;
const PIN_RX: u32 = 25;

/// The first timer, which counts microseconds. The driver of the lamps has its second compare register.
pub const TIMER: usize = 0x4000_8000;
const TIMER_START: Register = Register::at(TIMER, 0x000);
const TIMER_CAPTURE: Register = Register::at(TIMER, 0x040);
const TIMER_BITS: Register = Register::at(TIMER, 0x508);
const TIMER_PRESCALER: Register = Register::at(TIMER, 0x510);
const TIMER_CAPTURED: Register = Register::at(TIMER, 0x540);
const TIMER_32_BITS: u32 = 3;
/// 16 MHz, halved so many times.
const TIMER_1_MHZ: u32 = 4;

/// Stack that Python leaves to interrupt handlers, which share it.
const STACK_RESERVE: usize = 512;

/// What has come in at the console. The UART keeps six bytes; at the speed of a real wire its receive interrupt would
/// fill this in time, where QEMU waits until there is room.
static INPUT: Input = Input::new();
static CLOCK: Clock = Clock::new();

/// The board, as MicroPython sees it.
pub struct Board;

impl Board {
    /// Starts the console and the clock. Once, before anything else.
    pub fn init() {
        UART_PIN_TX.write(PIN_TX);
        UART_PIN_RX.write(PIN_RX);
        UART_BAUD.write(UART_115200);
        UART_ENABLE.write(UART_ENABLED);
        UART_START_RX.write(1);
        UART_START_TX.write(1);
        TIMER_BITS.write(TIMER_32_BITS);
        TIMER_PRESCALER.write(TIMER_1_MHZ);
        TIMER_START.write(1);
    }

    /// Microseconds in 32 bits.
    pub fn now() -> u32 {
        TIMER_CAPTURE.write(1);
        TIMER_CAPTURED.read()
    }

    /// Ends the program, with its verdict. Nothing is on its way out: `write` waits for every byte.
    pub fn exit(ok: bool) -> ! {
        processor::end(ok)
    }
}

impl Platform for Board {
    fn write(bytes: &[u8]) {
        for &byte in bytes {
            UART_TX_READY.write(0);
            UART_TX.write(byte.into());
            while UART_TX_READY.read() == 0 {}
        }
    }

    fn read() -> Option<u8> {
        Self::poll();
        INPUT.take()
    }

    fn ticks_us() -> u64 {
        CLOCK.at(Self::now())
    }

    fn poll() {
        while UART_RX_READY.read() != 0 {
            UART_RX_READY.write(0);
            INPUT.fill((UART_RX.read() & 0xff) as u8);
        }
    }

    fn idle() {
        Self::poll();
    }

    fn stack_limit() -> usize {
        // The stack grows down from the end of RAM to where the statics end.
        stack_above(cortex_m_rt::heap_start(), STACK_RESERVE)
    }
}
