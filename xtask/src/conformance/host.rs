//! This computer as a board: the program in `tests/firmware/repl`, and what tells its sanitizers to end it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::firmware::Extras;
use crate::releases::Release;
use crate::{host, setup, shell};

/// What the sanitizers find in MicroPython itself.
const SUPPRESSIONS: &str = "tests/sanitizers/suppressions.txt";

/// Where Cargo builds the program.
pub fn target(release: &Release) -> PathBuf {
    host::root().join("target/repl").join(release.version)
}

/// Builds the prompt with what the suite needs.
///
/// # Errors
///
/// When cargo fails; it has said why.
pub fn build(release: &Release, extras: &Extras) -> Result<PathBuf> {
    let mut command = shell::command(host::cargo(), ["build", "--release"]);
    let target = target(release);
    command
        .current_dir(host::root().join("tests/firmware/repl"))
        .env("CARGO_TARGET_DIR", &target)
        .env("MPY_DIR", setup::tree(release.version)?)
        .env("FROZEN_MANIFEST", &extras.manifest)
        .envs(extras.c_file.iter().map(|file| ("USER_C_FILE", file)));
    shell::run(&mut command)?;
    Ok(target.join("release/repl"))
}

/// The program as `run-tests.py` is to start it: with a file that tells its process while it runs, as an emulator
/// writes one.
pub fn watched(program: &Path, process: &Path) -> Command {
    // What runs in the background has no input but what it is given by another number.
    let script = r#"exec 3<&0; "$0" <&3 3<&- & echo $! >"$1"; wait $!; rm -f "$1""#;
    let mut command = shell::command("/bin/sh", ["-c", script]);
    command.arg(program).arg(process);
    command
}

/// Has what the sanitizers find end the program, but for what is on the list. A report ends with what it found: the legend
/// that would follow says nothing of it.
pub fn watch(command: &mut Command) {
    let suppressions = host::root().join(SUPPRESSIONS);
    command
        // What Python has on its heap when the VM stops is nobody's leak. Frames stay on the stack, where the
        // collector looks.
        .env(
            "ASAN_OPTIONS",
            "detect_leaks=0:detect_stack_use_after_return=0:print_legend=0",
        )
        .env(
            "UBSAN_OPTIONS",
            format!(
                "print_stacktrace=1:halt_on_error=1:suppressions={}",
                suppressions.display()
            ),
        );
}
