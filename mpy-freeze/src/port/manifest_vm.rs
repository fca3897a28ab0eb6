//! The VM that runs manifests on the host: MicroPython's interpreter with nothing to touch the machine with.

use std::path::{Path, PathBuf};

use super::files;
use super::host::Host;
use super::program::{Program, Unit};
use super::source::Source;
use super::units;
use crate::error::Result;
use crate::fs;

/// Counts every branch; `port/manifest/budget.c` says why.
const COUNTED: &str = "-fsanitize-coverage=trace-pc";

/// Dictionaries keep the order in which they were filled; `port/manifest/order.c` says why.
const ORDERED: &str = "-Dmp_map_init=mpyf_ordered_map_init";

/// Builds the VM below `out` and returns the path of the program.
///
/// # Errors
///
/// Those of [`Host::build`].
pub(crate) fn manifest_vm(host: &Host<'_>, out: &Path) -> Result<PathBuf> {
    for (name, text) in files::MANIFEST_VM {
        fs::write_if_changed(&out.join("port").join(name), text.as_bytes())?;
    }
    host.build(&program(host.source, out)?, "manifest-vm")
}

fn program(source: &Source, out: &Path) -> Result<Program> {
    let port = out.join("port").join("manifest");
    let mut units = units::core(source)?;
    for unit in &mut units {
        // A switch of contexts has no room for a call, and the collector looks at addresses, which differ from
        // run to run: it is counted as a whole.
        let counted = !unit.name.starts_with("py/nlr") && unit.name != "py/gc";
        unit.flags.extend(counted.then(|| COUNTED.to_string()));
        if unit.name == "py/objdict" {
            unit.flags.push(ORDERED.to_string());
        }
    }
    // The C library's own would not be counted, and comparing long strings is where time can be lost.
    let mut strings = units::unit(source, "shared/libc/string0.c");
    strings.collected = false;
    strings.flags = ["-ffreestanding", "-fno-builtin", COUNTED]
        .map(String::from)
        .into();
    units.push(strings);
    let mut collector = units::unit(source, "shared/runtime/gchelper_generic.c");
    collector.collected = false;
    units.push(collector);
    for name in ["bridge", "budget", "main", "order", "wire"] {
        units.push(Unit {
            path: port.join(format!("{name}.c")),
            name: format!("manifest/{name}"),
            flags: Vec::new(),
            collected: true,
        });
    }
    Ok(Program {
        out: out.to_owned(),
        includes: vec![port, source.root.clone(), out.to_owned()],
        system_includes: Vec::new(),
        flags: vec!["-DNDEBUG".into(), "-O1".into()],
        units,
    })
}
