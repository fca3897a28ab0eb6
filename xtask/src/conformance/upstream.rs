//! What upstream's own port passes, which the same board has to pass here.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::Run;
use super::outcome::{Outcome, Ran};
use crate::boards::BOARDS;
use crate::host;
use crate::releases::RELEASES;

/// The programs that upstream's port passes on this run's board, and this run didn't, a line each. The first board has a list,
/// with the first release, and the whole suite from source can be held against it.
///
/// # Errors
///
/// When the list can't be read.
pub fn unmatched(run: &Run, ran: &[Ran]) -> Result<Vec<String>> {
    let version = run.release.version;
    let is_listed = run.board.name == BOARDS[0].name && version == RELEASES[0].version;
    if !is_listed || run.nth != 1 || run.frozen {
        return Ok(Vec::new());
    }
    let file = host::root().join(format!("tests/conformance/upstream-{version}.txt"));
    let list =
        std::fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    Ok(not_passed(&list, ran))
}

fn not_passed(list: &str, ran: &[Ran]) -> Vec<String> {
    let passed: BTreeSet<&str> = ran
        .iter()
        .filter(|ran| ran.outcome == Outcome::Passed)
        .map(|ran| ran.program.as_str())
        .collect();
    list.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|program| !passed.contains(program))
        .map(|program| format!("{program}: passes in upstream's own port, and not here"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_upstream_passes_has_to_be_there_and_to_pass() {
        let ran = [
            ("basics/passed.py", Outcome::Passed),
            ("basics/skipped.py", Outcome::Skipped),
            ("basics/only_here.py", Outcome::Passed),
        ]
        .map(|(program, outcome)| Ran {
            program: program.into(),
            outcome,
        });
        let list = "# a comment\nbasics/passed.py\nbasics/skipped.py\nbasics/gone.py\n";
        let lines = not_passed(list, &ran);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("basics/skipped.py"));
        assert!(lines[1].starts_with("basics/gone.py"));
    }
}
