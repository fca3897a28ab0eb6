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

/// The MicroPython tree under test: `MPY_DIR`, or the newest in the cache.
pub fn micropython() -> PathBuf {
    if let Some(tree) = std::env::var_os("MPY_DIR") {
        return tree.into();
    }
    let home = PathBuf::from(std::env::var_os("HOME").expect("HOME is set"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), Into::into);
    let pattern = format!("{}/mpy-freeze/micropython-*", cache.display());
    let trees = glob::glob(&pattern)
        .expect("the pattern is valid")
        .flatten();
    trees
        .filter(|tree| tree.join("py").is_dir())
        .max()
        .expect("`cargo xtask setup` has put a MicroPython tree into the cache")
}

/// The release of the tree under test, for example `1.26.1`.
pub fn version() -> String {
    let header = std::fs::read_to_string(micropython().join("py/mpconfig.h")).expect("a tree");
    let part = |name: &str| {
        let define = format!("#define MICROPY_VERSION_{name} ");
        let line = header.lines().find_map(|line| line.strip_prefix(&define));
        line.expect("a version").trim().to_string()
    };
    format!("{}.{}.{}", part("MAJOR"), part("MINOR"), part("MICRO"))
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
