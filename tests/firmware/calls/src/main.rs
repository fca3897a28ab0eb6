//! Python calls functions that are written in C and in Rust, and prints how many instructions each takes.

#![no_std]
#![no_main]

#[path = "../../../../example-firmware/src/board/mod.rs"]
mod board;

use board::{Board, entry};
use mpy_freeze_rt::{Heap, Vm, pymodule};

mpy_freeze_rt::freeze!("app/", modules = [in_rust, counter]);
mpy_freeze_rt::platform!(Board);

static HEAP: Heap<{ 256 * 1024 }> = Heap::new();

/// The functions of `functions.c`, as a Rust programmer writes them.
#[pymodule]
mod in_rust {
    use mpy_freeze_rt::{Exception, Obj, pyclass, pyfunction, pymethods};

    #[pyfunction]
    fn nothing() {}

    #[pyfunction]
    fn add(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    #[pyfunction]
    fn half(a: f32) -> f32 {
        a / 2.0
    }

    #[pyfunction]
    fn length(text: &str) -> usize {
        text.len()
    }

    #[pyfunction]
    fn fill(bytes: &mut [u8], value: u8) {
        bytes.fill(value);
    }

    #[pyfunction]
    #[py(signature = (a, b = 2, *, c = 3))]
    fn named(a: i32, b: i32, c: i32) -> i32 {
        a * 100 + b * 10 + c
    }

    #[pyfunction]
    fn repeat<'a>(callee: Obj<'a>, count: i32) -> Result<(), Exception<'a>> {
        for i in (1..=count).rev() {
            callee.call((i, 2))?;
        }
        Ok(())
    }

    #[pyclass]
    pub struct Counter {
        #[py(get, set)]
        value: i32,
    }

    #[pymethods]
    impl Counter {
        #[new]
        fn new(value: i32) -> Self {
            Self { value }
        }

        fn add(&mut self, by: i32) -> i32 {
            self.value = self.value.wrapping_add(by);
            self.value
        }
    }
}

/// What counts instructions.
#[pymodule]
mod counter {
    use mpy_freeze_rt::pyfunction;

    /// The processor's own counter, which counts down from 2^24 at each cycle of its clock.
    const SYST_CVR: *const u32 = 0xe000_e018 as *const u32;

    #[pyfunction]
    fn cycles() -> u32 {
        // SAFETY: every Cortex-M3 has this register, and reading it changes nothing.
        unsafe { SYST_CVR.read_volatile() }
    }
}

#[entry]
fn main() -> ! {
    Board::init();
    // SAFETY: the board has taken the peripherals for the tick that this program counts with instead.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SYST.disable_interrupt();
    core.SYST.set_reload(0x00ff_ffff);
    core.SYST.clear_current();
    let ran = Vm::run(&HEAP, |vm| match vm.import("measure") {
        Ok(_) => true,
        Err(exception) => {
            println!("{exception}");
            false
        }
    });
    Board::exit(ran == Ok(true))
}
