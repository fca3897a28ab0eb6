//! The committed lists of what boards don't run, with the reason of each, and how a run differs from them.
//!
//! ```text
//! # A comment.
//! [why not] boards, their processors as targets begin with them, MicroPython releases, the word `frozen`; `-` before one of
//!           them means the others; without any, all
//! folder/program.py     says itself that it can't run here, or `run-tests.py` does; too large, where the reason says so
//! ~folder/program.py: what
//!                       fails: the board is given it, and it has to, with this as the last line that it prints, or with
//!                       this as what its tests come to
//! !folder/program.py    would take the board down, or the image that it is frozen into: the board isn't given it
//! ```

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::Run;
use super::outcome::{self, Outcome, Ran};
use crate::boards::{BOARDS, Board};
use crate::releases;

/// What is expected of a run: the programs that it doesn't run, or that fail.
#[derive(Debug, Default)]
pub struct Expected {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    reason: String,
    mark: Mark,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    Skips,
    Fails(String),
    Withheld,
}

impl Expected {
    /// Adds what a list says of a run. `name` is the list's, for messages.
    ///
    /// # Errors
    ///
    /// Names the line that can't be understood.
    pub fn read(&mut self, name: &str, list: &str, run: &Run) -> Result<()> {
        let mut section = None;
        for (number, line) in list.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = || format!("line {} of {name}", number + 1);
            if let Some(heading) = line.strip_prefix('[') {
                section = Some(read_heading(heading, run).with_context(at)?);
                continue;
            }
            let Some((reason, applies)) = &section else {
                bail!("{}: a program without a reason above it", at());
            };
            let (program, mark) = read_program(line).with_context(at)?;
            let reason = reason.clone();
            let twice = *applies
                && self
                    .entries
                    .insert(program.into(), Entry { reason, mark })
                    .is_some();
            if twice {
                bail!("{}: {program} is there twice for {}", at(), run.board.name);
            }
        }
        Ok(())
    }

    /// Whether the board is to be given the program.
    pub fn is_given(&self, program: &str) -> bool {
        self.mark(program) != Some(&Mark::Withheld)
    }

    /// Whether the program is one that fails for a known reason.
    pub fn fails(&self, program: &str) -> bool {
        matches!(self.mark(program), Some(Mark::Fails(_)))
    }

    /// Whether the program says that it can't run, or `run-tests.py` does, whatever the board's memory.
    pub fn skips(&self, program: &str) -> bool {
        let is_too_large = |reason: &str| reason.starts_with(outcome::TOO_LARGE);
        self.mark(program) == Some(&Mark::Skips) && !self.reason(program).is_some_and(is_too_large)
    }

    /// Why the board doesn't run the program, where it is known.
    pub fn reason(&self, program: &str) -> Option<&str> {
        self.entries.get(program).map(|entry| entry.reason.as_str())
    }

    /// The programs with this reason.
    #[cfg(test)]
    pub fn programs(&self, reason: &str) -> Vec<&str> {
        self.entries
            .iter()
            .filter(|(_, entry)| entry.reason == reason)
            .map(|(program, _)| program.as_str())
            .collect()
    }

    fn mark(&self, program: &str) -> Option<&Mark> {
        self.entries.get(program).map(|entry| &entry.mark)
    }

    /// How the run differs from what was expected of it, a line each.
    pub fn differences(&self, ran: &[Ran]) -> Vec<String> {
        ran.iter().filter_map(|ran| self.difference(ran)).collect()
    }

    fn difference(&self, ran: &Ran) -> Option<String> {
        let became = match (&ran.outcome, self.mark(&ran.program)) {
            (Outcome::Passed, None) | (Outcome::Skipped, Some(Mark::Skips)) => return None,
            (Outcome::Failed(note), Some(Mark::Fails(listed))) if note == listed => return None,
            (Outcome::TooLarge(size), Some(Mark::Skips))
                if self.reason(&ran.program) == Some(&size.to_string()) =>
            {
                return None;
            }
            (Outcome::Passed, _) => "passed".to_string(),
            (Outcome::Failed(note), _) => format!("failed with `{note}`"),
            (Outcome::Gone(last), _) => format!("took the board down, {last}"),
            (Outcome::Skipped, _) => "skipped".to_string(),
            (Outcome::OutOfMemory, _) => "failed, out of memory".to_string(),
            (Outcome::TooLarge(size), _) => size.to_string(),
        };
        let listed = match self.entries.get(&ran.program) {
            None => "not listed".to_string(),
            Some(Entry { reason, mark }) => {
                let mark = match mark {
                    Mark::Skips => String::new(),
                    Mark::Fails(note) => format!(" to fail with `{note}`"),
                    Mark::Withheld => " not to be run".into(),
                };
                format!("listed{mark} under [{reason}]")
            }
        };
        Some(format!("{}: {became}, and is {listed}", ran.program))
    }

    /// The programs that are listed for this run and aren't in its suite, a line each.
    pub fn stale(&self, suite: &[String]) -> Vec<String> {
        self.entries
            .iter()
            .filter(|(program, _)| !suite.contains(program))
            .map(|(program, entry)| {
                format!(
                    "{program}: listed under [{}], and not in the suite",
                    entry.reason
                )
            })
            .collect()
    }
}

