//! From the sources of a program to its generated headers.

use std::path::PathBuf;

use super::collect::Declarations;
use super::genhdr;
use super::preprocess;
use super::program::Program;
use mpy_freeze_core::qstr::FixedQstrs;

use super::qstr::{self, QstrPool};
use super::workbench::Workbench;
use crate::error::{Error, Result};
use crate::fs;

/// Collects what a program declares, numbers its qstrs and writes its generated headers. `qstr_defs` are the user's
/// files of `Q(…)` lines.
///
/// # Errors
///
/// [`Error::Preprocess`] for files that the preprocessor rejects, [`Error::Collect`] for declarations that can't be.
pub(crate) fn collected(
    workbench: Workbench<'_>,
    program: &Program,
    qstr_defs: &[PathBuf],
) -> Result<QstrPool> {
    let declarations = preprocess::preprocess(workbench, program)?;
    let definitions = definitions(workbench, program, qstr_defs)?;
    let fixed = FixedQstrs::read(workbench.source)?;
    let pool = QstrPool::new(&fixed, &definitions, &declarations.qstrs)?;
    for (name, text) in headers(&pool, &declarations)? {
        genhdr::write(&program.out, name, &text, workbench.freshness)?;
    }
    Ok(pool)
}

/// The generated headers that depend on the sources.
fn headers(pool: &QstrPool, declarations: &Declarations) -> Result<[(&'static str, String); 4]> {
    Ok([
        ("qstrdefs.generated.h", genhdr::qstrdefs(pool)),
        ("moduledefs.h", genhdr::moduledefs(declarations)?),
        ("root_pointers.h", genhdr::root_pointers(declarations)),
        ("compressed.data.h", genhdr::compressed(declarations)?),
    ])
}

/// `py/qstrdefs.h` and the user's like it, preprocessed with the program's configuration.
fn definitions(workbench: Workbench<'_>, program: &Program, users: &[PathBuf]) -> Result<String> {
    let mut text = String::new();
    for file in std::iter::once(&workbench.source.join("py/qstrdefs.h")).chain(users) {
        text.push_str(&qstr::quote_definitions(&fs::read_to_string(file)?));
    }
    let quoted = program.out.join("qstrdefs.quoted.h");
    workbench.freshness.write(&quoted, text.as_bytes())?;
    let mut args = vec!["-E".to_string(), "-x".into(), "c".into()];
    args.extend(program.preprocessor_args());
    let depfile = fs::temporary_beside(&quoted.with_extension("d"))?;
    let preprocessed =
        preprocess::run(workbench.compiler, &args, &quoted, &depfile).map_err(Error::Preprocess)?;
    fs::remove_if_exists(&depfile)?;
    Ok(preprocessed)
}
