//! What went wrong in a manifest, through all the manifests that included it.

use std::path::Path;

use super::wire::Raised;
use crate::error::Problem;
use crate::fs;

/// An exception that a manifest function raises.
#[derive(Debug, Clone)]
pub(super) struct Raise {
    pub(super) type_name: &'static str,
    pub(super) message: String,
    /// What went wrong in the manifest that the call included.
    pub(super) cause: Option<Box<Failure>>,
}

impl Raise {
    pub(super) fn new(type_name: &'static str, message: impl Into<String>) -> Self {
        Self {
            type_name,
            message: message.into(),
            cause: None,
        }
    }

    /// The error of the manifest functions themselves.
    pub(super) fn manifest(message: impl Into<String>) -> Self {
        Self::new("ManifestFileError", message)
    }

    pub(super) fn type_error(message: impl Into<String>) -> Self {
        Self::new("TypeError", message)
    }

    pub(super) fn value_error(message: impl Into<String>) -> Self {
        Self::new("ValueError", message)
    }

    /// What the operating system says of a path, in Python's words.
    pub(super) fn os_error(path: &str, error: &std::io::Error) -> Self {
        let text = error.to_string();
        let message = match error.raw_os_error() {
            Some(number) => {
                let text = text.split(" (os error").next().unwrap_or_default();
                format!("[Errno {number}] {text}: '{path}'")
            }
            None => format!("{text}: '{path}'"),
        };
        Self::new("OSError", message)
    }
}

/// An exception that left a manifest.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) raised: Raised,
    /// Where the exception is the report of one in an included manifest: that one.
    pub(super) cause: Option<Box<Failure>>,
}

/// The type of the exception at the end of the budget.
const BUDGET: &str = "ManifestBudget";

impl Failure {
    /// The problem to show: what happened first, where, and how the manifests came there.
    ///
    /// `top` is the manifest that was started with, and `variables` are the names that paths could have had.
    pub(super) fn problem(&self, top: Option<&str>, variables: &[(String, String)]) -> Problem {
        let mut chain = Vec::new();
        let mut innermost = self;
        while let Some(cause) = &innermost.cause {
            chain.extend(innermost.place());
            innermost = cause;
        }
        // An exception that no manifest turns into another leaves its marks in each.
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
        match innermost.help(variables) {
            Some(help) => problem.help(help),
            None => problem,
        }
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

    fn help(&self, variables: &[(String, String)]) -> Option<String> {
        let message = &self.raised.message;
        if let Some(name) = unset_variable(message, variables) {
            return Some(match name {
                "MPY_LIB_DIR" => without_library(),
                name => format!(
                    "$({name}) isn't set: set MICROPY_MANIFEST_{name} in the environment, or call \
                     Build::manifest_variable(\"{name}\", …) in build.rs"
                ),
            });
        }
        if message.starts_with("Package '") {
            let known = variables.iter().any(|(name, _)| name == "MPY_LIB_DIR");
            if message.ends_with("not found in any known library.") && !known {
                return Some(without_library());
            }
            return Some(
                "a package is a folder of this name with a manifest.py, at any depth of a library"
                    .into(),
            );
        }
        Some(match self.raised.type_name.as_str() {
            BUDGET => "a manifest lists files, which takes few steps: look for a loop that doesn't end".into(),
            "MemoryError" => "a manifest has 16 MiB, which is much for a list of files".into(),
            "ImportError" => "a manifest has no modules: it can do what the manifest functions do, and compute".into(),
            "NameError" => "a manifest has Python's builtins, without files, and the functions metadata, include, \
                 require, add_library, package, module, freeze, freeze_as_str, freeze_as_mpy and freeze_mpy"
                .into(),
            _ if message.starts_with("a cycle of inclusions: ") => {
                "remove one of these inclusions; what two manifests share can be a third that both include".into()
            }
            _ if message.starts_with("Cannot stat ") => {
                "there is no such file; relative paths start at the manifest's folder".into()
            }
            _ => return None,
        })
    }
}

fn without_library() -> String {
    "no library is known: get micropython-lib, `git clone https://github.com/micropython/micropython-lib`, and \
     set MPY_LIB_DIR to its folder in the environment"
        .into()
}

/// The name in a `$(NAME)` that is still there because it has no value.
fn unset_variable<'a>(text: &'a str, variables: &[(String, String)]) -> Option<&'a str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("$(") {
        let (name, after) = after.split_once(')')?;
        if !variables.iter().any(|(known, _)| known == name) {
            return Some(name);
        }
        rest = after;
    }
    None
}

/// A line of a manifest; a manifest that can't be read again is shown without.
fn line_of(file: &str, line: u32) -> Option<String> {
    let text = fs::read_to_string(Path::new(file)).ok()?;
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    text.lines().nth(index).map(String::from)
}
