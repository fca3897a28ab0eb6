//! This machine: its environment, programs and folders. Nothing else of xtask reads the environment.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Result;

use crate::shell;

/// A variable of the environment that is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of xtask that reads the environment"
)]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The repository's folder.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Tells whether a person sits in front: only then may a question be asked.
pub fn interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The cargo that runs this program, so that everything is built by one toolchain.
pub fn cargo() -> PathBuf {
    variable("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// The file of a program on the search path.
pub fn which(program: &str) -> Option<PathBuf> {
    which::which(program).ok()
}

/// The folder of the user's cache that holds source trees.
pub fn cache() -> Result<PathBuf> {
    mpy_freeze::program::cache()
}

/// The folder of the Rust toolchain that runs this program.
pub fn sysroot() -> Result<&'static Path> {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return Ok(found);
    }
    let printed = shell::capture(&mut shell::command("rustc", ["--print", "sysroot"]))?;
    Ok(FOUND.get_or_init(|| PathBuf::from(printed.trim())))
}

/// The names in a folder, sorted; none where it can't be read.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    found.sort();
    found
}

/// Tells whether a path ends in this extension.
pub fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension() == Some(OsStr::new(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sysroot_has_the_libraries_of_this_host() {
        assert!(sysroot().unwrap().join("lib/rustlib").is_dir());
    }
}
