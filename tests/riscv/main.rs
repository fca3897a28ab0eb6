//! A firmware for QEMU's RISC-V board `virt` that runs frozen programs one after the other.

#![no_std]
#![no_main]

mod board;

use board::Board;
use mpy_freeze_rt::{Heap, Vm};

mpy_freeze_rt::freeze!("app/");
mpy_freeze_rt::platform!(Board);

static HEAP: Heap<{ 256 * 1024 }> = Heap::new();

#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    for name in include!("names.in") {
        println!("<<< {name} >>>");
        let started = Vm::run(&HEAP, |vm| {
            if let Err(exception) = vm.import(name) {
                if !exception.matches("SystemExit") {
                    println!("{exception}");
                }
            }
        });
        if let Err(error) = started {
            println!("{error}");
        }
    }
    println!("<<< end >>>");
    Board::exit(true)
}
