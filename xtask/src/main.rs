//! Every chore of this repository as one command, the same for a person and for CI.
//!
//! `cargo xtask` prints a day's work, `cargo xtask CHORE --help` all of a chore. Each chore is a file of its own.

mod bench;
mod boards;
mod chores;
mod conformance;
mod firmware;
mod flash;
mod host;
mod lint;
mod program;
mod repl;
mod setup;
mod shell;
mod table;
mod test;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use mpy_freeze::program::pins as releases;

use chores::Chore;

fn main() -> ExitCode {
    dispatch().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Finds the chore that the first word names and gives it the rest.
fn dispatch() -> Result<ExitCode> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let asks = |word: &std::ffi::OsString| word == "--help" || word == "-h";
    let Some(name) = words.first().filter(|name| !asks(name)) else {
        return show(&chores::overview());
    };
    let chore = chores::find(name)
        .with_context(|| format!("there is no chore {name:?}; `cargo xtask` lists them"))?;
    match chore.run {
        Chore::Own(run) if !words.iter().any(asks) => {
            run(lexopt::Parser::from_args(words.into_iter().skip(1)))
        }
        Chore::Own(_) => show(&chore.help()),
        Chore::Program => program::run(&words),
    }
}

/// Prints a help. A reader that closes the pipe early, such as `head`, has seen enough.
fn show(text: &str) -> Result<ExitCode> {
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}
