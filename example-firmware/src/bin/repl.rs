//! MicroPython's interactive prompt on the board's console, with the application's modules to import.
//!
//! `cargo xtask repl` opens it for a person; `mpremote` and MicroPython's own test runners speak to it as to any other
//! board.

#![no_std]
#![no_main]

#[path = "../board/mod.rs"]
mod board;
#[path = "../driver/mod.rs"]
mod driver;

use board::{Board, entry};
use mpy_freeze_rt::{Heap, Vm};

mpy_freeze_rt::freeze!("app/", modules = [driver::panel]);
mpy_freeze_rt::platform!(Board);

/// Memory for what Python allocates.
const HEAP_BYTES: usize = if cfg!(board = "microbit") { 8 } else { 2048 } * 1024;
static HEAP: Heap<HEAP_BYTES> = Heap::new();

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
