//! `cargo xtask lint`: formatting, clippy and documentation of everything, warnings being errors.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::boards::BOARDS;
use crate::releases::RELEASES;
use crate::setup::{self, Wanted};
use crate::{conformance, firmware, host, shell};

/// The chore.
///
/// # Errors
///
/// At the first check that fails.
pub fn main(mut words: lexopt::Parser) -> Result<ExitCode> {
    let mut wanted = Wanted::every_target();
    while let Some(word) = words.next()? {
        match word {
            lexopt::Arg::Long("yes") | lexopt::Arg::Short('y') => wanted.yes = true,
            other => return Err(other.unexpected().into()),
        }
    }
    setup::prepare(&wanted)?;
    check_everything()?;
    Ok(ExitCode::SUCCESS)
}

/// All the checks, on a machine that has what they need but for Rust's own components.
///
/// # Errors
///
/// At the first check that fails.
pub fn check_everything() -> Result<()> {
    setup::ensure_components(&[("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")])?;

    let (workspace, firmware) = (host::root().to_path_buf(), firmware::folder());
    let fuzz = workspace.join("fuzz");
    let [calls, repl] = ["calls", "repl"].map(|name| workspace.join("tests/firmware").join(name));
    check(&workspace, &["fmt", "--all", "--check"], &[])?;
    check(&firmware, &["fmt", "--check"], &[])?;
    check(&fuzz, &["fmt", "--check"], &[])?;
    check(&calls, &["fmt", "--check"], &[])?;
    check(&repl, &["fmt", "--check"], &[])?;
    check(
        &workspace,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    )?;
    // Nothing is linked, and so the fuzzer's own C++ needn't be compiled: it is said to lie elsewhere already.
    check(
        &fuzz,
        &["clippy", "--all-targets", "--", "-D", "warnings"],
        &[("CUSTOM_LIBFUZZER_PATH", "elsewhere/libFuzzer.a")],
    )?;
    // GCC has the sanitizers' libraries there. It is built where the tests build it, so that they find the most of it.
    if cfg!(target_os = "linux") {
        let target = conformance::host::target(&RELEASES[0]);
        check(
            &repl,
            &["clippy", "--release", "--bins", "--", "-D", "warnings"],
            &[("CARGO_TARGET_DIR", &target.display().to_string())],
        )?;
    }
    // Without --all-targets: a target without an operating system has no test harness.
    check(&calls, &["clippy", "--bins", "--", "-D", "warnings"], &[])?;
    for (index, board) in BOARDS.iter().enumerate() {
        // Released, as the tests build it: MicroPython is built once for both.
        let mut words = vec!["clippy", "--release", "--target", board.target];
        words.extend(if board.runs_application {
            &["--bin", "example-firmware"][..]
        } else {
            &["--bin", "repl", "--features", "repl"]
        });
        if index == 0 {
            words.push("--examples");
        }
        words.extend(["--", "-D", "warnings"]);
        check(&firmware, &words, &[("BOARD", board.name)])?;
    }
    check(
        &workspace,
        &["doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )?;
    println!("lint: everything is in order");
    Ok(())
}

fn check(folder: &PathBuf, words: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let mut command = shell::command(host::cargo(), words);
    command
        .current_dir(folder)
        .envs(environment.iter().copied());
    shell::show_and_run(&mut command)
}
