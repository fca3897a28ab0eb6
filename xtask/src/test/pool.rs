//! Steps that run at the same time, as many as the machine has cores.
//!
//! A step's output is shown when it has ended, so that no two are mixed.

use std::collections::VecDeque;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::shell;

/// Something to do beside others.
pub struct Step {
    name: String,
    work: Work,
}

/// Does it, and returns whether it passed and what it printed.
type Work = Box<dyn FnOnce() -> Result<(bool, String)> + Send>;

/// A step that has ended.
pub struct Ended {
    pub name: String,
    pub passed: bool,
    pub output: String,
    pub wall: Duration,
}

impl Step {
    /// Runs a program, which passes when it succeeds, once `prepare` has got it ready.
    pub fn program(
        name: String,
        prepare: impl FnOnce() -> Result<Command> + Send + 'static,
    ) -> Self {
        Self {
            name,
            work: Box::new(|| run_program(prepare()?)),
        }
    }

    /// Does what prints by itself, and returns whether it passed.
    pub fn chore(name: String, work: impl FnOnce() -> Result<bool> + Send + 'static) -> Self {
        Self {
            name,
            work: Box::new(|| Ok((work()?, String::new()))),
        }
    }

    fn run(self) -> Ended {
        let started = Instant::now();
        let (passed, output) =
            (self.work)().unwrap_or_else(|error| (false, format!("error: {error:#}\n")));
        Ended {
            name: self.name,
            passed,
            output,
            wall: started.elapsed(),
        }
    }
}

impl Ended {
    /// One that was done elsewhere.
    pub fn passed(name: &str, wall: Duration) -> Self {
        Self {
            name: name.into(),
            passed: true,
            output: String::new(),
            wall,
        }
    }

    fn show(&self) {
        let verdict = if self.passed { "passed" } else { "FAILED" };
        let mut screen = std::io::stdout().lock();
        // Nobody is there any more to be told that nobody reads.
        let _ = writeln!(
            screen,
            "{}test: {} {verdict} after {:.1} s",
            self.output,
            self.name,
            self.wall.as_secs_f64()
        );
    }
}

/// Runs all steps, beginning with the first, and returns how they ended.
pub fn run(steps: Vec<Step>) -> Vec<Ended> {
    let steps = Mutex::new(VecDeque::from(steps));
    let ended = Mutex::new(Vec::new());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = || {
        let mut steps = steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.pop_front()
    };
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(step) = next() {
                    let step = step.run();
                    step.show();
                    let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                    ended.push(step);
                }
            });
        }
    });
    ended.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn run_program(mut command: Command) -> Result<(bool, String)> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("can't start `{}`", shell::line(&command)))?;
    // A test may print anything.
    let printed = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into());
    let [mut printed, errors]: [String; 2] = printed;
    if !printed.is_empty() && !printed.ends_with('\n') {
        printed.push('\n');
    }
    Ok((output.status.success(), printed + &errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_ends_and_says_how() {
        let program = |name: &str, words: [&'static str; 2]| {
            Step::program(name.into(), move || Ok(shell::command("sh", words)))
        };
        let mut ended = run(vec![
            program("good", ["-c", "echo said; echo warned >&2"]),
            program("bad", ["-c", "exit 3"]),
            Step::program("missing".into(), || {
                Ok(Command::new("no-such-program-of-mpy-freeze"))
            }),
            Step::chore("chore".into(), || Ok(true)),
        ]);
        ended.sort_by(|a, b| a.name.cmp(&b.name));
        let passed: Vec<_> = ended
            .iter()
            .map(|step| (step.name.as_str(), step.passed))
            .collect();
        let expected = [
            ("bad", false),
            ("chore", true),
            ("good", true),
            ("missing", false),
        ];
        assert_eq!(passed, expected);
        assert_eq!(ended[2].output, "said\nwarned\n");
        assert!(ended[3].output.contains("can't start"));
    }
}
