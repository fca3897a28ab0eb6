//! A firmware that runs tests of the host on an emulated board, one after the other: the folders `modules` and `from_rust` are
//! those of the host's program.

#![no_std]
#![no_main]

extern crate alloc;

/// Gathers the tests of a file, with their names.
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[(&str, fn())] = &[
            $((concat!(module_path!(), "::", stringify!($name)), $name)),+
        ];
    };
}

mod board;
mod from_rust;
mod memory;
mod modules;

use board::{Board, entry};
use mpy_freeze_rt::Vm;

mpy_freeze_rt::platform!(Board);

/// The tests of each file.
const TESTS: &[&[(&str, fn())]] = &[
    modules::classes::TESTS,
    modules::constants::TESTS,
    modules::exceptions::TESTS,
    modules::functions::TESTS,
    modules::operators::TESTS,
    from_rust::changes::TESTS,
    from_rust::closures::TESTS,
    from_rust::limits::TESTS,
    from_rust::objects::TESTS,
];

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
    for (name, test) in TESTS.iter().copied().flatten() {
        // The crate is the example's, which this is a copy of.
        let (_, name) = name.split_once("::").unwrap_or(("", name));
        println!("<<< {name} >>>");
        // A test that fails panics, which ends the program.
        test();
        println!("ok");
    }
    println!("<<< end >>>");
    Board::exit(true)
}
