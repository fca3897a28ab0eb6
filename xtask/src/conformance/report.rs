//! The table of a run: by folder, and what wasn't run by reason.

use std::collections::BTreeMap;
use std::fmt;

use super::expected::Expected;
use super::outcome::{Outcome, Ran};

/// What one board did, as Markdown.
pub struct Report<'a> {
    pub title: String,
    pub ran: &'a [Ran],
    pub withheld: &'a [String],
    pub expected: &'a Expected,
}

/// A line of the table.
#[derive(Debug, Default, Clone, Copy)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Count {
    /// What all of these came to.
    pub fn of<'a>(ran: impl IntoIterator<Item = &'a Ran>) -> Self {
        let mut count = Self::default();
        for ran in ran {
            match ran.outcome {
                Outcome::Passed => count.passed += 1,
                Outcome::Failed(_) => count.failed += 1,
                Outcome::Skipped | Outcome::TooLarge => count.skipped += 1,
            }
        }
        count
    }
}

impl Report<'_> {
    /// Everything together.
    pub fn total(&self) -> Count {
        let mut total = Count::of(self.ran);
        total.skipped += self.withheld.len();
        total
    }

    fn folders(&self) -> BTreeMap<&str, Count> {
        let mut by_folder: BTreeMap<&str, Vec<&Ran>> = BTreeMap::new();
        for ran in self.ran {
            by_folder.entry(folder(&ran.program)).or_default().push(ran);
        }
        let mut counts: BTreeMap<&str, Count> = by_folder
            .into_iter()
            .map(|(folder, ran)| (folder, Count::of(ran)))
            .collect();
        for program in self.withheld {
            counts.entry(folder(program)).or_default().skipped += 1;
        }
        counts
    }

    fn reasons(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let skipped = self
            .ran
            .iter()
            .filter(|ran| matches!(ran.outcome, Outcome::Skipped | Outcome::TooLarge))
            .map(|ran| ran.program.as_str());
        for program in skipped.chain(self.withheld.iter().map(String::as_str)) {
            let reason = self.expected.reason(program).unwrap_or("not listed");
            reasons.entry(reason).or_default().push(program);
        }
        reasons
    }
}

fn folder(program: &str) -> &str {
    program.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.title)?;
        writeln!(
            f,
            "| folder | passed | failed | skipped |\n|---|---:|---:|---:|"
        )?;
        let rows = self.folders();
        for (name, count) in rows.into_iter().chain([("all", self.total())]) {
            let Count {
                passed,
                failed,
                skipped,
            } = count;
            writeln!(f, "| {name} | {passed} | {failed} | {skipped} |")?;
        }
        writeln!(f)?;
        for (reason, programs) in self.reasons() {
            writeln!(
                f,
                "- {reason} ({}): {}",
                programs.len(),
                programs.join(", ")
            )?;
        }
        Ok(())
    }
}
