//! Runs the preprocessor over each source file and keeps what the file declares to MicroPython.
//!
//! Upstream preprocesses all changed files into one text and splits it again; here each file has its own
//! result, which is kept until the file, a header that it reads or a flag changes.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::collect::Declarations;
use super::fresh::parse_depfile;
use super::program::{Program, Unit};
use super::toolchain::Compiler;
use super::workbench::Workbench;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// Collects the declarations of all files of the program.
///
/// # Errors
///
/// [`Error::Preprocess`] with the compiler's messages for every file that it rejects.
pub(crate) fn preprocess(workbench: Workbench<'_>, program: &Program) -> Result<Declarations> {
    let units: Vec<&Unit> = program.units.iter().filter(|unit| unit.collected).collect();
    let jobs = workbench.jobs;
    let found = jobs
        .run(&units, |unit| one(workbench, program, unit))
        .map_err(Error::Preprocess)?;
    Ok(found.into_iter().collect())
}

/// The declarations of one file, from the last build where nothing has changed since.
fn one(
    workbench: Workbench<'_>,
    program: &Program,
    unit: &Unit,
) -> std::result::Result<Declarations, Vec<Problem>> {
    let (compiler, freshness) = (workbench.compiler, workbench.freshness);
    let kept = program
        .out
        .join("collected")
        .join(format!("{}.txt", unit.name));
    let mut args = vec!["-E".to_string(), "-DNO_QSTR".to_string()];
    args.extend(program.preprocessor_args());
    args.extend(unit.flags.iter().cloned());
    let command = format!("{} {args:?} {:?}", compiler.identity(), unit.path);
    if freshness.is_fresh(&kept, &command)
        && let Some(declarations) = load(&kept)
    {
        return Ok(declarations);
    }
    let problems = |error: Error| error.problems().to_vec();
    let started = SystemTime::now();
    let depfile = fs::temporary_beside(&kept.with_extension("d")).map_err(problems)?;
    let text = run(compiler, &args, &unit.path, &depfile)?;
    let dependencies = fs::read_to_string(&depfile).map_err(problems)?;
    fs::remove_if_exists(&depfile).map_err(problems)?;
    let declarations = Declarations::scan(&text);
    freshness.invalidate(&kept).map_err(problems)?;
    fs::write_if_changed(&kept, declarations.to_text().as_bytes()).map_err(problems)?;
    freshness
        .record(&kept, &command, &parse_depfile(&dependencies), started)
        .map_err(problems)?;
    Ok(declarations)
}

fn load(kept: &Path) -> Option<Declarations> {
    Declarations::from_text(&fs::read_to_string(kept).ok()?)
}

/// Runs the compiler with `-E` and returns the preprocessed text.
pub(crate) fn run(
    compiler: &Compiler,
    args: &[String],
    file: &Path,
    depfile: &Path,
) -> std::result::Result<String, Vec<Problem>> {
    let output = compiler
        .command()
        .args(args)
        .args(["-MD", "-MF"])
        .arg(depfile)
        .arg(file)
        .output()
        .map_err(|error| {
            vec![Problem::new(format!("the C compiler doesn't run: {error}")).file(file)]
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(vec![compiler_message(file.to_owned(), &output.stderr)])
}

/// A compiler's messages about a file; they name places in it or in its headers themselves.
pub(crate) fn compiler_message(file: PathBuf, stderr: &[u8]) -> Problem {
    let text = String::from_utf8_lossy(stderr);
    Problem::new(format!(
        "the C compiler rejects this file:\n{}",
        text.trim_end()
    ))
    .file(file)
}
