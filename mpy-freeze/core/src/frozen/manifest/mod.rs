//! Manifests: Python that lists what to freeze.
//!
//! A manifest runs in a VM of its own, a program that was built from the firmware's MicroPython source without
//! files, modules or anything else that reaches the machine. Each manifest function is a question to this
//! process, which does all that has to do with files; what can go wrong in a manifest stays in that VM. How much
//! a manifest may compute is counted in steps, and so is the same on every machine.

mod failure;
mod functions;
mod inclusion;
mod libraries;
mod listed;
mod metadata;
mod name;
mod paths;
mod places;
mod session;
mod signature;
mod walk;
mod wire;

use std::path::{Path, PathBuf};

use crate::Context;
use crate::error::{Error, Problem, Result};
use crate::fs;

pub use super::kind::Kind;
use functions::Manifests;
pub(crate) use name::{has_python_name, is_manifest};

/// A file that a manifest lists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Where it lies.
    pub source: PathBuf,
    /// The name that it has in the firmware, for example `app/util.py`.
    pub target: String,
    /// What becomes of it.
    pub kind: Kind,
    /// The compiler's optimisation level, where the manifest sets it.
    pub opt: Option<u8>,
    /// The version of the package that it belongs to, as Python source: compiled modules that don't set
    /// `__version__` themselves get it.
    pub version: Option<String>,
}

/// What manifests came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing {
    /// The files to freeze, in the order in which the manifests list them.
    pub entries: Vec<Entry>,
    /// The manifests that were read, in order.
    pub manifests: Vec<PathBuf>,
    /// The folders whose files the manifests list all of.
    pub folders: Vec<PathBuf>,
}

/// Runs manifests for the firmware that `context` describes, and lists what they name.
///
/// Each of `manifests` is the path of a manifest, which ends in `.py`, or the source of one. Relative paths start
/// at `folder`. A manifest is included once, however often the manifests name it.
///
/// # Errors
///
/// [`Error::Inputs`] with the place of what went wrong and the manifests that led there, and where the build
/// script knows of no manifest and so didn't build what running one takes.
pub fn list(context: &Context, folder: &Path, manifests: &[String]) -> Result<Listing> {
    let Some(settings) = &context.manifests else {
        return Err(Error::Inputs(vec![
            Problem::new("the build script found no manifest in the crate's sources").help(
                "call Build::manifests(true) in build.rs: this freeze! is written by another macro, and \
                 what runs manifests is built only where it is needed",
            ),
        ]));
    };
    let start = fs::raw::canonicalize(folder).map_err(|error| Error::io("open", folder, &error))?;
    let start = paths::utf8(start).map_err(|raise| {
        let problem = Problem::new(raise.message);
        Error::Inputs(vec![match raise.help {
            Some(help) => problem.help(help),
            None => problem,
        }])
    })?;
    let mut state = Manifests::new(settings.variables.clone(), start);
    let mut session = session::Session::start(&settings.vm, &mut state)?;
    for manifest in manifests {
        if has_python_name(manifest) {
            session.file(manifest)?;
        } else {
            session.source(manifest)?;
        }
    }
    drop(session);
    Ok(state.listing())
}
