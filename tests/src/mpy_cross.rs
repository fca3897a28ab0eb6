//! The compilers under test: this project's, and upstream's as upstream's own makefile builds it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use mpy_freeze::MpyCross;

use crate::{micropython, work_folder};

/// This project's mpy-cross.
pub fn ours() -> MpyCross {
    static BUILT: OnceLock<MpyCross> = OnceLock::new();
    let build = || {
        mpy_freeze::tools::mpy_cross_of(micropython(), work_folder().join("mpy-cross"))
            .unwrap_or_else(|error| panic!("{error}"))
    };
    BUILT.get_or_init(build).clone()
}

/// Upstream's mpy-cross, built outside of the tree and kept between runs.
pub fn upstreams() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let folder = work_folder().join("upstream-mpy-cross");
        let output = Command::new("make")
            .arg("-j2")
            .arg("-C")
            .arg(micropython().join("mpy-cross"))
            .arg(format!("BUILD={}", folder.display()))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .expect("make runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        folder.join("mpy-cross")
    };
    BUILT.get_or_init(build).clone()
}

/// Every Python file below the tree's `tests` folder, with its path below it.
pub fn sources() -> Vec<(String, PathBuf)> {
    let folder = micropython().join("tests");
    let pattern = format!("{}/**/*.py", folder.display());
    let files = glob::glob(&pattern)
        .expect("the pattern is valid")
        .flatten();
    let name = |file: &PathBuf| {
        let name = file.strip_prefix(&folder).expect("below the folder");
        name.display().to_string()
    };
    let named: Vec<_> = files.map(|file| (name(&file), file)).collect();
    assert!(named.len() > 1000, "only {} files", named.len());
    named
}

/// The program `mpy-freeze`, built as the running test was.
pub fn mpy_freeze() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let status = Command::new("cargo")
            .args([
                "build",
                "--quiet",
                "--package",
                "mpy-freeze",
                "--features",
                "program",
            ])
            .current_dir(crate::repository())
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the program doesn't build");
        // A test runs from the folder `deps` beside the programs.
        let test = std::env::current_exe().expect("a program has a file");
        let folder = test.ancestors().nth(2).expect("a folder above");
        folder.join("mpy-freeze")
    };
    BUILT.get_or_init(build).clone()
}
