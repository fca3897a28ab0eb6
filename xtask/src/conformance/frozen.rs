//! The suite frozen: every program becomes a module in ROM, and what the board is given over its REPL is one line that
//! imports it as the main module.
//!
//! `run-tests.py` then compares with what the original has to print, which lies beside that line: its `.exp` file, or
//! what CPython prints.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::boards::Board;
use crate::{host, shell};

/// The manifest for what programs of the suite import: modules of this repository, and those that upstream's port for QEMU
/// freezes.
pub fn helpers(tests: &Path, board: &Board, modules: &Path) -> String {
    let upstream = tests.with_file_name("ports").join("qemu/test-frzmpy");
    let mut scripts = vec!["frozen_const.py".to_string()];
    // A board with as little memory as the micro:bit has no native code, and ARMv6-M not the assembler's instructions.
    if board.small_ram.is_none() {
        scripts.extend(["frozen_viper.py", "native_frozen_align.py"].map(String::from));
        if board.target != "thumbv6m-none-eabi" {
            scripts.extend(
                board
                    .inline_assembler()
                    .map(|name| format!("frozen_asm_{name}.py")),
            );
        }
    }
    freeze(modules, None) + &freeze(&upstream, Some(&scripts))
}

/// The manifest that freezes these programs of the folder `tests`.
pub fn manifest(tests: &Path, programs: &[String]) -> String {
    // By their names from the tree on: the module `micropython` is there already.
    let scripts: Vec<String> = programs
        .iter()
        .map(|program| format!("tests/{program}"))
        .collect();
    let tree = tests.parent().unwrap_or(tests);
    freeze(tree, Some(&scripts))
}

fn freeze(folder: &Path, scripts: Option<&[String]>) -> String {
    let scripts = scripts.map_or_else(String::new, |scripts| format!(", {scripts:?}"));
    format!("freeze({:?}{scripts})\n", folder.display().to_string())
}

/// Makes `folder` a folder `tests` with `run-tests.py` and, for each program, the line and what the program has to print.
///
/// # Errors
///
/// When a file can't be written or CPython can't be started.
pub fn write_stand_ins(tests: &Path, programs: &[String], folder: &Path) -> Result<()> {
    copy(tests, folder, "run-tests.py")?;
    copy(tests, folder, "../tools/pyboard.py")?;
    for check in host::entries(&tests.join("feature_check")) {
        if let Some(name) = check.file_name().and_then(|name| name.to_str()) {
            copy(tests, folder, &format!("feature_check/{name}"))?;
        }
    }
    for program in programs {
        let original = tests.join(program);
        let stand_in = folder.join(program);
        write(&stand_in, line(program).as_bytes())?;
        if let Some(text) = expectation(&original)? {
            write(&beside(&stand_in), &text)?;
        }
    }
    Ok(())
}

/// `__import__` with `False` in its last place is how MicroPython's own command line imports a main module.
fn line(program: &str) -> String {
    let module = program.trim_end_matches(".py").replace('/', ".");
    format!("__import__(\"tests.{module}\", None, None, False)\n")
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

fn copy(from: &Path, to: &Path, name: &str) -> Result<()> {
    let from = from.join(name);
    let text = std::fs::read(&from).with_context(|| format!("can't read {}", from.display()))?;
    write(&to.join(name), &text)
}

fn write(file: &Path, text: &[u8]) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(file, text))
        .with_context(|| format!("can't write {}", file.display()))
}
