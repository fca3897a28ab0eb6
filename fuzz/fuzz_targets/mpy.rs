//! Any bytes are a `.mpy` file or an error with its place: no panic, no overflow, no unbounded allocation.
//!
//! A dump reads the whole file with the reader that freezing uses, and then looks at every name, constant, line
//! and instruction.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mpy_freeze::Dump;

fuzz_target!(|bytes: &[u8]| {
    match Dump::default().text("fuzz.mpy", bytes) {
        Ok(text) => assert!(text.starts_with("fuzz.mpy: ")),
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
