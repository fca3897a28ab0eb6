//! The port's own files, carried inside the crate and written below `OUT_DIR`.

use std::path::Path;

use super::patches::Patches;
use super::program::Unit;
use crate::fingerprint::fingerprint;

/// Lists files of the crate's folder `port` with their contents.
macro_rules! port_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../port/", $name)))),*]
    };
}

/// Name below the folder `port`, and contents.
///
/// The order of the C files is that of their objects in the archive, and so of the code in the firmware's image.
pub(crate) const PORT: &[(&str, &str)] = port_files![
    "frozen_default.c",
    "shim/abi.c",
    "shim/ask.c",
    "guards/base_init.c",
    "shim/call.c",
    "shim/class.c",
    "shim/closure.c",
    "guards/containers.c",
    "board/critical.c",
    "shim/event.c",
    "board/fat.c",
    "board/files.c",
    "shim/function.c",
    "board/hal.c",
    "shim/handles.c",
    "board/irq.c",
    "libc/abort.c",
    "shim/make.c",
    "guards/map.c",
    "guards/marshal.c",
    "shim/module.c",
    "guards/nested.c",
    "shim/object.c",
    "board/pin.c",
    "shim/read.c",
    "shim/repl.c",
    "shim/run.c",
    "shim/steps.c",
    "guards/stream.c",
    "shim/text.c",
    "board/timer.c",
    "tls/guard.c",
    "tls/machine.c",
    "shim/vm.c",
    "bindings.h",
    "board/board.h",
    "board/machine.h",
    "board/time.h",
    "guards/array.h",
    "guards/dict.h",
    "guards/guards.h",
    "guards/heapq.h",
    "guards/list.h",
    "guards/list_index.h",
    "guards/stream.h",
    "libc/alloca.h",
    "libc/assert.h",
    "libc/errno.h",
    "libc/inttypes.h",
    "libc/math.h",
    "libc/stdint.h",
    "libc/stdio.h",
    "libc/stdlib.h",
    "libc/string.h",
    "libc/sys/types.h",
    "libc/time.h",
    "libc/unistd.h",
    "mpconfigport.h",
    "mphalport.h",
    "shim/internal.h",
    "shim/mpyf.h",
    "tls/mbedtls_config.h",
    "tls/ssl.py",
    "tls/tls.h",
];

/// The VM that runs manifests on the host: name below the folder `port`, and contents.
pub(crate) const MANIFEST_VM: &[(&str, &str)] = port_files![
    "manifest/bridge.c",
    "manifest/budget.c",
    "manifest/main.c",
    "manifest/mpconfigport.h",
    "manifest/mphalport.h",
    "manifest/manifest.h",
    "manifest/order.c",
    "manifest/wire.c",
];

/// The C files among [`PORT`] as units; the rest are headers and the Python half of a module.
pub(crate) fn c_units(folder: &Path, patches: &Patches) -> Vec<Unit> {
    PORT.iter()
        .filter_map(|(name, _)| Some((name, unit_name(name)?)))
        .map(|(name, unit)| patches.unit(folder.join(name), unit))
        .map(|mut unit| {
            if unit.name == "port/shim-abi" {
                unit.flags.push(format!("-DMPYF_ABI={}", shim_symbol()));
            }
            unit
        })
        .collect()
}

/// The symbol by which programs take the shim out of the archive, and which a crate `mpy-freeze-rt` of another interface
/// lacks: it holds a hash of the shim's header, of its words without comments.
pub fn shim_symbol() -> String {
    let header = include_str!("../../port/shim/mpyf.h").lines();
    let code = header.filter_map(|line| line.split("//").next());
    let words: Vec<&str> = code.flat_map(str::split_whitespace).collect();
    let hash = fingerprint(words.join(" ").as_bytes()) as u64;
    format!("mpy_freeze_rt_and_mpy_freeze_are_of_different_versions_{hash:016x}")
}

/// The name of a C file's unit; that of any other file is none.
///
/// The room is part of the last name and not a folder: archives know their objects by the last name alone, and
/// MicroPython has files of the same names.
pub(crate) fn unit_name(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".c")?;
    Some(format!("port/{}", stem.replace('/', "-")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_carried() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("port");
        let pattern = format!("{}/**/*", folder.display());
        let found: BTreeSet<String> = glob::glob(&pattern)
            .unwrap()
            .flatten()
            .filter(|path| path.is_file())
            .map(|path| path.strip_prefix(&folder).unwrap().display().to_string())
            .collect();
        let carried = PORT
            .iter()
            .chain(MANIFEST_VM)
            .map(|(name, _)| name.to_string())
            .collect();
        assert_eq!(found, carried);
    }
}
