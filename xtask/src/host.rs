//! What this machine is: its environment, programs and folders. Nothing else of xtask reads the environment.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

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

/// Whether a person sits in front: only then may a question be asked.
pub fn interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The cargo that runs this program, so that everything is built by one toolchain.
pub fn cargo() -> PathBuf {
    variable("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// The file of a program on the search path.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = variable("PATH")?;
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    find_program(std::env::split_paths(&path), &name)
}

fn find_program(mut folders: impl Iterator<Item = PathBuf>, name: &str) -> Option<PathBuf> {
    folders.find_map(|folder| {
        let file = folder.join(name);
        is_program(&file).then_some(file)
    })
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// The folder under the user's cache that holds source trees.
///
/// # Errors
///
/// Says which variable is missing where the machine has no such folder.
pub fn cache() -> Result<PathBuf> {
    let parent = if cfg!(windows) {
        variable("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Caches"))
    } else {
        // The base directory specification tells programs to ignore a relative path here.
        variable("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| home().map(|home| home.join(".cache")))
    };
    let parent = parent.context(if cfg!(windows) {
        "no folder for the cache: LOCALAPPDATA is not set"
    } else {
        "no folder for the cache: HOME is not set"
    })?;
    Ok(parent.join("mpy-freeze"))
}

fn home() -> Option<PathBuf> {
    variable("HOME").map(PathBuf::from)
}

/// The source tree that one of these variables names.
pub fn named_tree(variables: &[&'static str]) -> Option<(&'static str, PathBuf)> {
    let mut variables = variables.iter();
    variables.find_map(|name| variable(name).map(|dir| (*name, PathBuf::from(dir))))
}

/// The folder of the Rust toolchain that runs this program.
///
/// # Errors
///
/// When neither cargo's place nor rustc tells it.
pub fn sysroot() -> Result<PathBuf> {
    // Cargo's own file lies in the toolchain. Asking rustc instead costs a process, and rustup's stand-in another.
    let beside = cargo().canonicalize().ok().and_then(|cargo| {
        let root = cargo.parent()?.parent()?.to_path_buf();
        root.join("lib/rustlib").is_dir().then_some(root)
    });
    match beside {
        Some(root) => Ok(root),
        None => {
            let printed =
                crate::shell::capture(&mut crate::shell::command("rustc", ["--print", "sysroot"]))?;
            Ok(PathBuf::from(printed.trim()))
        }
    }
}

/// The names in a folder, sorted; none where it can't be read.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    found.sort();
    found
}

/// Whether a path ends in this extension.
pub fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension() == Some(OsStr::new(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_programs_and_nothing_else() {
        assert!(which("cargo").is_some() || cargo().is_absolute());
        assert!(which("no-such-program-of-mpy-freeze").is_none());
        let folders = [root().to_path_buf()].into_iter();
        assert!(find_program(folders, "Cargo.toml").is_none() || cfg!(windows));
    }

    #[test]
    fn sysroot_has_the_libraries_of_this_host() {
        assert!(sysroot().unwrap().join("lib/rustlib").is_dir());
    }
}
