//! `cargo xtask test`: the checks of `lint`, then every test of every crate with each supported MicroPython, and the firmware in the emulator.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::boards::{BOARDS, Board};
use crate::firmware::{self, Program, Recipe};
use crate::releases::{self, RELEASES, Release};
use crate::setup::{self, Wanted};
use crate::{conformance, host, lint, shell};

/// Test programs that look at Cargo, at rustc, at compilers, at files or at the documentation, and at MicroPython only so
/// far as there is one; the one of the prompt, which is upstream's own; those that do one thing for long; and the one that has
/// emulated boards do what others have this computer do. They run with the first of the releases alone.
const ONCE: [&str; 22] = [
    "abi",
    "concurrent",
    "dump",
    "errors",
    "flags",
    "frozen_manifests",
    "incremental",
    "inputs",
    "linking",
    "modules_on_boards",
    "native",
    "panics",
    "readme",
    "reference",
    "repl",
    "reproducible",
    "saving",
    "soak",
    "stress",
    "stubs",
    "tracking",
    "ui",
];

/// What the test harnesses counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// The chore.
///
/// # Errors
///
/// When something fails: a test, a build, or the firmware's own verdict.
pub fn main(words: lexopt::Parser) -> Result<ExitCode> {
    let (releases, yes) = read_words(words)?;
    let mut wanted = Wanted::everything(releases.clone());
    wanted.yes = yes;
    setup::prepare(&wanted)?;

    lint::check_everything()?;

    let mut failures = Vec::new();
    let mut lines = Vec::new();
    for (index, release) in releases.into_iter().enumerate() {
        println!("test: MicroPython {}", release.version);
        let (count, ok) = run_tests(release, index > 0)?;
        if !ok {
            failures.push(format!("cargo test with MicroPython {}", release.version));
        }
        let boards = application_boards(index > 0);
        for &board in &boards {
            println!(
                "test: example-firmware on {} with MicroPython {}",
                board.name, release.version
            );
            let built = firmware::build(&Recipe {
                board,
                program: Program::Application,
                release: Some(release),
                debug: false,
                extras: None,
            })?;
            let status = firmware::run(board, &built.image)?;
            if !status.success() {
                failures.push(format!(
                    "example-firmware on {} with MicroPython {} ({status})",
                    board.name, release.version
                ));
            }
        }
        if index == 0 {
            println!("test: MicroPython's own suite on the boards");
            failures.extend(conformance::test(release)?);
        }
        lines.push(format!(
            "MicroPython {}: {} passed, {} failed, {} ignored; firmware on {} board(s)",
            release.version,
            count.passed,
            count.failed,
            count.ignored,
            boards.len()
        ));
    }
    for line in lines {
        println!("test: {line}");
    }
    if !failures.is_empty() {
        bail!("failed: {}", failures.join(", "));
    }
    println!("test: everything passed");
    Ok(ExitCode::SUCCESS)
}

fn read_words(mut words: lexopt::Parser) -> Result<(Vec<&'static Release>, bool)> {
    use lexopt::{Arg, ValueExt as _};
    let (mut chosen, mut yes) = (Vec::new(), false);
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("micropython") => chosen.push(releases::find(&words.value()?.string()?)?),
            Arg::Long("yes") | Arg::Short('y') => yes = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if chosen.is_empty() {
        chosen.extend(RELEASES);
    }
    Ok((chosen, yes))
}

/// The boards to run the application on: all that have room for it, and once it has run there with a release, with
/// another one the first alone.
fn application_boards(again: bool) -> Vec<&'static Board> {
    let boards = BOARDS.iter().filter(|board| board.runs_application);
    boards.take(if again { 1 } else { usize::MAX }).collect()
}

/// Runs `cargo test` with a release, shows what it prints and counts along. `again` says that another release has been
/// tested before.
fn run_tests(release: &Release, again: bool) -> Result<(Count, bool)> {
    let mut command = shell::command(host::cargo(), ["test", "--no-fail-fast"]);
    if again {
        command.args(["--package", "mpy-freeze-tests"]);
        for program in programs() {
            command.args(["--test", &program]);
        }
    } else {
        command.arg("--workspace");
    }
    command.current_dir(host::root()).stdout(Stdio::piped());
    firmware::choose_release(&mut command, release, host::root())?;
    let mut child = command
        .spawn()
        .with_context(|| format!("can't start `{}`", shell::line(&command)))?;
    let mut count = Count::default();
    if let Some(stdout) = child.stdout.take() {
        let mut screen = std::io::stdout().lock();
        // By bytes: a test may print anything.
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.context("can't read what cargo test prints")?;
            count.add(&String::from_utf8_lossy(&line));
            screen.write_all(&line)?;
            screen.write_all(b"\n")?;
        }
    }
    let status = child.wait().context("can't wait for cargo test")?;
    Ok((count, status.success()))
}

/// The test programs of the crate `tests` that depend on the release.
fn programs() -> Vec<String> {
    let folder = host::root().join("tests/tests");
    let files = host::entries(&folder).into_iter().filter(|path| {
        path.join("main.rs").is_file()
            || path.extension().is_some_and(|extension| extension == "rs")
    });
    let names = files.filter_map(|path| path.file_stem()?.to_str().map(String::from));
    names
        .filter(|name| !ONCE.contains(&name.as_str()))
        .collect()
}

impl Count {
    /// Takes a harness's closing line into account: `test result: ok. 3 passed; 0 failed; 0 ignored; ...`.
    fn add(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = rest
            .split([' ', ';'])
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            if let [number, what] = pair {
                let number = number.parse().unwrap_or(0);
                match *what {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    "ignored" => self.ignored += number,
                    _ => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_closing_lines_only() {
        let mut count = Count::default();
        count.add("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        count.add("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        count.add("9 passed");
        assert_eq!(
            count,
            Count {
                passed: 15,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn words() {
        let read = |words: &[&str]| read_words(lexopt::Parser::from_args(words));
        assert_eq!(read(&[]).unwrap().0.len(), RELEASES.len());
        let (chosen, yes) = read(&["--micropython", "1.25.0", "--yes"]).unwrap();
        assert!(yes && chosen.len() == 1 && chosen[0].version == "1.25.0");
        assert!(read(&["--micropython", "0.9"]).is_err());
        assert!(read(&["basics"]).is_err());
    }
}
