//! The files that a build made.

use std::path::{Path, PathBuf};

use mpy_freeze_core::Version;

use super::inputs::Inputs;
use crate::context::Context;

/// The files that a build made.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Artifacts {
    /// The folder of all that was made, `OUT_DIR/mpy-freeze`.
    pub folder: PathBuf,
    /// `libmicropython.a`
    pub archive: PathBuf,
    /// The compiler for the host, of the same release.
    pub mpy_cross: PathBuf,
    /// The facts of the firmware that `freeze!` will read.
    pub context: Context,
    /// The MicroPython tree that was used.
    pub micropython: PathBuf,
    /// Its release.
    pub version: Version,
    /// The tree of mbedTLS that was used, if any.
    pub mbedtls: Option<PathBuf>,
    /// Headers of the user's that the library was compiled from: files outside of the MicroPython tree, of `folder`
    /// and of the system.
    pub headers: Vec<PathBuf>,
    /// Number of the library's files that were compiled or taken from the folder of objects; 0 where nothing changed.
    pub compiled: usize,
}

impl Artifacts {
    /// Gathers what the stages left.
    pub(crate) fn new(inputs: Inputs, archive: PathBuf, context: Context, compiled: usize) -> Self {
        Self {
            headers: users_headers(&inputs),
            micropython: inputs.source().root.clone(),
            version: inputs.source().version,
            folder: inputs.out,
            archive,
            mpy_cross: context.mpy_cross.clone(),
            context,
            mbedtls: inputs.mbedtls.map(|mbedtls| mbedtls.root),
            compiled,
        }
    }
}

/// Of all files that the build looked at, those that are neither in its trees and folders nor the system's.
fn users_headers(inputs: &Inputs) -> Vec<PathBuf> {
    let system = ["/usr", "/opt", "/Library", "/Applications"].map(Path::new);
    let mut known = vec![inputs.source().root.as_path(), inputs.out.as_path()];
    known.extend(inputs.mbedtls.iter().map(|mbedtls| mbedtls.root.as_path()));
    known.extend(inputs.workbench().store.root());
    known.extend(system);
    let mut headers: Vec<PathBuf> = inputs.workbench().freshness.seen().into_iter().collect();
    headers
        .retain(|path| path.is_absolute() && !known.iter().any(|folder| path.starts_with(folder)));
    headers
}