/// A program's line: its file, and what the mark before it says.
fn read_program(line: &str) -> Result<(&str, Mark)> {
    if let Some(program) = line.strip_prefix('!') {
        return Ok((program, Mark::Withheld));
    }
    let Some(line) = line.strip_prefix('~') else {
        return Ok((line, Mark::Skips));
    };
    let (program, note) = line
        .split_once(": ")
        .context("a program that fails, without what it then prints behind `: `")?;
    Ok((program, Mark::Fails(note.into())))
}

/// A heading behind its bracket: the reason, and whether it is one for this run.
fn read_heading(heading: &str, run: &Run) -> Result<(String, bool)> {
    let (reason, names) = heading
        .split_once(']')
        .context("the heading doesn't end in a bracket")?;
    let (mut on_boards, mut with_releases, mut frozen) = (Vec::new(), Vec::new(), Vec::new());
    for word in names.split_whitespace() {
        let (name, is_meant) = match word.strip_prefix('-') {
            Some(name) => (name, false),
            None => (word, true),
        };
        let (kind, is_it) = if name == "frozen" {
            (&mut frozen, run.frozen)
        } else if name.starts_with(|c: char| c.is_ascii_digit()) {
            let version = releases::find(name)?.version;
            (&mut with_releases, version == run.release.version)
        } else if BOARDS.iter().any(|board| processor(board) == name) {
            (&mut on_boards, processor(run.board) == name)
        } else {
            (&mut on_boards, super::board(name)?.name == run.board.name)
        };
        kind.push((is_meant, is_it));
    }
    let applies = is_named(&on_boards) && is_named(&with_releases) && is_named(&frozen);
    Ok((reason.trim().to_string(), applies))
}

/// What the board's target begins with, as `thumbv7m`.
fn processor(board: &Board) -> &str {
    board.target.split('-').next().unwrap_or_default()
}

