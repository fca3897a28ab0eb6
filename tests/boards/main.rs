//! A firmware that runs tests of the host on an emulated board, one after the other. The test adds the files, and the
//! table of what is a test in them.

#![no_std]
#![no_main]

extern crate alloc;

mod board;
mod memory;

use board::{Board, entry};
use mpy_freeze_rt::Vm;

mpy_freeze_rt::platform!(Board);

/// What a test gets that doesn't ask for less. A collection at every allocation goes through all of it.
const HEAP_BYTES: usize = 64 * 1024;

/// Starts a VM in memory that isn't clean.
fn with_heap<R>(bytes: usize, f: impl for<'vm> FnOnce(&'vm Vm) -> R) -> R {
    let mut heap = alloc::vec![0xa5u8; bytes];
    Vm::run(heap.as_mut_slice(), f).expect("the VM starts")
}

#[entry]
fn main() -> ! {
    Board::init();
    for (name, test) in TESTS {
        println!("<<< {name} >>>");
        // A test that fails panics, which ends the program.
        test();
        println!("ok");
    }
    println!("<<< end >>>");
    Board::exit(true)
}
