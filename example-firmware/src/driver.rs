//! The board's front panel for Python: lamps as a class, and a timer whose interrupt calls Python.
//!
//! This is a driver as a board's peripherals want it: registers and the interrupt in Rust, what they are for in `app/`.

use core::sync::atomic::{AtomicI32, Ordering};

use cortex_m::interrupt::InterruptNumber;
use cortex_m_rt::exception;
use mpy_freeze_rt::{Event, pymodule};

use crate::board::{CLOCK_HZ, FPGA, Register};

// Bit by bit the lamps.
const LEDS: Register = Register::at(FPGA, 0x00);
const LED_COUNT: u8 = 2;

// The first CMSDK timer. It counts down from the reload value at the board's clock.
const TIMER: usize = 0x4000_0000;
const TIMER_CTRL: Register = Register::at(TIMER, 0x00);
const TIMER_VALUE: Register = Register::at(TIMER, 0x04);
const TIMER_RELOAD: Register = Register::at(TIMER, 0x08);
const TIMER_INTCLEAR: Register = Register::at(TIMER, 0x0c);
const TIMER_CTRL_ENABLE: u32 = 1 << 0;
const TIMER_CTRL_INTERRUPT: u32 = 1 << 3;

/// The interrupts that this firmware uses.
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

/// The timer has run out: what Python waits for.
static TICK: Event = Event::new();
/// How often it has, since it was started.
static TICKS: AtomicI32 = AtomicI32::new(0);

/// Every interrupt of the board comes here; a crate with the chip's vector table would name them one by one.
// SAFETY: the handler touches the timer, an atomic number and an event, and none of Python's memory.
#[exception]
unsafe fn DefaultHandler(number: i16) {
    if number == Interrupt::Timer as i16 {
        TIMER_INTCLEAR.write(1);
        // The interpreter and this handler share one core, and nobody else writes.
        let ticks = TICKS.load(Ordering::Relaxed).wrapping_add(1);
        TICKS.store(ticks, Ordering::Relaxed);
        TICK.fire(ticks);
    }
}

/// The module `panel`.
#[pymodule]
pub mod panel {
    use core::sync::atomic::Ordering;

    use cortex_m::peripheral::NVIC;
    use mpy_freeze_rt::{ErrorType, Exception, Obj, PyErr, Vm, pyclass, pyfunction, pymethods};

    use super::{
        CLOCK_HZ, Interrupt, LED_COUNT, LEDS, TICK, TICKS, TIMER_CTRL, TIMER_CTRL_ENABLE,
        TIMER_CTRL_INTERRUPT, TIMER_INTCLEAR, TIMER_RELOAD, TIMER_VALUE,
    };

    /// A lamp of the panel.
    #[pyclass]
    pub struct Lamp {
        /// Which one it is, counted from 0.
        #[py(get)]
        index: u8,
    }

    #[pymethods]
    impl Lamp {
        /// How many lamps there are.
        #[classattr]
        const COUNT: u8 = LED_COUNT;

        #[new]
        fn new(index: u8) -> Result<Self, PyErr> {
            if index < LED_COUNT {
                Ok(Self { index })
            } else {
                Err(PyErr::new(ErrorType::VALUE_ERROR, "no such lamp"))
            }
        }

        /// Whether the lamp is lit.
        #[getter]
        fn lit(&self) -> bool {
            LEDS.read() & self.bit() != 0
        }

        #[setter]
        fn set_lit(&mut self, lit: bool) {
            let leds = LEDS.read();
            LEDS.write(if lit {
                leds | self.bit()
            } else {
                leds & !self.bit()
            });
        }

        /// Lights the lamp if it is dark, and the other way round.
        fn toggle(&mut self) {
            LEDS.write(LEDS.read() ^ self.bit());
        }
    }

    impl Lamp {
        /// The lamp's bit of the register.
        fn bit(&self) -> u32 {
            1 << self.index
        }
    }

    /// Has `callback` called every `period_ms` milliseconds, with the number of periods that have passed.
    #[pyfunction]
    fn every<'a>(vm: &'a Vm, period_ms: u16, callback: Obj<'a>) -> Result<(), Exception<'a>> {
        // Of a period of no time the shortest is made; the longest fits the timer.
        let cycles = u32::from(period_ms.max(1)) * (CLOCK_HZ / 1000);
        stop();
        TICK.on(vm, &callback)?;
        TICKS.store(0, Ordering::Relaxed);
        TIMER_RELOAD.write(cycles - 1);
        TIMER_VALUE.write(cycles - 1);
        TIMER_CTRL.write(TIMER_CTRL_ENABLE | TIMER_CTRL_INTERRUPT);
        // SAFETY: nothing relies on this interrupt being masked.
        unsafe { NVIC::unmask(Interrupt::Timer) };
        Ok(())
    }

    /// Stops the timer.
    #[pyfunction]
    fn stop() {
        NVIC::mask(Interrupt::Timer);
        TIMER_CTRL.write(0);
        TIMER_INTCLEAR.write(1);
        NVIC::unpend(Interrupt::Timer);
    }
}
