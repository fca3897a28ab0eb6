//! The one error type: a variant a stage, each with every problem that the stage found.

use std::fmt;
use std::path::{Path, PathBuf};

/// The result of the library's fallible functions.
pub type Result<T> = std::result::Result<T, Error>;

/// A stage that failed, with everything that is wrong with its input.
///
/// A stage looks at all of its input before it gives up, so one run of a build names every bad file.
/// `Display` prints each problem with its place, the source text where there is one, and the help text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder couldn't be read or written.
    Io(Vec<Problem>),
    /// The MicroPython source tree is missing, isn't one, or is of an unsupported release.
    Source(Vec<Problem>),
    /// The configuration contradicts itself or what freezing needs.
    Config(Vec<Problem>),
    /// No compiler, archiver or libclang for the target, or a target that the project doesn't know.
    Toolchain(Vec<Problem>),
    /// The C preprocessor rejected a source file.
    Preprocess(Vec<Problem>),
    /// Qstrs, modules, root pointers or error texts that can't be collected into headers.
    Collect(Vec<Problem>),
    /// The C compiler rejected a source file.
    Objects(Vec<Problem>),
    /// The archiver or the host linker failed.
    Archive(Vec<Problem>),
    /// bindgen couldn't read MicroPython's headers.
    Bindings(Vec<Problem>),
    /// The context that `Build` leaves for `freeze!` is missing or was written by another version.
    Context(Vec<Problem>),
    /// The inputs of `freeze!` are missing, empty, unreadable or contradictory.
    Inputs(Vec<Problem>),
    /// A manifest needs a variable that isn't set: its name in `$(NAME)`, and what went wrong without it.
    Variable(String, Vec<Problem>),
    /// Python sources that MicroPython's compiler rejects.
    Compile(Vec<Problem>),
    /// A `.mpy` file that is damaged or doesn't fit the firmware.
    Mpy(Vec<Problem>),
    /// Frozen content that the firmware's configuration can't hold.
    Link(Vec<Problem>),
}

impl Error {
    /// Returns every problem that the stage found. There is at least one.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Io(problems)
            | Self::Source(problems)
            | Self::Config(problems)
            | Self::Toolchain(problems)
            | Self::Preprocess(problems)
            | Self::Collect(problems)
            | Self::Objects(problems)
            | Self::Archive(problems)
            | Self::Bindings(problems)
            | Self::Context(problems)
            | Self::Inputs(problems)
            | Self::Variable(_, problems)
            | Self::Compile(problems)
            | Self::Mpy(problems)
            | Self::Link(problems) => problems,
        }
    }

    /// Returns an [`Error::Io`] that names the attempted action and the path.
    pub fn io(action: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::Io(vec![
            Problem::new(format!("can't {action}: {error}")).file(path),
        ])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems().iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A single thing that is wrong, with its place and a help text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The message, without the place.
    pub message: String,
    /// The file that has the problem.
    pub file: Option<PathBuf>,
    /// The line in that file, from 1.
    pub line: Option<u32>,
    /// The byte offset in that file, from 0, where the file is binary.
    pub offset: Option<usize>,
    /// The text of the line.
    pub text: Option<String>,
    /// The help text: what the user can do about the problem.
    pub help: Option<String>,
}

impl Problem {
    /// Creates a problem with no place yet.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// Adds the file.
    pub fn file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Adds the line and its text.
    pub fn line(mut self, line: u32, text: Option<String>) -> Self {
        self.line = Some(line);
        self.text = text;
        self
    }

    /// Adds the byte offset.
    pub fn offset(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Adds the help text.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
            }
            if let Some(offset) = self.offset {
                write!(f, " at byte {offset}:")?;
            }
            write!(f, " ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(text) = &self.text {
            let line = self.line.unwrap_or_default();
            write!(f, "\n  {line} | {}", text.trim_end())?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_place_text_and_cure() {
        let problem = Problem::new("SyntaxError: invalid syntax")
            .file("app/main.py")
            .line(3, Some("def f(:\n".into()))
            .help("mend it");
        assert_eq!(
            problem.to_string(),
            "app/main.py:3: SyntaxError: invalid syntax\n  3 | def f(:\n  help: mend it"
        );
    }

    #[test]
    fn an_offset_stands_for_the_line_in_binary_files() {
        let problem = Problem::new("bad magic").file("x.mpy").offset(0);
        assert_eq!(problem.to_string(), "x.mpy: at byte 0: bad magic");
    }
}
