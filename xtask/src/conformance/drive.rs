//! Driving a board's REPL with upstream's own `tests/run-tests.py`, which decides what passed.
//!
//! A program of the suite may take its board down. What was reported before that counts, the program itself has failed,
//! and the rest goes on with a fresh board.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::host;
use super::outcome::{self, Outcome, Ran};
use crate::boards::{Board, Via};
use crate::firmware::{self, Console};
use crate::shell;

/// Programs that one board runs before a fresh one takes over. Starting one costs two seconds.
const PIECE: usize = 64;
/// What `run-tests.py` gives a program of the suite.
const PROGRAM_SECONDS: u64 = 60;
/// When `run-tests.py` itself hangs: it says something about each program, and waits for the board but a few seconds more
/// than for the program.
const SILENCE: Duration = Duration::from_secs(PROGRAM_SECONDS + 60);
/// The board's time is counted in its instructions, and waiting takes none of this machine's: what a program measures then
/// doesn't depend on what else runs here.
const CLOCK: [&str; 2] = ["-icount", "shift=5,sleep=off"];
/// How often it is looked whether the emulator is still there.
const LOOK: Duration = Duration::from_secs(2);

/// A firmware with a REPL, and where its programs and their output lie.
pub struct Instance<'a> {
    pub board: &'a Board,
    pub image: &'a Path,
    /// The folder that the programs are named from, and where `run-tests.py` lies.
    pub tests: &'a Path,
    /// A folder for what fails: the expected and the actual output of each such program. What is in it goes.
    pub results: &'a Path,
    /// More words for the emulator, after those of the board.
    pub machine: &'a [&'a str],
}

impl Instance<'_> {
    /// Runs these programs, on as many boards at a time as this machine has cores. A program that an emulated board didn't
    /// take in time is given to it once more when the others are done: `run-tests.py` waits ten seconds for that, which a
    /// machine that has other things to do doesn't always keep.
    ///
    /// # Errors
    ///
    /// When Python or the board can't be started, or the board's REPL doesn't answer.
    pub fn run(&self, programs: &[String]) -> Result<Vec<Ran>> {
        // The output of an earlier run says nothing of this one. That there is none is no failure.
        let _ = std::fs::remove_dir_all(self.results);
        std::fs::create_dir_all(self.results)
            .with_context(|| format!("can't make {}", self.results.display()))?;
        let (again, mut ran): (Vec<_>, Vec<_>) = self
            .run_in_pieces(programs)?
            .into_iter()
            .partition(|ran| self.was_not_taken(ran));
        for one in again {
            println!(
                "conformance: {}: {} wasn't taken in time and is given to the board again",
                self.board.name, one.program
            );
            ran.push(self.run_again(one.program, programs)?);
        }
        ran.sort_by(|a, b| a.program.cmp(&b.program));
        for one in &mut ran {
            if let Some(text) = self.output(one) {
                one.outcome = outcome::failed(&one.outcome, &text);
            }
        }
        Ok(ran)
    }

    /// Runs a program that wasn't taken behind the one that was before it, which may be why: what leaves a board that takes
    /// nothing any more has to do so again.
    fn run_again(&self, program: String, programs: &[String]) -> Result<Ran> {
        let place = programs.iter().position(|other| *other == program);
        let before = place.and_then(|place| programs.get(place.checked_sub(1)?));
        let both: Vec<String> = before.into_iter().chain([&program]).cloned().collect();
        let mut ran = Vec::new();
        self.run_piece(0, &both, &mut ran)?;
        if ran.len() < both.len() {
            // The one before it takes the board down, and a fresh one takes over as it did then.
            ran.clear();
            self.run_piece(0, &both[1..], &mut ran)?;
        }
        ran.pop().context("a board told of no program")
    }

    /// What a program that failed has printed, where `run-tests.py` wrote it down.
    fn output(&self, ran: &Ran) -> Option<String> {
        if !matches!(ran.outcome, Outcome::Failed(_)) {
            return None;
        }
        let name = format!("{}.out", ran.program.replace('/', "_"));
        let text = std::fs::read(self.results.join(name)).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    /// Whether `run-tests.py` gave up before the board was ready for the program. What it then writes as the output is the
    /// message of `pyboard.py`.
    fn was_not_taken(&self, ran: &Ran) -> bool {
        let emulated = matches!(self.board.via, Via::Qemu { .. });
        emulated
            && self
                .output(ran)
                .is_some_and(|text| text.starts_with("could not enter raw repl"))
    }

    fn run_in_pieces(&self, programs: &[String]) -> Result<Vec<Ran>> {
        let pieces = Mutex::new(programs.chunks(PIECE).collect::<VecDeque<_>>());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let boards: Vec<_> = (0..cores)
                .map(|number| {
                    scope.spawn({
                        let pieces = &pieces;
                        move || self.take_pieces(number, pieces)
                    })
                })
                .collect();
            let mut all = Vec::new();
            for board in boards {
                all.extend(
                    board
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?,
                );
            }
            Ok(all)
        })
    }

    /// What one board after the other runs until nothing is left.
    fn take_pieces(&self, number: usize, pieces: &Mutex<VecDeque<&[String]>>) -> Result<Vec<Ran>> {
        let mut ran = Vec::new();
        loop {
            // No thread panics while it has the lock.
            let piece = pieces.lock().ok().and_then(|mut pieces| pieces.pop_front());
            let Some(mut rest) = piece else {
                return Ok(ran);
            };
            while !rest.is_empty() {
                let before = ran.len();
                self.run_piece(number, rest, &mut ran)?;
                rest = &rest[(ran.len() - before).min(rest.len())..];
            }
        }
    }

    /// Runs programs on one board until all of them ran or the board is gone, which the last of them then has done.
    fn run_piece(&self, number: usize, programs: &[String], ran: &mut Vec<Ran>) -> Result<()> {
        let mut run = Run::start(self, number, programs)?;
        let (mut answered, mut last) = (false, String::new());
        let first = ran.len();
        while let Some(line) = run.line() {
            answered |= line.starts_with("platform=");
            match Ran::read(&line) {
                Some(one) => {
                    let expected = programs.get(ran.len() - first);
                    ensure!(
                        expected == Some(&one.program),
                        "run-tests.py tells of {}, where {expected:?} comes next",
                        one.program
                    );
                    ran.push(one);
                }
                None => last = line,
            }
        }
        let said = format!("{last}\n{}", run.end());
        let Some(lost) = programs.get(ran.len() - first) else {
            return Ok(());
        };
        if !answered {
            bail!(
                "{}: the REPL doesn't answer run-tests.py:\n{said}",
                self.board.name
            );
        }
        ran.push(Ran {
            program: lost.clone(),
            outcome: Outcome::Gone(said),
        });
        Ok(())
    }
}

