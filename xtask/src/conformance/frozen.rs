//! The suite frozen: every program becomes a module in ROM, and what the board is given over its REPL is one line that
//! imports it as the main module.
//!
//! `run-tests.py` then compares with what the original has to print, which lies beside that line: its `.exp` file, or
//! what CPython prints.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::boards::Board;
use crate::shell;

/// The manifest for what programs of the suite import: modules of this repository, and those that upstream's port for QEMU
/// freezes.
pub fn helpers(tests: &Path, board: &Board, modules: &Path) -> String {
    let upstream = tests.with_file_name("ports").join("qemu/test-frzmpy");
    let mut scripts = [
        "frozen_const.py",
        "frozen_viper.py",
        "native_frozen_align.py",
    ]
    .map(String::from)
    .to_vec();
    // Its assembler is for the larger cores.
    if board.target != "thumbv6m-none-eabi" {
        scripts.extend(
            board
                .inline_assembler()
                .map(|name| format!("frozen_asm_{name}.py")),
        );
    }
    freeze(modules, None) + &freeze(&upstream, Some(&scripts))
}

/// The manifest that freezes these programs of the folder `tests`.
pub fn manifest(tests: &Path, programs: &[String]) -> String {
    freeze(tests, Some(programs))
}

fn freeze(folder: &Path, scripts: Option<&[String]>) -> String {
    let scripts = scripts.map_or_else(String::new, |scripts| format!(", {scripts:?}"));
    format!("freeze({:?}{scripts})\n", folder.display().to_string())
}

/// Writes the line for each program below `folder`, and what the program has to print.
///
/// # Errors
///
/// When a file can't be written or CPython can't be started.
pub fn write_stand_ins(tests: &Path, programs: &[String], folder: &Path) -> Result<()> {
    for program in programs {
        let original = tests.join(program);
        let stand_in = folder.join(program);
        if let Some(parent) = stand_in.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("can't make {}", parent.display()))?;
        }
        write(&stand_in, line(program).as_bytes())?;
        let expected = beside(&stand_in);
        if !expected.exists()
            && let Some(text) = expectation(&original)?
        {
            write(&expected, &text)?;
        }
    }
    Ok(())
}

/// `__import__` with `False` in its last place is how MicroPython's own command line imports a main module.
fn line(program: &str) -> String {
    let module = program.trim_end_matches(".py").replace('/', ".");
    format!("__import__({module:?}, None, None, False)\n")
}

/// What a program has to print; nothing where CPython doesn't run it, as with those that judge themselves.
fn expectation(program: &Path) -> Result<Option<Vec<u8>>> {
    if let Ok(text) = std::fs::read(beside(program)) {
        return Ok(Some(text));
    }
    let folder = program.parent().unwrap_or(Path::new("."));
    let mut python = shell::command("python3", ["-BS"]);
    let output = python
        .arg(program)
        .current_dir(folder)
        .output()
        .context("can't start python3")?;
    Ok(output.status.success().then_some(output.stdout))
}

fn beside(program: &Path) -> PathBuf {
    program.with_extension("py.exp")
}

fn write(file: &Path, text: &[u8]) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("can't write {}", file.display()))
}
