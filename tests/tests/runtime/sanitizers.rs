//! The tests of the runtime and of Python modules written in Rust, with the C side built for AddressSanitizer and
//! UndefinedBehaviourSanitizer.
//!
//! Cargo builds them a second time with the feature `sanitizers`, and with it a program of deliberate mistakes in C,
//! which must be caught.

#![cfg(all(target_os = "linux", not(feature = "sanitizers")))]

use mpy_freeze_tests::project::{cargo_on_the_tests, text_of};
use mpy_freeze_tests::repository;

/// Runs Cargo on this crate with the sanitizers; returns whether all went well, and what was printed.
fn cargo(chore: &str, args: &[&str]) -> (bool, String) {
    let suppressions = repository().join("tests/sanitizers/suppressions.txt");
    let mut command = cargo_on_the_tests(chore, env!("CARGO_TARGET_TMPDIR"));
    command
        .args(["--features", "sanitizers"])
        .args(args)
        // What Python has on its heap when the VM stops is nobody's leak. Frames stay on the stack, where the
        // collector looks.
        .env(
            "ASAN_OPTIONS",
            "detect_leaks=0:detect_stack_use_after_return=0",
        )
        .env(
            "UBSAN_OPTIONS",
            format!(
                "print_stacktrace=1:halt_on_error=1:suppressions={}",
                suppressions.display()
            ),
        );
    let output = command.output().expect("cargo runs");
    (output.status.success(), text_of(&output))
}

#[test]
fn the_runtime_and_modules_in_rust() {
    let (passed, text) = cargo("test", &["--test", "runtime"]);
    assert!(passed, "{text}");
    assert_eq!(text.matches("test result: ok.").count(), 1, "{text}");
    assert!(!text.contains("runtime error"), "{text}");
    for module in ["modules", "from_rust", "vm", "time"] {
        let tests = text.matches(&format!("test {module}::")).count();
        assert!(tests > 10, "{tests} tests of {module}: {text}");
    }
    for line in text.lines().filter(|line| line.starts_with("test result")) {
        println!("{line}");
    }
}

/// The mistake must end its program, and the sanitizer must say why.
#[track_caller]
fn is_caught(mistake: &str, message: &str) {
    let (ended_well, text) = cargo("run", &["--example", "mistakes", "--", mistake]);
    assert!(!ended_well && text.contains(message), "{text}");
    assert!(text.contains("mistakes.c:"), "{text}");
}

#[test]
fn mistakes_in_c_are_caught() {
    is_caught("write-behind-memory", "heap-buffer-overflow");
    is_caught("signed-overflow", "signed integer overflow");
}
