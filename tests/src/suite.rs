//! Programs of upstream's own suite with what they are to print.

use std::path::{Path, PathBuf};

use crate::{micropython, oracle};

/// A program of the suite.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its file name without extension, which is the name of the frozen module too.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it has to print: its `.exp` file where it has one, else what CPython prints.
    pub expected: String,
}

impl Program {
    /// Whether the program printed what it should. As in upstream's `run-tests.py`, a line of eight `#` in the
    /// expectation stands for any number of lines.
    pub fn accepts(&self, printed: &str) -> bool {
        let mut parts = self.expected.split("########\n");
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = printed.strip_prefix(first) else {
            return false;
        };
        let mut open = false;
        for part in parts {
            let Some(at) = rest.find(part) else {
                return false;
            };
            rest = &rest[at + part.len()..];
            open = part.is_empty();
        }
        open || rest.is_empty()
    }
}

/// The programs of `tests/basics` that say what they print and that don't depend on being the main module.
///
/// The rule, and not a list: every file of the folder, without those that look at `__main__` or `__name__` of
/// their own module (they are imported here), those that read standard input, and those for which there is
/// neither an `.exp` file nor a CPython that accepts them.
pub fn basics() -> Vec<Program> {
    let folder = micropython().join("tests").join("basics");
    let pattern = format!("{}/*.py", folder.display());
    let files: Vec<PathBuf> = glob::glob(&pattern)
        .expect("the pattern is valid")
        .flatten()
        .collect();
    let half = files.len() / 2;
    let (first, second) = files.split_at(half);
    // CPython starts once a program, so both cores of a small machine are worth having.
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            second
                .iter()
                .filter_map(|file| program(file))
                .collect::<Vec<_>>()
        });
        let mut programs: Vec<_> = first.iter().filter_map(|file| program(file)).collect();
        programs.extend(other.join().expect("the thread ends"));
        programs
    })
}

/// One program, if it can be run as a module and there is something to compare it with.
pub fn program(path: &Path) -> Option<Program> {
    let text = std::fs::read_to_string(path).ok()?;
    let main = ["__main__", "__name__", "__file__", "input(", "sys.stdin"];
    if main.iter().any(|word| text.contains(word)) {
        return None;
    }
    let expectation = path.with_extension("py.exp");
    let expected = if expectation.exists() {
        std::fs::read_to_string(expectation).ok()?
    } else {
        let output = oracle::python(path.parent()?, &[path.to_str()?]);
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())?
    };
    Some(Program {
        name: path.file_stem()?.to_str()?.to_string(),
        path: path.to_owned(),
        expected: expected.replace("\r\n", "\n"),
    })
}
