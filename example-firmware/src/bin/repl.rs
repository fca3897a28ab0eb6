//! MicroPython's interactive prompt on the board's console, with the example's modules to import.
//!
//! `cargo xtask repl` opens it for a person; `mpremote` and MicroPython's own test runners speak to it as to any other
//! board.

#![no_std]
#![no_main]

#[path = "../board/mod.rs"]
mod board;
#[path = "../driver.rs"]
mod driver;

use board::Board;
use cortex_m_rt::entry;
use mpy_freeze_rt::{Heap, Vm};

mpy_freeze_rt::freeze!("app/", modules = [driver::panel]);
mpy_freeze_rt::platform!(Board);

/// Memory for what Python allocates.
static HEAP: Heap<{ 256 * 1024 }> = Heap::new();

#[entry]
fn main() -> ! {
    Board::init();
    loop {
        let ended = Vm::run(&HEAP, |vm| {
            if let Err(exception) = vm.repl() {
                println!("{exception}");
            }
        });
        if let Err(error) = ended {
            println!("Python didn't start: {error}");
            Board::exit(false)
        }
        // Hosts wait for these words before they go on with the next VM.
        println!("MPY: soft reboot\r");
    }
}
