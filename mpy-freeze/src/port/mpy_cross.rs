//! MicroPython's compiler for the host, built from the same source as the firmware's runtime.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::collected;
use super::fresh::Freshness;
use super::genhdr;
use super::objects;
use super::program::{Program, Unit};
use super::source::Source;
use super::target::Target;
use super::toolchain::{Choice, Compiler};
use super::units;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// Builds mpy-cross below `out` and returns the path of the program.
///
/// # Errors
///
/// Those of the stages; [`Error::Archive`] where linking fails.
pub(crate) fn mpy_cross(
    source: &Source,
    host: &str,
    out: &Path,
    freshness: &Freshness,
    workers: NonZeroUsize,
) -> Result<PathBuf> {
    let target = Target::new(host, None)?;
    let compiler = Compiler::find(&target, host, &Choice::Automatic)?;
    let program = program(source, out)?;
    genhdr::write(out, "mpversion.h", &genhdr::mpversion(source), freshness)?;
    collected(source, &program, &compiler, &[], freshness, workers)?;
    let objects = objects::compile(&program, &compiler, freshness, workers)?;
    link(&out.join("mpy-cross"), &objects, &compiler, freshness)
}

fn program(source: &Source, out: &Path) -> Result<Program> {
    let mut units = units::core(source)?;
    for (path, name) in [
        ("mpy-cross/main.c", "mpy-cross/main"),
        ("mpy-cross/gccollect.c", "mpy-cross/gccollect"),
        (
            "shared/runtime/gchelper_generic.c",
            "shared/runtime/gchelper_generic",
        ),
    ] {
        units.push(Unit {
            path: source.join(path),
            name: name.into(),
            flags: Vec::new(),
            // Their names are in the compiler's own sources already, as upstream has it too.
            collected: false,
        });
    }
    Ok(Program {
        out: out.to_owned(),
        includes: vec![
            source.join("mpy-cross"),
            source.root.clone(),
            out.to_owned(),
        ],
        system_includes: Vec::new(),
        // A compiler of a few milliseconds a file gains nothing by optimising for longer than this.
        // With its assertions, as upstream has it: some sources fail one, and get wrong code where there is none.
        flags: vec!["-O1".into()],
        units,
    })
}

fn link(
    program: &Path,
    objects: &objects::Objects,
    compiler: &Compiler,
    freshness: &Freshness,
) -> Result<PathBuf> {
    let command = format!("{} {:?}", compiler.identity(), objects.paths);
    if objects.compiled == 0 && freshness.is_fresh(program, &command) {
        return Ok(program.to_owned());
    }
    let started = SystemTime::now();
    let finished = fs::temporary_beside(program)?;
    let output = compiler
        .command()
        .args(&objects.paths)
        .arg("-o")
        .arg(&finished)
        .arg("-lm")
        .output();
    let failed = match output {
        Err(error) => Some(error.to_string()),
        Ok(output) if !output.status.success() => {
            Some(String::from_utf8_lossy(&output.stderr).trim().to_string())
        }
        Ok(_) => None,
    };
    if let Some(message) = failed {
        // What a failed linker leaves is of no use; the message is.
        let _ = fs::remove_if_exists(&finished);
        return Err(Error::Archive(vec![
            Problem::new(format!("mpy-cross can't be linked: {message}")).file(program),
        ]));
    }
    freshness.invalidate(program)?;
    fs::rename(&finished, program)?;
    freshness.record(program, &command, &objects.paths, started)?;
    Ok(program.to_owned())
}
