//! A panic in a Rust function that Python calls ends the program: it never unwinds through C.

#![cfg(all(unix, not(feature = "sanitizers")))]

use std::os::unix::process::ExitStatusExt as _;

use mpy_freeze_tests::project::{cargo_on_the_tests, text_of};

/// What `abort` ends a program with.
const SIGABRT: i32 = 6;

#[test]
fn a_panic_ends_the_program() {
    let mut command = cargo_on_the_tests("run", env!("CARGO_TARGET_TMPDIR"));
    let output = command
        .args(["--example", "panics"])
        .output()
        .expect("cargo runs");
    let text = text_of(&output);
    assert!(text.contains("a mistake in Rust"), "{text}");
    // Cargo becomes the program that it runs.
    assert_eq!(output.status.signal(), Some(SIGABRT), "{text}");
    assert!(!text.contains("unwound"), "{text}");
}
