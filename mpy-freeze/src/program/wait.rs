//! Running programs that take long, with a line on the terminal that says so.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::fs;

/// The time between two drawings of the line.
const TICK: Duration = Duration::from_millis(100);

/// Runs a command to its end and returns what it printed. `growing` is a file that it writes; its size is shown.
///
/// Nothing is drawn where standard error isn't a terminal.
///
/// # Errors
///
/// When the command can't be started. That it failed is in the output.
pub(super) fn output(what: &str, command: &mut Command, growing: Option<&Path>) -> Result<Output> {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    let bytes = if growing.is_some() { "{bytes} " } else { "" };
    let template = format!("{{spinner}} {{msg}} {bytes}({{elapsed}})");
    bar.set_style(ProgressStyle::with_template(&template)?);
    let (done, is_done) = mpsc::channel::<()>();
    let drawn = &bar;
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let written = growing.and_then(|file| fs::raw::metadata(file).ok());
                drawn.set_position(written.map_or(0, |data| data.len()));
                drawn.tick();
            }
        });
        let output = command.stdin(Stdio::null()).output();
        drop(done);
        output
    });
    bar.finish_and_clear();
    let program = command.get_program().to_string_lossy();
    output.with_context(|| format!("can't start {program}"))
}

/// Runs a command that has to succeed, and returns what it printed.
///
/// # Errors
///
/// When the command can't be started or fails, with what it said about that.
pub(super) fn capture(what: &str, command: &mut Command) -> Result<String> {
    let output = output(what, command, None)?;
    if !output.status.success() {
        bail!(
            "{} failed ({}): {}",
            command.get_program().to_string_lossy(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_the_program_said() {
        let mut rustc = Command::new("rustc");
        assert!(
            capture("asking", rustc.arg("--version"))
                .unwrap()
                .starts_with("rustc ")
        );
        let error = capture("asking", Command::new("rustc").arg("--no-such-option")).unwrap_err();
        assert!(error.to_string().contains("no-such-option"), "{error}");
        let missing = capture("asking", &mut Command::new("no-such-program-of-mpy-freeze"));
        assert!(format!("{:#}", missing.unwrap_err()).contains("can't start no-such-program"));
    }
}
