//! The library that the firmware links: its files, before and after its configuration has been evaluated.

use std::path::PathBuf;

use super::bindings;
use super::constants::Constants;
use super::files;
use super::genhdr;
use super::inputs::Inputs;
use super::job::Job;
use super::program::{Program, Unit};
use crate::error::{Error, Problem, Result};
use crate::fs;

/// Writes the port's own files and the configuration, and returns the program of all files that may declare anything
/// to MicroPython.
///
/// # Errors
///
/// [`Error::Config`] for settings that can't be, [`Error::Source`] where the tree is incomplete.
pub(crate) fn program(job: &Job, inputs: &Inputs) -> Result<Program> {
    write_port(job, inputs)?;
    let (tree, out) = (inputs.tree(), &inputs.out);
    let port = out.join("port");
    let mut units = tree.core()?;
    units.extend(tree.extmod()?);
    units.extend(tree.shared());
    if job.config.repl {
        units.push(tree.unit("shared/runtime/pyexec.c"));
    }
    units.extend(tree.collector(inputs.target.family));
    units.extend(files::c_units(&port, tree.patches));
    units.extend(users(&job.c_files)?);
    let libc = inputs.target.bare_metal.then(|| port.join("libc"));
    Ok(Program {
        out: out.clone(),
        includes: vec![
            out.join("config"),
            port,
            inputs.source().root.clone(),
            out.clone(),
        ],
        system_includes: libc.into_iter().collect(),
        flags: vec![
            "-DNDEBUG".into(),
            // Paths must not reach the library, or each folder's build would be another.
            format!(
                "-ffile-prefix-map={}=micropython",
                inputs.source().root.display()
            ),
            format!("-ffile-prefix-map={}=mpy-freeze", out.display()),
        ],
        units,
    })
}

/// Adds the files that the configuration has come to need, none of which declares anything.
///
/// # Errors
///
/// [`Error::Source`] where a tree is incomplete, [`Error::Bindings`] where a constant is missing.
pub(crate) fn complete(
    mut program: Program,
    inputs: &Inputs,
    constants: &Constants,
) -> Result<Program> {
    let tree = inputs.tree();
    let check = bindings::check(inputs.workbench(), &program, constants)?;
    program.units.push(check);
    let libc = tree.libc(&inputs.target, constants.facts()?.float)?;
    program.units.extend(libc);
    program.units.extend(tree.libraries(constants)?);
    if let Some(mbedtls) = &inputs.mbedtls {
        program.units.extend(mbedtls.units(tree, constants)?);
    }
    Ok(program)
}

/// The user's own C files; two of one name in different folders get different objects.
fn users(files: &[PathBuf]) -> Result<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    let mut problems = Vec::new();
    for (index, path) in files.iter().enumerate() {
        if !path.is_file() {
            problems.push(
                Problem::new("this C file is not there")
                    .file(path)
                    .help("correct the path given to Build::c_file; it is relative to the crate"),
            );
        }
        if path.extension().is_none_or(|extension| extension != "c") {
            problems.push(
                Problem::new("this is not a C file")
                    .file(path)
                    .help("Build::c_file takes files whose names end in .c"),
            );
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        units.push(Unit::new(path.clone(), format!("user/{index}-{stem}")));
    }
    if problems.is_empty() {
        Ok(units)
    } else {
        Err(Error::Config(problems))
    }
}

/// Writes the port's own files, the configuration and the version header.
fn write_port(job: &Job, inputs: &Inputs) -> Result<()> {
    let out = &inputs.out;
    for (name, text) in files::PORT {
        fs::write_if_changed(&out.join("port").join(name), text.as_bytes())?;
    }
    let config = out.join("config");
    fs::write_if_changed(
        &config.join("mpy_freeze_config.h"),
        job.config.header()?.as_bytes(),
    )?;
    fs::write_if_changed(&config.join("mpconfigport.h"), front(job)?.as_bytes())?;
    let version = genhdr::mpversion(inputs.source());
    genhdr::write(out, "mpversion.h", &version, inputs.workbench().freshness)
}

/// The `mpconfigport.h` that MicroPython includes: the builder's settings, the user's header, the port's defaults.
///
/// It stands before the port's own in the search path and is always there, since a file that appears later in
/// front of another is a change that no record of the files that were read can show.
fn front(job: &Job) -> Result<String> {
    let mut text = String::from("// Written by mpy-freeze.\n#include \"mpy_freeze_config.h\"\n");
    if let Some(users) = &job.mpconfigport {
        if !users.is_file() {
            return Err(Error::Config(vec![
                Problem::new("this mpconfigport.h is not there")
                    .file(users)
                    .help("correct the path given to Build::mpconfigport; it is relative to the crate"),
            ]));
        }
        // C takes a slash on every system, and a backslash for an escape on some.
        let path = users.display().to_string().replace('\\', "/");
        text.push_str(&format!("#include \"{path}\"\n"));
    }
    text.push_str("#include \"../port/mpconfigport.h\"\n");
    Ok(text)
}
