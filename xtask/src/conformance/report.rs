//! The table of a run: by folder, and what wasn't run by reason.

use std::collections::BTreeMap;
use std::fmt;

use super::expected::Expected;
use super::outcome::{Outcome, Ran};
use crate::table::Markdown;

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
    /// What fails and is listed as failing, with a reason.
    pub listed: usize,
    pub skipped: usize,
}

impl Count {
    /// What all of these came to.
    fn of<'a>(ran: impl IntoIterator<Item = &'a Ran>, expected: &Expected) -> Self {
        let mut count = Self::default();
        for ran in ran {
            let column = match ran.outcome {
                Outcome::Passed => &mut count.passed,
                Outcome::Skipped | Outcome::TooLarge(_) => &mut count.skipped,
                Outcome::Failed(_) if expected.fails(&ran.program) => &mut count.listed,
                Outcome::Failed(_) | Outcome::Gone(_) | Outcome::OutOfMemory => &mut count.failed,
            };
            *column += 1;
        }
        count
    }
}

impl Report<'_> {
    /// Everything together.
    pub fn total(&self) -> Count {
        let mut total = Count::of(self.ran, self.expected);
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
            .map(|(folder, ran)| (folder, Count::of(ran, self.expected)))
            .collect();
        for program in self.withheld {
            counts.entry(folder(program)).or_default().skipped += 1;
        }
        counts
    }

    fn reasons(&self) -> BTreeMap<String, Vec<&str>> {
        let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for ran in self.ran {
            let reason = match ran.outcome {
                Outcome::TooLarge(size) => size.to_string(),
                Outcome::Skipped => self.reason(&ran.program),
                Outcome::Failed(_) if self.expected.fails(&ran.program) => {
                    format!("fails: {}", self.reason(&ran.program))
                }
                _ => continue,
            };
            reasons.entry(reason).or_default().push(&ran.program);
        }
        for program in self.withheld {
            let reason = self.reason(program);
            reasons.entry(reason).or_default().push(program);
        }
        reasons
    }

    fn reason(&self, program: &str) -> String {
        let listed = self.expected.reason(program);
        listed.unwrap_or("not listed").to_string()
    }
}

fn folder(program: &str) -> &str {
    program.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.title)?;
        let mut table = Markdown::new("folder | passed | failed | fails, as listed | skipped");
        let rows = self.folders();
        for (name, count) in rows.into_iter().chain([("all", self.total())]) {
            let counts = [count.passed, count.failed, count.listed, count.skipped];
            table.row(
                [name.into()]
                    .into_iter()
                    .chain(counts.map(|count| count.to_string())),
            );
        }
        writeln!(f, "{table}")?;
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
