//! The VM that runs manifests on the host: MicroPython's interpreter with nothing to touch the machine with.

use std::path::{Path, PathBuf};

use mpy_freeze_core::Source;

use super::files;
use super::host;
use super::patches::{self, Patches};
use super::program::{Program, Unit};
use super::units::Tree;
use super::workbench::Workbench;
use crate::error::Result;
use crate::fs;

/// Counts every branch; `port/manifest/budget.c` says why.
const COUNTED: &str = "-fsanitize-coverage=trace-pc";

/// Builds the VM below `out` and returns the path of the program.
///
/// # Errors
///
/// The errors of [`host::build`].
pub(crate) fn manifest_vm(workbench: Workbench<'_>, out: &Path) -> Result<PathBuf> {
    for (name, text) in files::MANIFEST_VM {
        fs::write_if_changed(&out.join("port").join(name), text.as_bytes())?;
    }
    host::build(workbench, &program(workbench.source, out)?, "manifest-vm")
}

fn program(source: &Source, out: &Path) -> Result<Program> {
    let port = out.join("port").join("manifest");
    let patches = Patches::new(&[patches::LEVELS, patches::MANIFEST_VM], source, None)?;
    let tree = Tree {
        source,
        patches: &patches,
    };
    let mut units = tree.core()?;
    for unit in &mut units {
        // A switch of contexts has no room for a call, and the collector looks at addresses, which differ from
        // run to run: it is counted as a whole.
        let counted = !unit.name.starts_with("py/nlr") && unit.name != "py/gc";
        unit.flags.extend(counted.then(|| COUNTED.to_string()));
    }
    units.extend([
        // The C library's own would not be counted, and comparing long strings is where time can be lost.
        Unit {
            collected: false,
            flags: ["-ffreestanding", "-fno-builtin", COUNTED]
                .map(String::from)
                .into(),
            ..tree.unit("shared/libc/string0.c")
        },
        Unit {
            collected: false,
            ..tree.unit("shared/runtime/gchelper_generic.c")
        },
    ]);
    let own = ["bridge", "budget", "main", "order", "wire"];
    let unit = |name| Unit::new(port.join(format!("{name}.c")), format!("manifest/{name}"));
    units.extend(own.map(unit));
    Ok(Program {
        out: out.to_owned(),
        includes: vec![port, source.root.clone(), out.to_owned()],
        system_includes: Vec::new(),
        flags: vec!["-DNDEBUG".into(), "-O1".into()],
        units,
    })
}
