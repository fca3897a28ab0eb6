//! Upstream's own tools and CPython, which say what is right.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs CPython and returns what it printed.
pub fn python(folder: &Path, args: &[&str]) -> Output {
    Command::new("python3")
        .args(args)
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .expect("python3 runs")
}

/// Runs one of the tree's scripts, which has to succeed, and returns its standard output.
pub fn script(folder: &Path, script: &Path, args: &[&str]) -> String {
    let script = script.display().to_string();
    let mut all = vec![script.as_str()];
    all.extend(args);
    let output = python(folder, &all);
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the script writes UTF-8")
}

/// Every `.py` file below a folder, in the order of their paths.
pub fn python_files(folder: &Path) -> Vec<PathBuf> {
    let pattern = format!("{}/**/*.py", folder.display());
    let files = glob::glob(&pattern).expect("the pattern is valid");
    files.flatten().filter(|path| path.is_file()).collect()
}
