//! MicroPython's compiler for the host, built from the same source as the firmware's runtime.

use std::path::{Path, PathBuf};

use super::host::Host;
use super::program::{Program, Unit};
use super::source::Source;
use super::units;
use crate::error::Result;

/// Builds mpy-cross below `out` and returns the path of the program.
///
/// # Errors
///
/// Those of [`Host::build`].
pub(crate) fn mpy_cross(host: &Host<'_>, out: &Path) -> Result<PathBuf> {
    host.build(&program(host.source, out)?, "mpy-cross")
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
        // With its assertions, as upstream builds it: where one fails, the code that it would make is wrong.
        // A compiler of a few milliseconds a file gains nothing by optimising for longer than this.
        flags: vec!["-O1".into()],
        units,
    })
}
