//! What a board with little memory doesn't run, as the last run found it: a list that is written and not edited.
//!
//! That a program passes with more memory, or on the boards with everything, is what makes a line of it more than an
//! excuse: the run itself shows the first, and the second the runs of those boards, where none of these is listed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Run;
use super::expected::Expected;
use super::outcome::{Outcome, Ran, Size};
use crate::host;

/// The reason of what skips itself on this board and on no other.
const LEFT_OUT: &str = "what the board's prompt leaves out, and those with more memory have";

/// Where the list of a run lies, if its board has one.
pub fn file(run: &Run) -> Option<PathBuf> {
    run.board.small_ram.as_ref()?;
    let frozen = if run.frozen { "-frozen" } else { "" };
    let name = format!("{}-{}{frozen}.txt", run.board.name, run.release.version);
    Some(host::root().join("tests/conformance").join(name))
}

/// Whether the list is to be written: `BLESS=1`, as with the tests.
pub fn is_wanted() -> bool {
    host::variable("BLESS").is_some_and(|value| value == "1")
}

/// The list as it is after this run, without what the list by hand has. A failure is on no list but that one.
pub fn list(ran: &[Ran], withheld: &[String], by_hand: &Expected) -> String {
    // What is left out, and then by size.
    let mut sections: BTreeMap<Option<Size>, Vec<&str>> = BTreeMap::new();
    let left_out = withheld
        .iter()
        .filter(|program| by_hand.reason(program).is_none());
    for program in left_out {
        sections.entry(None).or_default().push(program);
    }
    for ran in ran {
        let section = match ran.outcome {
            Outcome::Skipped if by_hand.reason(&ran.program).is_none() => None,
            Outcome::TooLarge(size) => Some(size),
            _ => continue,
        };
        sections.entry(section).or_default().push(&ran.program);
    }
    let mut list = String::from(
        "# Written by `BLESS=1 cargo xtask conformance`: see xtask/src/conformance/blessed.rs.\n",
    );
    for (size, mut programs) in sections {
        programs.sort_unstable();
        let reason = size.map_or(LEFT_OUT.to_string(), |size| size.to_string());
        list += &format!("\n[{reason}]\n{}\n", programs.join("\n"));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards;
    use crate::releases::RELEASES;

    #[test]
    fn what_is_written_is_what_is_expected() {
        let run = Run {
            board: boards::find("microbit").unwrap(),
            release: &RELEASES[0],
            nth: 1,
            frozen: false,
        };
        let ran: Vec<Ran> = [
            ("basics/a.py", Outcome::Passed),
            ("basics/failed.py", Outcome::Failed("badly".into())),
            ("basics/hungry.py", Outcome::OutOfMemory),
            (
                "basics/large.py",
                Outcome::TooLarge(Size {
                    too_little: 8,
                    enough: 16,
                }),
            ),
            ("extmod/socket.py", Outcome::Skipped),
            ("extmod/vfs.py", Outcome::Skipped),
        ]
        .map(|(program, outcome)| Ran {
            program: program.into(),
            outcome,
        })
        .into();
        let mut expected = Expected::default();
        let by_hand = "[no network]\nextmod/socket.py";
        expected.read("by hand", by_hand, &run).unwrap();
        let withheld = ["basics/unfit.py".to_string()];
        let list = list(&ran, &withheld, &expected);
        expected.read("written", &list, &run).unwrap();
        assert_eq!(expected.reason("basics/unfit.py"), Some(LEFT_OUT));
        let differences = expected.differences(&ran);
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences[0].starts_with("basics/failed.py: failed with"));
        assert!(differences[1].starts_with("basics/hungry.py: failed, out"));
    }

    #[test]
    fn what_is_left_out_runs_where_the_same_code_has_memory() {
        let run = |name| Run {
            board: boards::find(name).unwrap(),
            release: &RELEASES[0],
            nth: 1,
            frozen: false,
        };
        let read = |file: PathBuf, run: &Run| {
            let mut expected = Expected::default();
            let list = std::fs::read_to_string(file).unwrap();
            expected.read("the list", &list, run).unwrap();
            expected
        };
        let small = run("microbit");
        let small = read(file(&small).unwrap(), &small);
        let by_hand = host::root().join("tests/conformance/skips.txt");
        let roomy = read(by_hand, &run("mps2-an385-v6m"));
        let left_out = small.programs(LEFT_OUT);
        assert!(left_out.len() > 1);
        for program in left_out {
            assert_eq!(roomy.reason(program), None, "{program}");
        }
    }

    #[test]
    fn boards_with_memory_have_no_such_list() {
        for board in boards::BOARDS {
            let run = Run {
                board,
                release: &RELEASES[0],
                nth: 1,
                frozen: false,
            };
            assert_eq!(file(&run).is_some(), board.name == "microbit");
        }
    }
}
