//! `mpy-freeze mpy-cross`: the compiler itself, with the words that it was given.
//!
//! Nothing here looks at them, and so the options are those of the release that the compiler was built from.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::Failure;

/// What the compiler calls itself in its usage line.
const NAME: &str = "mpy-freeze mpy-cross";

/// Builds the compiler where it isn't there yet, and becomes it.
pub(crate) fn run(words: Vec<OsString>) -> Result<ExitCode, Failure> {
    let folder = mpy_freeze::tools::mpy_cross_folder()?;
    if !folder.exists() {
        eprintln!(
            "mpy-freeze: building mpy-cross, once, in {}",
            folder.display()
        );
    }
    let mpy_cross = mpy_freeze::tools::mpy_cross(&folder)?;
    let mut command = mpy_cross.command();
    command.args(words);
    become_it(command)
}

/// Replaces this program, so that signals, the exit status and open files are the compiler's own.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<ExitCode, Failure> {
    use std::os::unix::process::CommandExt as _;
    let error = command.arg0(NAME).exec();
    Err(format!(
        "can't run {}: {error}",
        command.get_program().to_string_lossy()
    )
    .into())
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<ExitCode, Failure> {
    let status = command
        .status()
        .map_err(|error| format!("can't run {NAME}: {error}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
