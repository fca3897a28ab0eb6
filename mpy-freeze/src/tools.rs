//! MicroPython's tools for this computer, made from the tree that a build script would take.

use std::path::{Path, PathBuf};

use mpy_freeze_core::qstr::FixedQstrs;

use crate::cargo::Environment;
use crate::error::Result;
use crate::port;
use crate::{Dump, MpyCross};

/// Builds MicroPython's compiler below `folder`, unless it is there and up to date, from the tree that
/// [`Build`](crate::Build) would take: `MPY_DIR`, `MICROPYTHON_DIR`, or the newest release in the user's cache.
///
/// The build takes a C compiler for this machine and nothing of Cargo's environment.
///
/// ```no_run
/// # fn main() -> Result<(), mpy_freeze::Error> {
/// let mut mpy_cross = mpy_freeze::tools::mpy_cross("target/mpy-cross")?;
/// mpy_cross.arch(mpy_freeze::Arch::Armv7m).source_name("blink.py");
/// let mpy: Vec<u8> = mpy_cross.compile(b"print('hello')\n")?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Source`](crate::Error::Source) where there is no tree, and the errors of the stages that build a program.
pub fn mpy_cross(folder: impl AsRef<Path>) -> Result<MpyCross> {
    build(None, folder.as_ref())
}

/// Builds MicroPython's compiler like [`mpy_cross`], from a tree that the caller names.
///
/// # Errors
///
/// The errors of [`mpy_cross`].
pub fn mpy_cross_of(tree: impl AsRef<Path>, folder: impl AsRef<Path>) -> Result<MpyCross> {
    build(Some(tree.as_ref()), folder.as_ref())
}

fn build(tree: Option<&Path>, folder: &Path) -> Result<MpyCross> {
    let job = Environment::read().host_job(tree, folder);
    port::build_mpy_cross(&job).map(MpyCross::at)
}

/// Returns the folder in the user's cache where the program `mpy-freeze` keeps the compiler of the tree that
/// [`mpy_cross`] would take. Each tree has a folder of its own.
///
/// # Errors
///
/// [`Error::Source`](crate::Error::Source) where there is no tree, [`Error::Config`](crate::Error::Config) where there is
/// no cache.
pub fn mpy_cross_folder() -> Result<PathBuf> {
    Environment::read().tool_folder()
}

/// Returns a dump that knows the numbered names of the tree that [`Build`](crate::Build) would take.
///
/// A `.mpy` file names some qstrs by a number that is the same in every firmware. Where there is no tree, the dump shows
/// the numbers.
pub fn dump() -> Dump {
    let source = Environment::read().source();
    let names = source.and_then(|source| FixedQstrs::read(&source));
    Dump::with_static_qstrs(names.map(|names| names.in_order).unwrap_or_default())
}
