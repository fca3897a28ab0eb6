//! Programs for the host, built from the same source as the firmware's runtime: the compiler, and the VM that
//! runs manifests.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::archive::run_quietly;
use super::collected::collected;
use super::genhdr;
use super::objects::{self, Objects};
use super::program::Program;
use super::workbench::Workbench;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// Builds `program` and returns the path of the executable file `name` in its folder.
///
/// # Errors
///
/// The errors of the stages; [`Error::Archive`] where linking fails.
pub(crate) fn build(workbench: Workbench<'_>, program: &Program, name: &str) -> Result<PathBuf> {
    let version = genhdr::mpversion(workbench.source);
    genhdr::write(&program.out, "mpversion.h", &version, workbench.freshness)?;
    collected(workbench, program, &[])?;
    let objects = objects::compile(workbench, program)?;
    link(workbench, &objects, &program.out.join(name))
}

fn link(workbench: Workbench<'_>, objects: &Objects, program: &Path) -> Result<PathBuf> {
    let (compiler, freshness) = (workbench.compiler, workbench.freshness);
    let command = format!("{} {:?}", compiler.identity(), objects.paths);
    if objects.compiled == 0 && freshness.is_fresh(program, &command) {
        return Ok(program.to_owned());
    }
    let started = SystemTime::now();
    let finished = fs::temporary_beside(program)?;
    let mut linker = compiler.command();
    linker
        .args(&objects.paths)
        .arg("-o")
        .arg(&finished)
        .arg("-lm");
    let run = run_quietly(&mut linker);
    if let Err(message) = run {
        // What a failed linker leaves is of no use; the message is.
        let _ = fs::remove_if_exists(&finished);
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        return Err(Error::Archive(vec![
            Problem::new(format!("{name} can't be linked: {message}")).file(program),
        ]));
    }
    freshness.invalidate(program)?;
    fs::rename(&finished, program)?;
    freshness.record(program, &command, &objects.paths, started)?;
    Ok(program.to_owned())
}
