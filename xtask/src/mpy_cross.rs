//! `cargo xtask mpy-cross`: the words go on to the program `mpy-freeze` as they are.

use std::process::ExitCode;

use anyhow::Result;

use crate::{host, shell};

/// The chore's name, and that of the subcommand that does it.
pub const NAME: &str = "mpy-cross";

/// The chore. It runs in the caller's folder, so that paths mean what they say.
///
/// # Errors
///
/// When cargo can't be started.
pub fn main(mut words: lexopt::Parser) -> Result<ExitCode> {
    let manifest = host::root().join("Cargo.toml");
    let mut command = shell::command(host::cargo(), ["run", "--quiet"]);
    command.arg("--manifest-path").arg(manifest);
    command.args(["--package", "mpy-freeze", "--bin", "mpy-freeze", "--", NAME]);
    command.args(words.raw_args()?);
    let status = shell::status(&mut command)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
