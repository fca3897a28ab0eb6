//! The chores that the program `mpy-freeze` does: their words go on to it as they are.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::{host, shell};

/// Runs the program in the caller's folder, so that paths mean what they say.
pub fn run(words: &[OsString]) -> Result<ExitCode> {
    let mut command = shell::command(host::cargo(), ["run", "--quiet", "--manifest-path"]);
    command.arg(host::root().join("Cargo.toml"));
    command.args(["--package", "mpy-freeze", "--features", "program", "--"]);
    let status = shell::status(command.args(words))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
