//! What the tests that cross the crates share: MicroPython's tree, projects made for a test, the emulator,
//! and upstream's own tools as oracles.

#![allow(
    clippy::disallowed_methods,
    clippy::missing_panics_doc,
    reason = "tests read the environment, and end by panicking"
)]

pub mod compiler;
pub mod emulator;
pub mod host;
pub mod library;
pub mod mpy_cross;
pub mod oracle;
pub mod programs;
pub mod project;
pub mod session;
pub mod suite;

use std::path::{Path, PathBuf};

use mpy_freeze_core::Source;
use mpy_freeze_core::trees::{self, Project};

/// Returns the MicroPython tree under test, which is the one that a build takes.
fn source() -> Source {
    let variable = |name: &str| std::env::var_os(name);
    let named = Project::Micropython.named(variable);
    let named = named.as_ref().map(|(_, tree)| tree.as_path());
    Source::find(named, trees::cache(variable).as_deref()).unwrap_or_else(|error| panic!("{error}"))
}

/// The folder of the MicroPython tree under test.
pub fn micropython() -> PathBuf {
    source().root
}

/// The release of the tree under test, for example `1.26.1`.
pub fn version() -> String {
    source().version.to_string()
}

/// Whether expected results are to be written as they are now: `BLESS=1`.
pub fn blesses() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// The repository's top folder.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the repository")
}

/// A folder that the tests of one release share, kept between runs so that builds are incremental.
pub fn work_folder() -> PathBuf {
    repository().join("target").join("tests").join(version())
}
