//! The port's own files, carried inside the crate and written below `OUT_DIR`.

use std::path::Path;

use super::patches::Patches;
use super::program::Unit;

/// Lists files of the crate's folder `port` with their contents.
macro_rules! port_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../port/", $name)))),*]
    };
}

/// Name below the folder `port`, and contents.
pub(crate) const PORT: &[(&str, &str)] = port_files![
    "frozen_default.c",
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
    "mpyf.h",
    "mpyf_abi.c",
    "mpyf_array.h",
    "mpyf_ask.c",
    "mpyf_base_init.c",
    "mpyf_bindings.h",
    "mpyf_call.c",
    "mpyf_class.c",
    "mpyf_closure.c",
    "mpyf_containers.c",
    "mpyf_containers.h",
    "mpyf_critical.c",
    "mpyf_dict.h",
    "mpyf_event.c",
    "mpyf_fat.c",
    "mpyf_files.c",
    "mpyf_function.c",
    "mpyf_hal.c",
    "mpyf_handles.c",
    "mpyf_heapq.h",
    "mpyf_internal.h",
    "mpyf_irq.c",
    "mpyf_libc.c",
    "mpyf_machine.h",
    "mpyf_list.h",
    "mpyf_list_index.h",
    "mpyf_make.c",
    "mpyf_map.c",
    "mpyf_marshal.c",
    "mpyf_mbedtls.h",
    "mpyf_module.c",
    "mpyf_nested.c",
    "mpyf_object.c",
    "mpyf_pin.c",
    "mpyf_read.c",
    "mpyf_repl.c",
    "mpyf_run.c",
    "mpyf_steps.c",
    "mpyf_stream.c",
    "mpyf_stream.h",
    "mpyf_text.c",
    "mpyf_time.h",
    "mpyf_timer.c",
    "mpyf_tls.c",
    "mpyf_tls.h",
    "mpyf_tls_machine.c",
    "mpyf_vm.c",
    "ssl.py",
];

/// The VM that runs manifests on the host: name below the folder `port`, and contents.
pub(crate) const MANIFEST_VM: &[(&str, &str)] = port_files![
    "manifest/bridge.c",
    "manifest/budget.c",
    "manifest/main.c",
    "manifest/mpconfigport.h",
    "manifest/mphalport.h",
    "manifest/mpyf_manifest.h",
    "manifest/order.c",
    "manifest/wire.c",
];

/// The C files among [`PORT`] as units; the rest are headers and the Python half of a module.
pub(crate) fn c_units(folder: &Path, patches: &Patches) -> Vec<Unit> {
    PORT.iter()
        .filter_map(|(name, _)| Some((name, name.strip_suffix(".c")?)))
        .map(|(name, stem)| patches.unit(folder.join(name), format!("port/{stem}")))
        .collect()
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
