//! What became of a program of the suite.

use std::fmt;

/// A program and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Its file, from the folder `tests` on.
    pub program: String,
    pub outcome: Outcome,
}

/// As `run-tests.py` tells it, and what more memory then showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// It printed something else than it should: what its tests came to, where it counts them, or the last line.
    Failed(String),
    /// It took the board down, or hung it; the last that was said.
    Gone(String),
    /// It said itself that it can't run here, or `run-tests.py` did.
    Skipped,
    /// A `MemoryError` ended it, while it was compiled or later.
    OutOfMemory,
    /// It ran out of the board's memory, and passes with more.
    TooLarge(Size),
}

/// How large a heap a program takes, in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    pub too_little: usize,
    pub enough: usize,
}

/// What the words for a size begin with.
pub const TOO_LARGE: &str = "too large: ";

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { too_little, enough } = self;
        write!(
            f,
            "{TOO_LARGE}a heap of {too_little} KiB is too little, {enough} KiB are enough"
        )
    }
}

impl Ran {
    /// Reads a line that `run-tests.py` prints about a program: a word of four letters, two blanks, the file.
    pub fn read(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once("  ")?;
        let (program, note) = rest.split_once(' ').unwrap_or((rest, ""));
        let outcome = match word {
            // A program without a single test in it has shown nothing.
            "pass" if note.starts_with("(unittest: 0 ran") => Outcome::Failed(note.trim().into()),
            "pass" => Outcome::Passed,
            "FAIL" => Outcome::Failed(note.trim().to_string()),
            "skip" => Outcome::Skipped,
            "lrge" => Outcome::OutOfMemory,
            _ => return None,
        };
        program.ends_with(".py").then(|| Self {
            program: program.to_string(),
            outcome,
        })
    }
}

/// What became of a program that failed and has printed this. One that an exception ended has a word of `run-tests.py`
/// behind it.
pub fn failed(outcome: &Outcome, output: &str) -> Outcome {
    let raised = output.strip_suffix("CRASH");
    let last = raised.unwrap_or(output).lines().next_back();
    match outcome {
        _ if raised.is_some() && last.is_some_and(|last| last.starts_with("MemoryError:")) => {
            Outcome::OutOfMemory
        }
        Outcome::Failed(note) if note.is_empty() => {
            Outcome::Failed(last.unwrap_or_default().trim_end().into())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_error_counts_where_it_ends_the_program() {
        let failed = |output| failed(&Outcome::Failed(String::new()), output);
        let with = |last: &str| Outcome::Failed(last.into());
        let ended = "1\nTraceback (most recent call last):\n  File \"<stdin>\", line 2, in <module>\n\
                     MemoryError: memory allocation failed, allocating 8192 bytes\nCRASH";
        assert_eq!(failed(ended), Outcome::OutOfMemory);
        assert_eq!(failed("MemoryError: \nCRASH"), Outcome::OutOfMemory);
        assert_eq!(failed("MemoryError: caught\n"), with("MemoryError: caught"));
        assert_eq!(
            failed("MemoryError: caught\nTypeError: uncaught\nCRASH"),
            with("TypeError: uncaught")
        );
        assert_eq!(failed("ImportError: \nCRASH"), with("ImportError:"));
        assert_eq!(failed("CRASH"), with(""));
    }

    #[test]
    fn what_a_program_counts_says_more_than_its_last_line() {
        let counted = Outcome::Failed("(unittest: 2 ran, 1 failures, 0 errors)".into());
        assert_eq!(failed(&counted, "FAILED\n"), counted);
    }

    #[test]
    fn lines_of_run_tests() {
        let read = |line| Ran::read(line).map(|ran| (ran.program, ran.outcome));
        let int = "basics/int1.py".to_string();
        assert_eq!(
            read("pass  basics/int1.py "),
            Some((int.clone(), Outcome::Passed))
        );
        assert!(matches!(
            read("pass  basics/int1.py (unittest: 0 ran)"),
            Some((_, Outcome::Failed(_)))
        ));
        assert_eq!(
            read("FAIL  basics/int1.py (unittest: 2 ran, 1 failures, 0 errors)"),
            Some((
                int.clone(),
                Outcome::Failed("(unittest: 2 ran, 1 failures, 0 errors)".into())
            ))
        );
        assert_eq!(
            read("skip  basics/int1.py"),
            Some((int.clone(), Outcome::Skipped))
        );
        assert_eq!(
            read("lrge  basics/int1.py"),
            Some((int, Outcome::OutOfMemory))
        );
        assert_eq!(read("platform=qemu arch=armv7em inlineasm=thumb"), None);
        assert_eq!(
            read("782 tests performed (23630 individual testcases)"),
            None
        );
    }
}
