//! Manifests: Python that lists what to freeze.
//!
//! A manifest runs in a VM of its own, a program that was built from the firmware's MicroPython source without
//! files, modules or anything else that reaches the machine. Each manifest function is a request to this process, which
//! does all the work on files, so a manifest that goes wrong harms that VM only. The VM counts the steps of a manifest,
//! and so stops an endless one at the same place on every machine.

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
    /// The path of the file.
    pub source: PathBuf,
    /// The target path: the file's name in the firmware, for example `app/util.py`.
    pub target: String,
    /// The kind of file, which decides how it is frozen.
    pub kind: Kind,
    /// The compiler's optimisation level, where the manifest sets it.
    pub opt: Option<u8>,
    /// The version of the package that the file belongs to, as Python source. Compiled modules that don't set
    /// `__version__` themselves get it.
    pub version: Option<String>,
}

/// The result of running manifests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing {
    /// The files to freeze, in the order in which the manifests list them.
    pub entries: Vec<Entry>,
    /// The manifests that were read, in order.
    pub manifests: Vec<PathBuf>,
    /// The folders that the manifests searched for files.
    pub folders: Vec<PathBuf>,
}

/// Runs manifests for the firmware that `context` describes, and returns the files that they list.
///
/// Each of `manifests` is the path of a manifest, which ends in `.py`, or the source of one. Relative paths start
/// at `folder`. A manifest is included once, however often the manifests name it.
///
/// # Errors
///
/// [`Error::Inputs`] with the place of the failure and the manifests that led there. Also [`Error::Inputs`] if the
/// build script found no manifest, since it then hasn't built the VM.
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
