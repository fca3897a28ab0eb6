//! The errors of manifests, traced through all the manifests that included the one at fault.

use std::path::Path;

use super::places::Places;
use super::wire::Raised;
use crate::error::{Error, Problem};
use crate::fs;

/// The help text for a file that isn't there.
const NO_FILE: &str = "there is no such file; relative paths start at the manifest's folder";

/// The help text for a package that is wanted while no library is known.
pub(super) const WITHOUT_LIBRARY: &str = "no library is known: get micropython-lib, \
    `git clone https://github.com/micropython/micropython-lib`, and set MPY_LIB_DIR to its folder in the environment";

/// An exception that a manifest function raises.
#[derive(Debug, Clone)]
pub(super) struct Raise {
    pub(super) type_name: &'static str,
    pub(super) message: String,
    /// The help text: what the user can do about the error.
    pub(super) help: Option<String>,
    /// The failure of the manifest that the call included.
    pub(super) cause: Option<Box<Failure>>,
}

impl Raise {
    pub(super) fn new(type_name: &'static str, message: impl Into<String>) -> Self {
        Self {
            type_name,
            message: message.into(),
            help: None,
            cause: None,
        }
    }

    /// Adds the help text.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns the error for a file that isn't there.
    pub(super) fn no_file(path: &str) -> Self {
        Self::manifest(format!("Cannot stat {path}")).help(NO_FILE)
    }

    /// Returns an error of the manifest functions' own type.
    pub(super) fn manifest(message: impl Into<String>) -> Self {
        Self::new("ManifestFileError", message)
    }

    pub(super) fn type_error(message: impl Into<String>) -> Self {
        Self::new("TypeError", message)
    }

    pub(super) fn value_error(message: impl Into<String>) -> Self {
        Self::new("ValueError", message)
    }

    /// Returns the operating system's error for a path, in Python's words.
    pub(super) fn os_error(path: &str, error: &std::io::Error) -> Self {
        let text = error.to_string();
        let message = match error.raw_os_error() {
            Some(number) => {
                let text = text.split(" (os error").next().unwrap_or_default();
                format!("[Errno {number}] {text}: '{path}'")
            }
            None => format!("{text}: '{path}'"),
        };
        let raise = Self::new("OSError", message);
        if error.kind() == std::io::ErrorKind::NotFound {
            raise.help(NO_FILE)
        } else {
            raise
        }
    }
}

/// An exception that left a manifest.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) raised: Raised,
    /// The help text of the function that raised the exception.
    pub(super) help: Option<String>,
    /// The failure of an included manifest, if this exception only reports it.
    pub(super) cause: Option<Box<Failure>>,
}

/// The type of the exception that the VM raises when the budget of steps is used up.
const BUDGET: &str = "ManifestBudget";

impl Failure {
    /// Returns the error to show: the first failure, its place, and the inclusions that led there.
    ///
    /// `top` is the outermost manifest, if that is a file.
    pub(super) fn error(&self, top: Option<&str>, places: &Places) -> Error {
        let mut innermost = self;
        while let Some(cause) = &innermost.cause {
            innermost = cause;
        }
        let problem = self.problem(top);
        if let Some(name) = unset_variable(&innermost.raised.message, places) {
            return Error::Variable(name.to_string(), vec![problem.help(unset(name))]);
        }
        Error::Inputs(vec![match innermost.help() {
            Some(help) => problem.help(help),
            None => problem,
        }])
    }

    /// Returns the problem without its help text.
    fn problem(&self, top: Option<&str>) -> Problem {
        let mut chain = Vec::new();
        let mut innermost = self;
        while let Some(cause) = &innermost.cause {
            chain.extend(innermost.place());
            innermost = cause;
        }
        // An exception that passes unchanged through several manifests has places in each of them.
        let mut file = innermost.place().map(|(file, _)| file);
        for (outer, line) in innermost.raised.places.iter().skip(1) {
            if Some(outer.as_str()) != file {
                chain.insert(0, (outer, *line));
                file = Some(outer);
            }
        }
        let mut message = innermost.message();
        for (file, line) in chain.iter().rev() {
            message.push_str(&format!("\n  included by {file}:{line}"));
        }
        let mut problem = Problem::new(message);
        match innermost.place() {
            Some((file, line)) => {
                problem = problem.line(line, line_of(file, line));
                problem = problem.file(file);
            }
            None => {
                if let Some(top) = top {
                    problem = problem.file(top);
                }
            }
        }
        problem
    }

    fn place(&self) -> Option<(&str, u32)> {
        let (file, line) = self.raised.places.first()?;
        Some((file, *line))
    }

    fn message(&self) -> String {
        let Raised {
            type_name, message, ..
        } = &self.raised;
        match type_name.as_str() {
            "ManifestFileError" => message.clone(),
            BUDGET => "the manifest computes without end and was stopped".into(),
            _ if message.is_empty() => type_name.clone(),
            _ => format!("{type_name}: {message}"),
        }
    }

    fn help(&self) -> Option<String> {
        if self.help.is_some() {
            return self.help.clone();
        }
        let help = match self.raised.type_name.as_str() {
            BUDGET => {
                "a manifest lists files, which takes few steps: look for a loop that doesn't end"
            }
            "MemoryError" => "a manifest has 16 MiB, which is much for a list of files",
            "ImportError" => {
                "a manifest has no modules: it can do what the manifest functions do, and compute"
            }
            "NameError" if self.raised.message.contains("'c_module'") => {
                "C code joins the build in build.rs, with Build::c_file: leave it out of the manifest"
            }
            "NameError" => {
                "a manifest has Python's builtins, without files, and the functions metadata, include, \
                 require, add_library, package, module, freeze, freeze_as_str, freeze_as_mpy and freeze_mpy"
            }
            "SyntaxError" | "IndentationError" => {
                "a manifest is what MicroPython takes for Python; a bracket that isn't closed shows further down"
            }
            _ => return None,
        };
        Some(help.into())
    }
}

/// Returns the help text for a variable that isn't set.
fn unset(name: &str) -> String {
    if name == "MPY_LIB_DIR" {
        return WITHOUT_LIBRARY.into();
    }
    format!(
        "$({name}) isn't set: set MICROPY_MANIFEST_{name} in the environment, or call \
         Build::manifest_variable(\"{name}\", …) in build.rs"
    )
}

/// Finds the first `$(NAME)` in `text` whose variable isn't set, and returns the name.
fn unset_variable<'a>(text: &'a str, places: &Places) -> Option<&'a str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("$(") {
        let (name, after) = after.split_once(')')?;
        if places.variable(name).is_none() {
            return Some(name);
        }
        rest = after;
    }
    None
}

/// Returns a line of a manifest, or nothing if the manifest can't be read again.
fn line_of(file: &str, line: u32) -> Option<String> {
    let text = fs::read_to_string(Path::new(file)).ok()?;
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    text.lines().nth(index).map(String::from)
}
