//! `cargo xtask conformance`: upstream's test suite on a board, over its REPL, and what is different from what was
//! expected.

mod drive;
mod expected;
mod frozen;
mod host;
mod outcome;
mod report;
mod suite;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::boards::{self, BOARDS, Board, HOST, Via};
use crate::firmware::{self, Extras, Program, Recipe};
use crate::host as machine;
use crate::releases::{self, RELEASES, Release};
use crate::setup::{self, Wanted};
use drive::Instance;
use expected::Expected;
use report::Report;

/// The list of what isn't run and why.
const SKIPS: &str = "tests/conformance/skips.txt";
/// What some programs of the suite import, in C.
const C_EXAMPLE: &str = "usercmodule/cexample/examplemodule.c";
/// What some programs of the suite import, in Python.
const MODULES: &str = "tests/conformance/modules";

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
/// programs on each other board that has memory for most of them. Tells which of these runs weren't as expected.
///
/// # Errors
///
/// When a firmware can't be built or its REPL doesn't answer.
pub fn test(release: &'static Release) -> Result<Vec<String>> {
    /// One of so many programs on the boards of the sample.
    const SAMPLE: usize = 23;
    let mut runs = Vec::new();
    let boards = BOARDS.iter().filter(|board| board.runs_application);
    for (index, board) in boards.enumerate() {
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
    let mut unexpected = Vec::new();
    for run in runs {
        if !run.conforms()? {
            unexpected.push(format!("conformance of {}", run.name()));
        }
    }
    Ok(unexpected)
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
        read.boards.extend(BOARDS);
        // GCC has the sanitizers' libraries there.
        read.boards
            .extend(cfg!(target_os = "linux").then_some(&HOST));
    }
    Ok(read)
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
        let expected = self.expected()?;
        let tests = setup::tree(self.release.version)?.join("tests");
        let programs = suite::programs(&tests, self.board.inline_assembler())?;
        let (given, withheld): (Vec<_>, Vec<_>) = suite::sample(programs, self.nth)
            .into_iter()
            .partition(|program| expected.is_given(program));
        let image = self.firmware(&tests, &given)?;
        let stand_ins = self.folder("suite/tests");
        if self.frozen {
            frozen::write_stand_ins(&tests, &given, &stand_ins)?;
        }
        let instance = Instance {
            board: self.board,
            image: &image,
            tests: if self.frozen { &stand_ins } else { &tests },
            results: &self.folder("results"),
        };
        let ran = instance.run(&given)?;
        let report = Report {
            title: self.name(),
            ran: &ran,
            withheld: &withheld,
            expected: &expected,
        };
        println!("{report}");
        let differences = expected.differences(&ran);
        for difference in &differences {
            println!("conformance: {}: {difference}", self.name());
        }
        if !differences.is_empty() {
            println!(
                "conformance: what was expected and printed is in {}",
                instance.results.display()
            );
        }
        Ok(differences.is_empty())
    }

    fn expected(&self) -> Result<Expected> {
        let list = machine::root().join(SKIPS);
        let text = std::fs::read_to_string(&list)
            .with_context(|| format!("can't read {}", list.display()))?;
        Expected::read(&text, self)
    }

    /// The firmware with a REPL and, frozen, what the suite needs.
    fn firmware(&self, tests: &Path, programs: &[String]) -> Result<PathBuf> {
        let mut manifest = frozen::helpers(tests, self.board, &machine::root().join(MODULES));
        if self.frozen {
            manifest += &frozen::manifest(tests, programs);
        }
        let file = self.folder("manifest.py");
        std::fs::create_dir_all(self.folder(""))
            .and_then(|()| std::fs::write(&file, manifest))
            .with_context(|| format!("can't write {}", file.display()))?;
        let extras = Extras {
            manifest: file,
            c_file: Some(tests.with_file_name("examples").join(C_EXAMPLE)),
        };
        if matches!(self.board.via, Via::Host) {
            return host::build(self.release, &extras);
        }
        let built = firmware::build(&Recipe {
            board: self.board,
            release: Some(self.release),
            debug: false,
            program: Program::Repl,
            extras: Some(extras),
        })?;
        Ok(built.image)
    }

    /// The board, the release and whether it is frozen, in words.
    fn name(&self) -> String {
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