/// `run-tests.py` under way, and the emulator that it started.
struct Run {
    python: Child,
    lines: Receiver<String>,
    emulator: PathBuf,
    said: Receiver<String>,
}

impl Run {
    fn start(instance: &Instance<'_>, number: usize, programs: &[String]) -> Result<Self> {
        let emulator = instance.results.join(format!("board-{number}.pid"));
        // One of a run that was killed names a process that is another's by now.
        let _ = std::fs::remove_file(&emulator);
        let board = match instance.board.via {
            Via::Qemu { .. } => {
                let mut board = firmware::command(instance.board, instance.image, Console::Stdio);
                board.args(instance.machine).args(CLOCK);
                board.arg("-pidfile").arg(&emulator);
                board
            }
            Via::Host => host::watched(instance.image, &emulator),
        };
        let mut command = shell::command("python3", ["-B", "-u"]);
        command
            .arg("run-tests.py")
            .arg("--result-dir")
            .arg(instance.results)
            .args(["-t", &format!("exec:{}", shell::line(&board))])
            .args(programs)
            .current_dir(instance.tests)
            .env("MICROPY_TEST_TIMEOUT", PROGRAM_SECONDS.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if matches!(instance.board.via, Via::Host) {
            host::watch(&mut command);
        }
        let mut python = command.spawn().context("can't start python3")?;
        let lines = read_lines(python.stdout.take());
        let said = read_lines(python.stderr.take());
        Ok(Self {
            python,
            lines,
            emulator,
            said,
        })
    }

    /// The next line that `run-tests.py` prints; none when it has ended or hangs. It waits forever for an emulator that
    /// has ended, whose process file is gone then.
    fn line(&mut self) -> Option<String> {
        let started = self.emulator.exists();
        for _ in 0..SILENCE.as_secs() / LOOK.as_secs() {
            match self.lines.recv_timeout(LOOK) {
                Ok(line) => return Some(line),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if started && !self.emulator.exists() => {
                    return None;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        None
    }

    /// Ends what is left of it, and tells the last that was said.
    fn end(mut self) -> String {
        // Whatever is left of the two is of no use any more; that one of them has ended already is no failure.
        let _ = self.python.kill();
        let _ = self.python.wait();
        if let Ok(process) = std::fs::read_to_string(&self.emulator) {
            let _ = Command::new("kill")
                .args(["-9", process.trim()])
                .stderr(Stdio::null())
                .status();
            let _ = std::fs::remove_file(&self.emulator);
        }
        let said: Vec<String> = self.said.try_iter().collect();
        // A sanitizer says first what it found; otherwise the last lines tell most.
        let found = said
            .iter()
            .position(|line| line.contains("ERROR: ") || line.contains("runtime error: "));
        let from = found.unwrap_or(said.len().saturating_sub(6));
        said[from..]
            .iter()
            .take(12)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The lines of a stream as they come.
fn read_lines(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stream) = stream {
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n') {
                let Ok(line) = line else { return };
                let line = String::from_utf8_lossy(&line).into_owned();
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
