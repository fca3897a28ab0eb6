//! Running other programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, bail};

/// A command from a program and its words.
pub fn command<P, A, S>(program: P, arguments: A) -> Command
where
    P: AsRef<OsStr>,
    A: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// The command as a person would type it.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words: Vec<_> = std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect();
    // A word with a zero byte can't be typed, nor be given to a program.
    shlex::try_join(words.iter().map(|word| word.as_ref())).unwrap_or_else(|_| words.join(" "))
}

/// Runs a command with this program's own input and output.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    command
        .status()
        .with_context(|| format!("can't start `{}`", line(command)))
}

/// Runs a command. It is an error that it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Shows a command and runs it. It is an error that it fails.
pub fn show_and_run(command: &mut Command) -> Result<()> {
    eprintln!("+ {}", line(command));
    run(command)
}

/// Runs a command and returns what it prints. It is an error that it fails; what it said is part of that.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("can't start `{}`", line(command)))?;
    if !output.status.success() {
        bail!(
            "`{}` failed ({}): {}",
            line(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed something that isn't UTF-8", line(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_can_be_typed_again() {
        let command = command("/usr/bin/apt-get", ["-o", "A=b c", "it's", ""]);
        assert_eq!(line(&command), r#"apt-get -o 'A=b c' "it's" ''"#);
    }

    #[test]
    fn failures_name_the_command() {
        let error = run(&mut command("no-such-program-of-mpy-freeze", ["x"])).unwrap_err();
        assert!(format!("{error:#}").contains("can't start `no-such-program-of-mpy-freeze x`"));
    }
}