/// Whether names of one kind name what is run. Each says whether it is meant or excluded, and whether it is what is run.
fn is_named(names: &[(bool, bool)]) -> bool {
    let excluded = names.contains(&(false, true));
    let all_others = names.iter().all(|(is_meant, _)| !is_meant);
    !excluded && (all_others || names.contains(&(true, true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::outcome::Size;
    use crate::releases::RELEASES;

    const LIST: &str = "\
# what isn't run
[no network]
extmod/socket.py
[no unit for floats] thumbv6m thumbv7m 1.26.1
!inlineasm/asmfp.py
[no files]
~basics/file.py: OSError: 19
[older] 1.25.0
basics/new.py
[newer] -1.25.0
basics/newer.py
[names its file] frozen
basics/name.py
[has no name] -frozen
basics/nameless.py
[single floats] -host
float/double.py
[no such memory] host
micropython/native.py
[too large: a heap of 8 KiB is too little, 16 KiB are enough]
basics/large.py
";

    fn run(frozen: bool) -> Run {
        Run {
            board: &BOARDS[0],
            release: &RELEASES[0],
            nth: 1,
            frozen,
        }
    }

    fn read(list: &str, run: &Run) -> Result<Expected> {
        let mut expected = Expected::default();
        expected.read("the list", list, run)?;
        Ok(expected)
    }

    fn expected() -> Expected {
        read(LIST, &run(false)).unwrap()
    }

    fn ran(program: &str, outcome: Outcome) -> Ran {
        Ran {
            program: program.into(),
            outcome,
        }
    }

    #[test]
    fn a_list_is_read_for_a_run() {
        let expected = expected();
        assert!(expected.is_given("extmod/socket.py") && !expected.is_given("inlineasm/asmfp.py"));
        assert!(expected.is_given("basics/file.py") && expected.fails("basics/file.py"));
        assert!(expected.skips("extmod/socket.py"));
        for other in [
            "basics/a.py",
            "basics/file.py",
            "basics/large.py",
            "inlineasm/asmfp.py",
        ] {
            assert!(!expected.skips(other), "{other}");
        }
        assert_eq!(expected.reason("extmod/socket.py"), Some("no network"));
        assert_eq!(expected.reason("basics/new.py"), None);
        assert_eq!(expected.reason("basics/newer.py"), Some("newer"));
        assert_eq!(expected.reason("basics/name.py"), None);
        assert!(expected.reason("basics/nameless.py").is_some());
        let frozen = read(LIST, &run(true)).unwrap();
        assert!(frozen.reason("basics/name.py").is_some());
        assert!(frozen.reason("basics/nameless.py").is_none());
    }

    #[test]
    fn reasons_of_this_computer_and_of_all_boards_but_it() {
        let on = |board| {
            let run = Run {
                board,
                ..run(false)
            };
            read(LIST, &run).unwrap()
        };
        let (host, board) = (on(&crate::boards::HOST), on(&BOARDS[0]));
        assert!(host.reason("float/double.py").is_none());
        assert!(host.reason("micropython/native.py").is_some());
        assert!(board.reason("float/double.py").is_some());
        assert!(board.reason("micropython/native.py").is_none());
    }

    #[test]
    fn what_became_of_a_program_is_what_is_listed_or_a_difference() {
        let failed = || Outcome::Failed("OSError: 19".into());
        let size = |too_little, enough| Outcome::TooLarge(Size { too_little, enough });
        let as_expected = [
            ran("basics/a.py", Outcome::Passed),
            ran("extmod/socket.py", Outcome::Skipped),
            ran("basics/file.py", failed()),
            ran("basics/large.py", size(8, 16)),
        ];
        assert_eq!(expected().differences(&as_expected), Vec::<String>::new());
        let unexpected = [
            ran("basics/a.py", failed()),
            ran("basics/a.py", Outcome::Gone("silent".into())),
            ran("basics/a.py", Outcome::Skipped),
            ran("basics/a.py", Outcome::OutOfMemory),
            ran("basics/a.py", size(8, 16)),
            ran("extmod/socket.py", Outcome::Passed),
            ran("extmod/socket.py", failed()),
            ran("extmod/socket.py", size(8, 16)),
            ran("basics/file.py", Outcome::Failed("OSError: 2".into())),
            ran("basics/file.py", Outcome::Gone("silent".into())),
            ran("basics/file.py", Outcome::Passed),
            ran("basics/file.py", Outcome::Skipped),
            ran("basics/large.py", Outcome::Passed),
            ran("basics/large.py", Outcome::OutOfMemory),
            ran("basics/large.py", size(16, 32)),
        ];
        assert_eq!(expected().differences(&unexpected).len(), unexpected.len());
    }

    #[test]
    fn an_entry_is_stale_whose_program_is_in_no_suite() {
        let all: Vec<String> = expected().entries.into_keys().collect();
        assert_eq!(expected().stale(&all), Vec::<String>::new());
        let stale = expected().stale(&all[1..]);
        assert_eq!(stale.len(), 1);
        assert!(stale[0].starts_with(&all[0]), "{}", stale[0]);
    }

    #[test]
    fn a_list_that_cant_be_read_names_the_line() {
        let read = |list| {
            let error = read(list, &run(false)).unwrap_err();
            format!("{error:#}")
        };
        assert!(read("basics/a.py").contains("line 1"));
        assert!(read("\n[why] toaster\n").contains("line 2"));
        assert!(read("[why").contains("line 1"));
        assert!(read("[why]\n~basics/a.py").contains("line 2"));
        assert!(read("[a]\nx.py\n[b]\nx.py").contains("line 4"));
    }
}
