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

/// Memory for what Python allocates. Tests ask for more than a board has, where the emulator can have it.
const HEAP_KIB: usize = match option_env!("HEAP_KIB") {
    Some(kib) => match usize::from_str_radix(kib, 10) {
        Ok(kib) => kib,
        Err(_) => panic!("HEAP_KIB is a number"),
    },
    None if cfg!(board = "microbit") => 8,
    None => 2048,
};
static HEAP: Heap<{ HEAP_KIB * 1024 }> = Heap::new();

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
