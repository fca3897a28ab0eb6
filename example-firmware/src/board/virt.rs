//! QEMU's RISC-V board `virt`.

use mpy_freeze_rt::{Platform, stack_above};

use super::input::Input;
use super::{Register, entropy};

// The UART, a 16550.
const UART: usize = 0x1000_0000;
const UART_DATA: Register<u8> = Register::at(UART, 0);
const UART_LINE: Register<u8> = Register::at(UART, 5);
const UART_LINE_RX_READY: u8 = 1 << 0;
const UART_LINE_TX_EMPTY: u8 = 1 << 5;

/// The processor's timer: a counter of 64 bits, and what it is compared with.
pub const TIMER: usize = 0x0200_0000;
const TIMER_LOW: Register = Register::at(TIMER, 0xbff8);
const TIMER_HIGH: Register = Register::at(TIMER, 0xbffc);
pub const TIMER_HZ: u32 = 10_000_000;

// A write to this register ends QEMU.
const END: Register = Register::at(0x0010_0000, 0);
const END_PASSED: u32 = 0x5555;
/// With the exit status in its upper half.
const END_FAILED: u32 = 0x1_3333;

/// Stack that Python leaves to interrupt handlers, which share it.
const STACK_RESERVE: usize = 4 * 1024;
/// Stack that Python never needs more than: endless recursion then ends early.
const STACK_LIMIT: usize = 32 * 1024;

/// What has come in at the console while Python computed.
static INPUT: Input = Input::new();

/// The board, as MicroPython sees it.
pub struct Board;

impl Board {
    /// The console and the clock run from the start.
    pub fn init() {}

    /// The timer's counter.
    pub fn now() -> u64 {
        loop {
            let high = TIMER_HIGH.read();
            let low = TIMER_LOW.read();
            // The lower half may have wrapped in between.
            if TIMER_HIGH.read() == high {
                return u64::from(high) << 32 | u64::from(low);
            }
        }
    }

    /// Ends the program, and QEMU with it: its exit status is 0 where all went well, and 1 otherwise.
    pub fn exit(ok: bool) -> ! {
        END.write(if ok { END_PASSED } else { END_FAILED });
        loop {
            riscv::asm::wfi();
        }
    }
}

impl Platform for Board {
    fn write(bytes: &[u8]) {
        for &byte in bytes {
            while UART_LINE.read() & UART_LINE_TX_EMPTY == 0 {}
            UART_DATA.write(byte);
        }
    }

    fn read() -> Option<u8> {
        Self::poll();
        INPUT.take()
    }

    fn ticks_us() -> u64 {
        Self::now() / u64::from(TIMER_HZ / 1_000_000)
    }

    fn entropy(bytes: &mut [u8]) -> bool {
        entropy::fill(bytes)
    }

    fn poll() {
        while UART_LINE.read() & UART_LINE_RX_READY != 0 {
            INPUT.fill(UART_DATA.read());
        }
    }

    fn idle() {
        Self::poll();
    }

    fn stack_limit() -> usize {
        // The stack grows down from the end of RAM to where the statics end.
        stack_above(riscv_rt::heap_start(), STACK_RESERVE).min(STACK_LIMIT)
    }
}
