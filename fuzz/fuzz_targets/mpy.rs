//! Any bytes are a `.mpy` file or an error with its place: no panic, no overflow, no unbounded allocation.
//!
//! A dump reads the whole file with the reader that freezing uses, and then looks at every name, constant, line
//! and instruction. What was read is also written, which must be the same module again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mpy_freeze::Dump;
use mpy_freeze::frozen::mpy::{self, Mpy, Offsets, RawCode};

/// The version of the format that the reader knows.
const VERSION: u8 = 6;

fuzz_target!(|bytes: &[u8]| {
    match Dump::default().text("fuzz.mpy", bytes) {
        Ok(text) => {
            assert!(text.starts_with("fuzz.mpy: "));
            round_trip(bytes);
        }
        Err(error) => {
            for problem in error.problems() {
                assert!(
                    problem.offset.is_some_and(|offset| offset <= bytes.len()),
                    "{problem}"
                );
            }
        }
    }
});

/// What the writer makes of a module is read as that module, and is the shortest way to say it: numbers with
/// leading zeros and bits that mean nothing are what a file may lose, and one that was written has none of them.
fn round_trip(bytes: &[u8]) {
    let module = read(bytes);
    let written = module.write(VERSION);
    assert!(written.len() <= bytes.len(), "{module:?}");
    let again = read(&written);
    assert_eq!(again.write(VERSION), written);
    assert_eq!(without_offsets(again), without_offsets(module));
}

fn read(bytes: &[u8]) -> Mpy {
    match mpy::read(bytes, VERSION) {
        Ok(module) => module,
        Err(fault) => panic!("a module can't be read again: {fault:?}"),
    }
}

/// A module without the places that its parts have in the file.
fn without_offsets(mut module: Mpy) -> Mpy {
    fn clear(code: &mut RawCode) {
        code.offset = 0;
        code.children.iter_mut().for_each(clear);
    }
    clear(&mut module.code);
    module.offsets = Offsets::default();
    module
}
