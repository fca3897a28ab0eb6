//! MicroPython's compiler for the host, built from the same source as the firmware's runtime.

use std::path::{Path, PathBuf};

use mpy_freeze_core::Source;

use super::host;
use super::patches::{self, Patches};
use super::program::{Program, Unit};
use super::units::Tree;
use super::workbench::Workbench;
use crate::error::Result;

/// Builds mpy-cross below `out` and returns the path of the program.
///
/// # Errors
///
/// The errors of [`host::build`].
pub(crate) fn mpy_cross(workbench: Workbench<'_>, out: &Path) -> Result<PathBuf> {
    host::build(workbench, &program(workbench.source, out)?, "mpy-cross")
}

fn program(source: &Source, out: &Path) -> Result<Program> {
    let patches = Patches::new(&[patches::LEVELS], source, None)?;
    let tree = Tree {
        source,
        patches: &patches,
    };
    let mut units = tree.core()?;
    for file in [
        "mpy-cross/main.c",
        "mpy-cross/gccollect.c",
        "shared/runtime/gchelper_generic.c",
    ] {
        units.push(Unit {
            // Their names are in the compiler's own sources already, as upstream has it too.
            collected: false,
            ..tree.unit(file)
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
