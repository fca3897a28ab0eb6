//! Compiles each file to an object, and only those whose inputs changed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::fresh::parse_depfile;
use super::preprocess::{self, compiler_message};
use super::program::{Program, Unit};
use super::store::Key;
use super::toolchain::Compiler;
use super::workbench::Workbench;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// The result of compiling a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Objects {
    /// The objects, in the order of the program's files.
    pub(crate) paths: Vec<PathBuf>,
    /// Number of objects that differ from those of the build before.
    pub(crate) compiled: usize,
}

/// Compiles the program's files.
///
/// # Errors
///
/// [`Error::Objects`] with the compiler's messages for every file that it rejects.
pub(crate) fn compile(workbench: Workbench<'_>, program: &Program) -> Result<Objects> {
    let jobs = workbench.jobs;
    let done = jobs
        .run(&program.units, |unit| one(workbench, program, unit))
        .map_err(Error::Objects)?;
    let compiled = done.iter().filter(|(_, compiled)| *compiled).count();
    let paths = done.into_iter().map(|(path, _)| path).collect();
    Ok(Objects { paths, compiled })
}

/// Compiles one file, unless its object is fresh or another build has made it; says whether the object is another now.
fn one(
    workbench: Workbench<'_>,
    program: &Program,
    unit: &Unit,
) -> std::result::Result<(PathBuf, bool), Vec<Problem>> {
    let (compiler, freshness, store) = (workbench.compiler, workbench.freshness, workbench.store);
    let object = program.out.join("obj").join(format!("{}.o", unit.name));
    let mut args = program.preprocessor_args();
    args.extend(unit.flags.iter().cloned());
    let command = format!("{} {args:?} {:?}", compiler.identity(), unit.path);
    if freshness.is_fresh(&object, &command) {
        return Ok((object, false));
    }
    let problems = |error: Error| error.problems().to_vec();
    let started = SystemTime::now();
    let text = text_of(compiler, &args, unit, &object)?;
    let key = Key::new(&compiler.identity(), &unit.name, &text.meaning());
    let unchanged = freshness.is_same_text(&object, &key.note());
    if !unchanged {
        freshness.invalidate(&object).map_err(problems)?;
        if !store.take(&key, &object).map_err(problems)? {
            run(compiler, unit, &text, &object)?;
            store.keep(&key, &object).map_err(problems)?;
        }
        freshness
            .record_text(&object, &key.note())
            .map_err(problems)?;
    }
    freshness
        .record(&object, &command, &text.inputs, started)
        .map_err(problems)?;
    Ok((object, !unchanged))
}

/// The text that the compiler proper reads.
struct Text {
    /// Preprocessed C, or assembler as it is.
    text: String,
    /// The files that it came from.
    inputs: Vec<PathBuf>,
    /// The flags that it is compiled with.
    args: Vec<String>,
}

impl Text {
    /// The flags and the text without line marks: what can make a difference to the object.
    ///
    /// A header that changed elsewhere, a comment or a define that the file doesn't use change nothing here,
    /// so that a new setting recompiles only what it reaches.
    fn meaning(&self) -> String {
        let mut meaning = format!("{:?}\n", self.args);
        for line in self.text.lines().filter(|line| !line.starts_with("# ")) {
            meaning.push_str(line.trim_end());
            meaning.push('\n');
        }
        meaning
    }
}

/// Preprocesses a C file; reads an assembler file, which has no preprocessor to go through.
fn text_of(
    compiler: &Compiler,
    args: &[String],
    unit: &Unit,
    object: &Path,
) -> std::result::Result<Text, Vec<Problem>> {
    let problems = |error: Error| error.problems().to_vec();
    if unit
        .path
        .extension()
        .is_some_and(|extension| extension == "s")
    {
        return Ok(Text {
            text: fs::read_to_string(&unit.path).map_err(problems)?,
            inputs: vec![unit.path.clone()],
            args: unit.flags.clone(),
        });
    }
    let depfile = fs::temporary_beside(&object.with_extension("d")).map_err(problems)?;
    let mut preprocessing = args.to_vec();
    preprocessing.push("-E".into());
    let text = preprocess::run(compiler, &preprocessing, &unit.path, &depfile)?;
    let dependencies = fs::read_to_string(&depfile).map_err(problems)?;
    fs::remove_if_exists(&depfile).map_err(problems)?;
    // Folders and defines have done their work; what is left are the flags of the compiler proper.
    let compiling = args
        .iter()
        .filter(|arg| arg.starts_with("-O") || arg.starts_with("-f"));
    Ok(Text {
        text,
        inputs: parse_depfile(&dependencies),
        args: compiling
            .filter(|arg| !arg.starts_with("-ffile-prefix-map"))
            .cloned()
            .collect(),
    })
}

/// Runs the compiler on the text and moves the finished object to its place.
fn run(
    compiler: &Compiler,
    unit: &Unit,
    text: &Text,
    object: &Path,
) -> std::result::Result<(), Vec<Problem>> {
    let problems = |error: Error| error.problems().to_vec();
    let assembler = unit
        .path
        .extension()
        .is_some_and(|extension| extension == "s");
    let extension = if assembler { "s" } else { "i" };
    let input = fs::temporary_beside(&object.with_extension(extension)).map_err(problems)?;
    let finished = fs::temporary_beside(object).map_err(problems)?;
    fs::write_if_changed(&input, text.text.as_bytes()).map_err(problems)?;
    let output = compiler
        .command()
        .args(&text.args)
        .arg("-c")
        .arg("-o")
        .arg(&finished)
        .arg(&input)
        .output();
    fs::remove_if_exists(&input).map_err(problems)?;
    let output = output.map_err(|error| {
        vec![Problem::new(format!("the C compiler doesn't run: {error}")).file(&unit.path)]
    })?;
    if !output.status.success() {
        // What a failed compiler leaves is of no use; the message is.
        let _ = fs::remove_if_exists(&finished);
        return Err(vec![compiler_message(unit.path.clone(), &output.stderr)]);
    }
    fs::rename(&finished, object).map_err(problems)
}
