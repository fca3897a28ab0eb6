//! Which programs of upstream's suite a board is given.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::host;

/// The folders that upstream's `run-tests.py` runs on a board by itself, and two more whose programs need nothing that a
/// board hasn't: `stress` and `unicode`.
const FOLDERS: [&str; 8] = [
    "basics",
    "extmod",
    "float",
    "micropython",
    "misc",
    "ports/qemu",
    "stress",
    "unicode",
];

/// The programs for a board whose instruction set has this name below `inlineasm`, if any, in the order of their names.
///
/// # Errors
///
/// When a folder has none.
pub fn programs(tests: &Path, inline_assembler: Option<&str>) -> Result<Vec<String>> {
    let folders = FOLDERS
        .iter()
        .map(|folder| (*folder).to_string())
        .chain(inline_assembler.map(|name| format!("inlineasm/{name}")));
    let mut programs = Vec::new();
    for folder in folders {
        let before = programs.len();
        programs.extend(
            host::entries(&tests.join(&folder))
                .iter()
                .filter(|file| host::has_extension(file, "py"))
                .filter_map(|file| file.file_name()?.to_str())
                .map(|name| format!("{folder}/{name}")),
        );
        ensure!(
            programs.len() > before,
            "{} has no programs to run",
            tests.join(&folder).display()
        );
    }
    programs.sort();
    Ok(programs)
}

/// Every `nth` of the programs, for a board that is looked at in passing.
pub fn sample(programs: &[String], nth: usize) -> Vec<String> {
    programs.iter().step_by(nth).cloned().collect()
}
