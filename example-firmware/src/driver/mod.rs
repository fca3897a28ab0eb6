//! The board's front panel for Python: lamps as a class, and a timer whose interrupt calls Python.
//!
//! This is a driver as a board's peripherals want it: registers and the interrupt in Rust, what they are for in `app/`.
//! The registers of each family of boards are in a file beside this one, what they are for Python in this one.

#[cfg_attr(board = "microbit", path = "microbit.rs")]
#[cfg_attr(board = "virt-rv32", path = "virt.rs")]
#[cfg_attr(not(any(board = "microbit", board = "virt-rv32")), path = "mps2.rs")]
mod hardware;

use core::sync::atomic::{AtomicI32, Ordering};

use mpy_freeze_rt::{Event, pymodule};

/// The timer has run out: what Python waits for.
static TICK: Event = Event::new();
/// How often it has, since it was started.
static TICKS: AtomicI32 = AtomicI32::new(0);

/// What the timer's interrupt handler calls. It touches an atomic number and an event, and none of Python's memory.
fn tick() {
    // The interpreter and this handler share one core, and nobody else writes.
    let ticks = TICKS.load(Ordering::Relaxed).wrapping_add(1);
    TICKS.store(ticks, Ordering::Relaxed);
    TICK.fire(ticks);
}

/// The module `panel`.
#[pymodule]
pub mod panel {
    use core::sync::atomic::Ordering;

    use mpy_freeze_rt::{ErrorType, Exception, Obj, Raise, Vm, pyclass, pyfunction, pymethods};

    use super::{TICK, TICKS, hardware};

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
        const COUNT: u8 = hardware::LAMPS;

        #[new]
        fn new(index: u8) -> Result<Self, Raise> {
            if index < hardware::LAMPS {
                Ok(Self { index })
            } else {
                Err(Raise::new(ErrorType::VALUE_ERROR, "no such lamp"))
            }
        }

        /// Whether the lamp is lit.
        #[getter]
        fn lit(&self) -> bool {
            hardware::lit() & self.bit() != 0
        }

        #[setter]
        fn set_lit(&mut self, lit: bool) {
            let others = hardware::lit() & !self.bit();
            hardware::light(if lit { others | self.bit() } else { others });
        }

        /// Lights the lamp if it is dark, and the other way round.
        fn toggle(&mut self) {
            hardware::light(hardware::lit() ^ self.bit());
        }
    }

    impl Lamp {
        /// The lamp's bit among all lamps.
        fn bit(&self) -> u32 {
            1 << self.index
        }
    }

    /// Has `callback` called every `period_ms` milliseconds, with the number of periods that have passed.
    #[pyfunction]
    fn every<'a>(vm: &'a Vm, period_ms: u16, callback: Obj<'a>) -> Result<(), Exception<'a>> {
        stop(vm);
        TICK.on(vm, &callback)?;
        TICKS.store(0, Ordering::Relaxed);
        // Of a period of no time the shortest is made.
        hardware::start_timer(period_ms.max(1).into());
        Ok(())
    }

    /// Stops the timer. A period that has passed and not been told of yet isn't told any more.
    #[pyfunction]
    fn stop(vm: &Vm) {
        hardware::stop_timer();
        TICK.off(vm);
    }
}
