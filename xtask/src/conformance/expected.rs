//! The committed list of what boards don't run, with the reason of each, and how a run differs from it.
//!
//! ```text
//! # A comment.
//! [why not] boards, MicroPython releases, the word `frozen`; or nothing for all of them; `-` and a board for all others
//! folder/program.py
//! !folder/program.py    not even given to the board, which it would take down
//! ```

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::Run;
use super::outcome::{Outcome, Ran};
use crate::releases;

/// What is expected of a run: the programs that it doesn't run.
#[derive(Debug, Default)]
pub struct Expected {
    reasons: BTreeMap<String, Reason>,
}

#[derive(Debug, Clone)]
struct Reason {
    text: String,
    withheld: bool,
}

impl Expected {
    /// Reads the list for a run.
    ///
    /// # Errors
    ///
    /// Names the line that can't be understood.
    pub fn read(list: &str, run: &Run) -> Result<Self> {
        let mut expected = Self::default();
        let mut section = None;
        for (number, line) in list.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = || format!("line {} of the list of skips", number + 1);
            if let Some(heading) = line.strip_prefix('[') {
                section = Some(read_heading(heading, run).with_context(at)?);
                continue;
            }
            let Some((reason, applies)) = &section else {
                bail!("{}: a program without a reason above it", at());
            };
            let program = line.trim_start_matches('!');
            let reason = Reason {
                text: reason.clone(),
                withheld: line.starts_with('!'),
            };
            if *applies && expected.reasons.insert(program.into(), reason).is_some() {
                bail!("{}: {program} is there twice for {}", at(), run.board.name);
            }
        }
        Ok(expected)
    }

    /// Whether the board is to be given the program.
    pub fn is_given(&self, program: &str) -> bool {
        self.reasons
            .get(program)
            .is_none_or(|reason| !reason.withheld)
    }

    /// Why the board doesn't run the program, where it is known.
    pub fn reason(&self, program: &str) -> Option<&str> {
        self.reasons.get(program).map(|reason| reason.text.as_str())
    }

    /// How the run differs from what was expected of it, a line each.
    pub fn differences(&self, ran: &[Ran]) -> Vec<String> {
        ran.iter()
            .filter_map(|ran| {
                let program = &ran.program;
                match (&ran.outcome, self.reason(program)) {
                    (Outcome::Failed(note), _) => Some(format!("{program}: failed {note}")),
                    (Outcome::Skipped, None) => {
                        Some(format!("{program}: skipped, and no reason is listed"))
                    }
                    (Outcome::TooLarge, None) => Some(format!(
                        "{program}: too large for the board, and not listed so"
                    )),
                    (Outcome::Passed, Some(reason)) => {
                        Some(format!("{program}: passed, but is listed under [{reason}]"))
                    }
                    _ => None,
                }
            })
            .collect()
    }
}

/// A heading behind its bracket: the reason, and whether it is one for this run.
fn read_heading(heading: &str, run: &Run) -> Result<(String, bool)> {
    let (reason, names) = heading
        .split_once(']')
        .context("the heading doesn't end in a bracket")?;
    let (mut on_boards, mut with_releases, mut frozen) = (Vec::new(), Vec::new(), false);
    let mut elsewhere = true;
    for name in names.split_whitespace() {
        if name == "frozen" {
            frozen = true;
        } else if name.starts_with(|c: char| c.is_ascii_digit()) {
            with_releases.push(releases::find(name)?.version);
        } else if let Some(name) = name.strip_prefix('-') {
            elsewhere &= super::board(name)?.name != run.board.name;
        } else {
            on_boards.push(super::board(name)?.name);
        }
    }
    let applies = elsewhere
        && (on_boards.is_empty() || on_boards.contains(&run.board.name))
        && (with_releases.is_empty() || with_releases.contains(&run.release.version))
        && (!frozen || run.frozen);
    Ok((reason.trim().to_string(), applies))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards::BOARDS;
    use crate::releases::RELEASES;

    const LIST: &str = "\
# what isn't run
[no network]
extmod/socket.py
[no unit for floats] mps2-an385 1.26.1
!inlineasm/asmfp.py
[older] 1.25.0
basics/new.py
[names its file] frozen
basics/file.py
[single floats] -host
float/double.py
[no such memory] host
micropython/native.py
";

    fn run(frozen: bool) -> Run {
        Run {
            board: &BOARDS[0],
            release: &RELEASES[0],
            nth: 1,
            frozen,
        }
    }

    fn expected() -> Expected {
        Expected::read(LIST, &run(false)).unwrap()
    }

    fn ran(program: &str, outcome: Outcome) -> Ran {
        Ran {
            program: program.into(),
            outcome,
        }
    }

    #[test]
    fn what_is_listed_differs_only_where_it_passes() {
        let expected = expected();
        assert!(expected.is_given("extmod/socket.py") && !expected.is_given("inlineasm/asmfp.py"));
        assert_eq!(expected.reason("extmod/socket.py"), Some("no network"));
        assert_eq!(expected.reason("basics/new.py"), None);
        assert_eq!(expected.reason("basics/file.py"), None);
        let frozen = Expected::read(LIST, &run(true)).unwrap();
        assert!(frozen.reason("basics/file.py").is_some());
        let skipped = [ran("extmod/socket.py", Outcome::Skipped)];
        assert!(expected.differences(&skipped).is_empty());
        let passed = [ran("extmod/socket.py", Outcome::Passed)];
        assert_eq!(expected.differences(&passed).len(), 1);
    }

    #[test]
    fn reasons_of_this_computer_and_of_all_boards_but_it() {
        let on = |board| {
            Expected::read(
                LIST,
                &Run {
                    board,
                    ..run(false)
                },
            )
            .unwrap()
        };
        let (host, board) = (on(&crate::boards::HOST), on(&BOARDS[0]));
        assert!(host.reason("float/double.py").is_none());
        assert!(host.reason("micropython/native.py").is_some());
        assert!(board.reason("float/double.py").is_some());
        assert!(board.reason("micropython/native.py").is_none());
    }

    #[test]
    fn failures_and_new_skips_differ() {
        let run = [
            ran("basics/a.py", Outcome::Failed("badly".into())),
            ran("basics/b.py", Outcome::Skipped),
            ran("basics/c.py", Outcome::TooLarge),
            ran("basics/d.py", Outcome::Passed),
            ran("extmod/socket.py", Outcome::Failed(String::new())),
        ];
        assert_eq!(expected().differences(&run).len(), 4);
    }

    #[test]
    fn a_list_that_cant_be_read_names_the_line() {
        let read = |list| {
            let error = Expected::read(list, &run(false)).unwrap_err();
            format!("{error:#}")
        };
        assert!(read("basics/a.py").contains("line 1"));
        assert!(read("\n[why] toaster\n").contains("line 2"));
        assert!(read("[why").contains("line 1"));
        assert!(read("[a]\nx.py\n[b]\nx.py").contains("line 4"));
    }
}
