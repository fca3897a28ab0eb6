//! Makes the fuzzer's corpus from real files: what mpy-cross makes of MicroPython's own tests.
//!
//! `corpus TREE FOLDER` compiles every Python file below the tree's `tests` for an architecture that takes
//! turns, so that each kind of code is there, and writes those that are small enough to be mutated well.

use std::path::Path;
use std::process::ExitCode;

use mpy_freeze::Arch;

/// Larger files make the fuzzer slow and add nothing.
const LARGEST: usize = 4096;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [tree, folder] = words.as_slice() else {
        eprintln!("usage: corpus TREE FOLDER");
        return ExitCode::FAILURE;
    };
    match make(Path::new(tree), Path::new(folder)) {
        Ok(count) => {
            println!("{count} files in {folder}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(tree: &Path, folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let mpy_cross = mpy_freeze::tools::mpy_cross_of(tree, folder.with_extension("mpy-cross"))?;
    std::fs::create_dir_all(folder)?;
    let pattern = format!("{}/tests/**/*.py", tree.display());
    let mut count = 0;
    for (index, file) in glob::glob(&pattern)?.enumerate() {
        let mut mpy_cross = mpy_cross.clone();
        if let Some(arch) = Arch::ALL.get(index % Arch::ALL.len()) {
            mpy_cross.arch(*arch);
        }
        // What this compiler rejects has no file; that is what some of the tests are for.
        let Ok(mpy) = mpy_cross.source_name("a.py").compile_file(file?) else {
            continue;
        };
        if mpy.len() <= LARGEST {
            std::fs::write(folder.join(format!("{index:04}.mpy")), mpy)?;
            count += 1;
        }
    }
    Ok(count)
}
