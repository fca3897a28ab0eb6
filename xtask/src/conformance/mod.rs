//! `cargo xtask conformance`: upstream's test suite on a board, over its REPL, and what is different from what was
//! expected.

mod blessed;
mod drive;
mod expected;
mod frozen;
mod give;
pub mod host;
mod outcome;
mod report;
mod room;
mod suite;
mod upstream;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::boards::{self, BOARDS, Board, HOST};
use crate::host as machine;
use crate::releases::{self, RELEASES, Release};
use crate::setup::{self, Wanted};
use expected::Expected;
use give::Giver;
use report::Report;

/// The list of what isn't run and why.
const SKIPS: &str = "tests/conformance/skips.txt";

/// What to run.
#[derive(Clone, Copy)]
pub struct Run {
    pub board: &'static Board,
    pub release: &'static Release,
    /// One of so many programs.
    pub nth: usize,
    /// Whether the programs are frozen, or come in over the REPL as they are.
    pub frozen: bool,
}

/// The chore.
///
/// # Errors
///
/// When a firmware can't be built, its REPL doesn't answer, or a board differs from what is expected of it.
pub fn main(words: lexopt::Parser) -> Result<ExitCode> {
    let words = read_words(words)?;
    let mut failed = Vec::new();
    for board in words.boards {
        let mut wanted = Wanted::prompt(board, Some(words.release));
        wanted.yes = words.yes;
        setup::prepare(&wanted)?;
        let run = Run {
            board,
            release: words.release,
            nth: words.nth,
            frozen: words.frozen,
        };
        if !run.conforms()? {
            failed.push(board.name);
        }
    }
    if !failed.is_empty() {
        bail!("not as expected: {}", failed.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

/// The part of it that is among the tests: the first board with every program, as they are and frozen, and a sample of the
/// programs on each other board that has memory for most of them, and on this computer.
pub fn runs(release: &'static Release) -> Vec<Run> {
    /// One of so many programs on the boards of the sample.
    const SAMPLE: usize = 23;
    let mut runs = Vec::new();
    let boards = BOARDS.iter().filter(|board| board.runs_application);
    for (index, board) in boards.chain(this_computer()).enumerate() {
        let nth = if index == 0 { 1 } else { SAMPLE };
        let run = |frozen| Run {
            board,
            release,
            nth,
            frozen,
        };
        runs.push(run(false));
        if index == 0 {
            runs.push(run(true));
        }
    }
    runs
}

struct Words {
    boards: Vec<&'static Board>,
    release: &'static Release,
    nth: usize,
    frozen: bool,
    yes: bool,
}

fn read_words(mut words: lexopt::Parser) -> Result<Words> {
    use lexopt::{Arg, ValueExt as _};
    let mut read = Words {
        boards: Vec::new(),
        release: &RELEASES[0],
        nth: 1,
        frozen: false,
        yes: false,
    };
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("board") => read.boards.push(board(&words.value()?.string()?)?),
            Arg::Long("micropython") => read.release = releases::find(&words.value()?.string()?)?,
            Arg::Long("one-of") => {
                read.nth = words.value()?.parse::<std::num::NonZero<usize>>()?.get()
            }
            Arg::Long("frozen") => read.frozen = true,
            Arg::Long("yes") | Arg::Short('y') => read.yes = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if read.boards.is_empty() {
        read.boards.extend(BOARDS.iter().chain(this_computer()));
    }
    Ok(read)
}

/// This computer, where GCC has the sanitizers' libraries and MicroPython makes machine code.
fn this_computer() -> Option<&'static Board> {
    cfg!(all(target_os = "linux", target_arch = "x86_64")).then_some(&HOST)
}

/// The board of that name, which may be this computer.
fn board(name: &str) -> Result<&'static Board> {
    if name == HOST.name {
        return Ok(&HOST);
    }
    boards::find(name)
}

impl Run {
    /// Builds the firmware, runs the suite, prints its table, and says whether all was as expected.
    ///
    /// # Errors
    ///
    /// When the firmware can't be built or its REPL doesn't answer.
    pub fn conforms(&self) -> Result<bool> {
        let by_hand = self.listed(None)?;
        let useless = self.useless_frozen()?;
        let tests = setup::tree(self.release.version)?.join("tests");
        let suite = suite::programs(&tests, self.board.inline_assembler())?;
        let (given, withheld): (Vec<_>, Vec<_>) = suite::sample(&suite, self.nth)
            .into_iter()
            .partition(|program| by_hand.is_given(program) && !useless.skips(program));
        let giver = Giver {
            run: self,
            tests: &tests,
        };
        let ran = giver.give(&given)?;
        if blessed::is_wanted() {
            self.bless(&blessed::list(&ran, &withheld, &by_hand))?;
        }
        let expected = self.listed(blessed::file(self))?;
        let report = Report {
            title: self.name(),
            ran: &ran,
            withheld: &withheld,
            expected: &expected,
        };
        println!("{report}");
        let mut differences = expected.differences(&ran);
        differences.extend(expected.stale(&suite));
        differences.extend(upstream::unmatched(self, &ran)?);
        for difference in &differences {
            println!("conformance: {}: {difference}", self.name());
        }
        if !differences.is_empty() {
            println!(
                "conformance: what was expected and printed is below {}",
                self.folder("").display()
            );
        }
        Ok(differences.is_empty())
    }

    /// Has what a small board needn't have in its flash: programs that skip themselves when they come in as text. Some of
    /// them can't be frozen for it.
    fn useless_frozen(&self) -> Result<Expected> {
        if !self.frozen || self.board.small_ram.is_none() {
            return Ok(Expected::default());
        }
        let as_text = Self {
            frozen: false,
            ..*self
        };
        as_text.listed(blessed::file(&as_text))
    }

    /// What the list by hand says of the run, and that of the board where it has been written.
    fn listed(&self, of_board: Option<PathBuf>) -> Result<Expected> {
        let mut expected = Expected::default();
        let of_board = of_board.filter(|list| list.is_file());
        for list in [machine::root().join(SKIPS)].into_iter().chain(of_board) {
            let text = std::fs::read_to_string(&list)
                .with_context(|| format!("can't read {}", list.display()))?;
            expected.read(&list.display().to_string(), &text, self)?;
        }
        Ok(expected)
    }

    /// Writes the board's own list.
    fn bless(&self, list: &str) -> Result<()> {
        let Some(file) = blessed::file(self) else {
            return Ok(());
        };
        if self.nth != 1 {
            bail!("a part of the suite can't tell what all of it comes to");
        }
        std::fs::write(&file, list).with_context(|| format!("can't write {}", file.display()))
    }

    /// The board, the release and whether it is frozen, in words.
    pub fn name(&self) -> String {
        let frozen = if self.frozen { ", frozen" } else { "" };
        format!(
            "{} with MicroPython {}{frozen}",
            self.board.name, self.release.version
        )
    }

    /// A file or folder below the one of this run.
    fn folder(&self, name: &str) -> PathBuf {
        let frozen = if self.frozen { "-frozen" } else { "" };
        let run = format!("{}-{}{frozen}", self.board.name, self.release.version);
        machine::root()
            .join("target/conformance")
            .join(run)
            .join(name)
    }
}
