//! The program `mpy-freeze`, a subcommand a file. This project's own xtask calls the same functions.
//!
//! The feature `program` has this module and what it depends on, so that build scripts don't pay for it.

mod dump;
pub mod fetch;
mod mpy_cross;
pub mod pins;
pub mod size;
mod wait;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::cargo::Environment;

/// A subcommand.
#[derive(Debug)]
pub struct Subcommand {
    /// The word for it.
    pub name: &'static str,
    /// The words after that.
    pub arguments: &'static str,
    /// One line for a person.
    pub about: &'static str,
    run: fn(Vec<OsString>) -> Result<ExitCode>,
}

/// Every subcommand.
pub const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand {
        name: "mpy-cross",
        arguments: "[OPTION]... FILE.py|-",
        about: "run MicroPython's compiler, built from the tree that a build script would take; its options are its own",
        run: mpy_cross::run,
    },
    Subcommand {
        name: "dump",
        arguments: "FILE.mpy|-...",
        about: "show the contents of .mpy files: header, names, constants, and each function's code",
        run: dump::run,
    },
    Subcommand {
        name: "size",
        arguments: "IMAGE [--library libmicropython.a]",
        about: "show what takes a firmware's ROM and RAM: frozen Python by part, MicroPython, Rust",
        run: size::run,
    },
    Subcommand {
        name: "fetch",
        arguments: "VERSION|mbedtls|DIR|ARCHIVE",
        about: "bring MicroPython or mbedTLS into the user's cache: a release by its pin, or what you have of any other",
        run: fetch::run,
    },
];

impl Subcommand {
    /// Runs it with the words after its name.
    ///
    /// # Errors
    ///
    /// With the message that ends the program.
    pub fn run(&self, words: Vec<OsString>) -> Result<ExitCode> {
        (self.run)(words)
    }
}

/// The subcommand of that name.
pub fn find(name: &OsString) -> Option<&'static Subcommand> {
    SUBCOMMANDS
        .iter()
        .find(|subcommand| name == subcommand.name)
}

/// Runs the program with the words after its name.
pub fn main(mut words: impl Iterator<Item = OsString>) -> ExitCode {
    let name = words.next().unwrap_or_else(|| "--help".into());
    let printed = match name.to_str() {
        Some("--help" | "-h") => help(),
        Some("--version") => concat!("mpy-freeze ", env!("CARGO_PKG_VERSION"), "\n").to_owned(),
        _ => return dispatch(&name, words.collect()),
    };
    // A reader that closes the pipe early, such as `head`, has seen enough.
    let _ = std::io::stdout().write_all(printed.as_bytes());
    ExitCode::SUCCESS
}

fn dispatch(name: &OsString, words: Vec<OsString>) -> ExitCode {
    let Some(subcommand) = find(name) else {
        eprintln!("error: there is no subcommand {name:?}; `mpy-freeze --help` lists them");
        return ExitCode::FAILURE;
    };
    subcommand.run(words).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn help() -> String {
    let mut text = String::from("mpy-freeze SUBCOMMAND\n\n");
    for Subcommand {
        name,
        arguments,
        about,
        ..
    } in SUBCOMMANDS
    {
        text.push_str(&format!(
            "  {name:<10} {about}\n  {:<10} {arguments}\n\n",
            ""
        ));
    }
    text.push_str(
        "MicroPython's sources are looked for in MPY_DIR, MICROPYTHON_DIR, then the user's cache, which `fetch` fills.\n",
    );
    text
}

/// The folder of the user's cache that holds source trees.
///
/// # Errors
///
/// When the environment names no such folder.
pub fn cache() -> Result<PathBuf> {
    Ok(Environment::read().cache()?.to_owned())
}
