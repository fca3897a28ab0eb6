//! Which of MicroPython's files belong to a program, found in the tree so that a newer release's new files
//! come along.

use std::collections::BTreeSet;
use std::path::Path;

use mpy_freeze_core::Source;

use super::constants::Constants;
use super::features;
use super::folder::stems;
use super::patches::Patches;
use super::program::Unit;
use super::target::{Family, Target};
use crate::context::Float;
use crate::error::Result;

/// The folders of the tree that files and headers come from.
pub(crate) fn source_folders() -> BTreeSet<&'static str> {
    let always = [
        "py",
        "extmod",
        "shared",
        "mpy-cross",
        "lib/libm",
        "lib/libm_dbl",
    ];
    let libraries = features::libraries().map(|library| library.folder);
    always.into_iter().chain(libraries).collect()
}

/// MicroPython's tree, and what a program changes in its files.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'a> {
    pub(crate) source: &'a Source,
    pub(crate) patches: &'a Patches,
}

impl Tree<'_> {
    /// The interpreter and compiler: what upstream's `py.mk` calls `PY_CORE_O`.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the tree has none.
    pub(crate) fn core(self) -> Result<Vec<Unit>> {
        // emitnative.c is included by the emitters of the instruction sets and is no unit of its own.
        self.folder("py", |name| name != "emitnative")
    }

    /// The extension modules that need no library from elsewhere.
    ///
    /// Each file is empty unless its feature is configured, so all of them can be listed.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the tree has none.
    pub(crate) fn extmod(self) -> Result<Vec<Unit>> {
        /// Bluetooth, network stacks and file systems bring sources and licences of their own.
        const FOREIGN: [&str; 8] = [
            "modbluetooth",
            "modbtree",
            "modlwip",
            "modopenamp",
            "network_",
            "vfs_posix",
            "modwebrepl",
            "btstack",
        ];
        self.folder("extmod", |name| {
            !FOREIGN.iter().any(|foreign| name.starts_with(foreign))
        })
    }

    /// Returns what a port has of upstream's shared parts: `sys.stdin` and its like, and `input`.
    pub(crate) fn shared(self) -> Vec<Unit> {
        [
            "shared/libc/printf.c",
            "shared/readline/readline.c",
            "shared/runtime/sys_stdio_mphal.c",
            "shared/timeutils/timeutils.c",
        ]
        .map(|file| self.unit(file))
        .into()
    }

    /// Returns the files that find the roots in registers, which takes assembler on most instruction sets.
    pub(crate) fn collector(self, family: Family) -> Vec<Unit> {
        let files: &[&str] = match family {
            Family::Thumb1 => &["gchelper_native.c", "gchelper_thumb1.s"],
            Family::Thumb2 => &["gchelper_native.c", "gchelper_thumb2.s"],
            Family::Rv32 => &["gchelper_native.c", "gchelper_rv32i.s"],
            Family::Host => &["gchelper_generic.c"],
        };
        let files = files.iter();
        files
            .map(|file| Unit {
                collected: false,
                ..self.unit(&format!("shared/runtime/{file}"))
            })
            .collect()
    }

    /// Libraries from elsewhere that come with MicroPython, where the configuration has come to what needs them.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the tree doesn't have one of them.
    pub(crate) fn libraries(self, constants: &Constants) -> Result<Vec<Unit>> {
        let mut units = Vec::new();
        for library in features::libraries() {
            if let Some(prefix) = library.needed(constants) {
                units.extend(self.folder(library.folder, |name| name.starts_with(prefix))?);
            }
        }
        for unit in &mut units {
            unit.collected = false;
        }
        Ok(units)
    }

    /// Returns what a firmware without a libc needs from MicroPython's own, for floats of the configured size.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the tree doesn't have it.
    pub(crate) fn libc(self, target: &Target, float: Float) -> Result<Vec<Unit>> {
        if !target.bare_metal {
            return Ok(Vec::new());
        }
        let mut units = vec![Unit {
            // Otherwise the compiler turns the loop inside memset into a call of memset.
            flags: ["-ffreestanding", "-fno-builtin"].map(String::from).into(),
            ..self.unit("shared/libc/string0.c")
        }];
        // The square roots by an FPU's instruction would be a second definition; where there is an FPU the
        // compiler emits that instruction by itself.
        let by_software = |name: &str| !name.starts_with("thumb_vfp_sqrt");
        match float {
            Float::None => {}
            Float::Single => units.extend(self.folder("lib/libm", by_software)?),
            Float::Double => units.extend(self.folder("lib/libm_dbl", by_software)?),
        }
        for unit in &mut units {
            unit.collected = false;
        }
        Ok(units)
    }

    /// A file of the tree by its relative path.
    pub(crate) fn unit(self, relative: &str) -> Unit {
        let name = Path::new(relative).with_extension("").display().to_string();
        self.patches.unit(self.source.join(relative), name)
    }

    /// The C files directly in a folder of the tree that `wanted` takes and the port doesn't replace, in the order of
    /// their names.
    fn folder(self, relative: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Unit>> {
        let names = stems(&self.source.root, relative, "c", wanted)?;
        let kept = names
            .iter()
            .filter(|name| !self.patches.replaces(&format!("{relative}/{name}")));
        Ok(kept
            .map(|name| self.unit(&format!("{relative}/{name}.c")))
            .collect())
    }
}
