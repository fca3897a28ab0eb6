//! `cargo xtask test`: the checks of `lint`, then every test of every crate with each supported MicroPython, the firmware in the
//! emulator and upstream's suite, as many of them at a time as this machine has cores.

mod count;
mod pool;
mod programs;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::boards::{BOARDS, Board};
use crate::conformance;
use crate::firmware::{self, Console, Program, Recipe};
use crate::lint;
use crate::releases::{self, RELEASES, Release};
use crate::setup::{self, Wanted};
use count::Count;
use pool::{Ended, Step};

/// Rows of the table of what took longest.
const SLOWEST: usize = 24;

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

    let mut ended = Vec::new();
    ended.push(alone("lint", lint::check_everything)?);
    let mut steps = Vec::new();
    for (index, release) in releases.iter().enumerate() {
        let name = format!("building the tests with MicroPython {}", release.version);
        let mut programs = Vec::new();
        ended.push(alone(&name, || {
            programs = programs::steps(release, index > 0)?;
            Ok(())
        })?);
        steps.extend(programs);
    }
    for (index, release) in releases.iter().enumerate() {
        steps.extend(application_boards(index > 0).map(|board| application(board, release)));
    }
    // These take what the machine has left when the others come to their end.
    steps.extend(releases.first().into_iter().flat_map(|release| {
        let run = |run: conformance::Run| {
            Step::chore(format!("conformance of {}", run.name()), move || {
                run.conforms()
            })
        };
        conformance::runs(release).into_iter().map(run)
    }));
    ended.extend(pool::run(steps));
    report(ended)
}

/// Does something before anything else may run.
fn alone(name: &str, work: impl FnOnce() -> Result<()>) -> Result<Ended> {
    println!("test: {name}");
    let started = Instant::now();
    work()?;
    Ok(Ended::passed(name, started.elapsed()))
}

/// Says what took longest, what the test harnesses counted, and what failed.
fn report(mut ended: Vec<Ended>) -> Result<ExitCode> {
    let mut count = Count::default();
    for step in &ended {
        count.add(&step.output);
    }
    ended.sort_by_key(|step| std::cmp::Reverse(step.wall));
    println!("test: what took longest, in seconds");
    for step in ended.iter().take(SLOWEST) {
        println!("test: {:>7.1}  {}", step.wall.as_secs_f64(), step.name);
    }
    println!("test: {count}, {} step(s)", ended.len());
    let failed = ended.iter().filter(|step| !step.passed);
    let failed: Vec<&str> = failed.map(|step| step.name.as_str()).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
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
fn application_boards(again: bool) -> impl Iterator<Item = &'static Board> {
    let boards = BOARDS.iter().filter(|board| board.runs_application);
    boards.take(if again { 1 } else { usize::MAX })
}

/// The application on a board, whose exit status is its own verdict.
fn application(board: &'static Board, release: &'static Release) -> Step {
    let name = format!(
        "example-firmware on {} with MicroPython {}",
        board.name, release.version
    );
    Step::program(name, move || {
        let built = firmware::build(&Recipe {
            board,
            program: Program::Application,
            release: Some(release),
            debug: false,
            extras: None,
        })?;
        Ok(firmware::command(board, &built.image, Console::Stdio))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let read = |words: &[&str]| read_words(lexopt::Parser::from_args(words));
        assert_eq!(read(&[]).unwrap().0.len(), RELEASES.len());
        let (chosen, yes) = read(&["--micropython", "1.25.0", "--yes"]).unwrap();
        assert!(yes && chosen.len() == 1 && chosen[0].version == "1.25.0");
        assert!(read(&["--micropython", "0.9"]).is_err());
        assert!(read(&["basics"]).is_err());
    }

    #[test]
    fn what_failed_is_named() {
        let passed = Ended::passed("good", std::time::Duration::ZERO);
        let mut failed = Ended::passed("bad", std::time::Duration::ZERO);
        failed.passed = false;
        let error = report(vec![passed, failed]).unwrap_err().to_string();
        assert_eq!(error, "failed: bad");
    }
}
