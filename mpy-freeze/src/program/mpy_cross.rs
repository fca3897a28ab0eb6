//! `mpy-freeze mpy-cross`: the compiler itself, with the words that it was given.
//!
//! Nothing here looks at them, and so the options are those of the release that the compiler was built from.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::tools;

/// The compiler's name in its own usage line.
const NAME: &str = "mpy-freeze mpy-cross";

/// Builds the compiler where it isn't there yet, and becomes it.
pub(super) fn run(words: Vec<OsString>) -> Result<ExitCode> {
    let folder = tools::mpy_cross_folder()?;
    if !folder.exists() {
        eprintln!(
            "mpy-freeze: building mpy-cross, once, in {}",
            folder.display()
        );
    }
    let mpy_cross = tools::mpy_cross(&folder)?;
    let mut command = mpy_cross.command();
    command.args(words);
    become_it(command)
}

/// Replaces this program, so that signals, the exit status and open files are the compiler's own.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    let error = command.arg0(NAME).exec();
    let program = command.get_program().to_string_lossy().into_owned();
    Err(error).context(format!("can't run {program}"))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<ExitCode> {
    let status = command
        .status()
        .with_context(|| format!("can't run {NAME}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
