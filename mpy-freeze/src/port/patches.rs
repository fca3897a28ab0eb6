//! The changes that a program makes to single files of MicroPython: a row a file.
//!
//! MicroPython's sources are compiled as they are. A row gives one of them other names for functions that the port
//! replaces, a header that is included first, or an optimisation level. A new guard is a row here and a file of the
//! port.

use std::path::PathBuf;

use mpy_freeze_core::Source;

use super::program::Unit;
use super::releases::Releases;
use crate::error::{Error, Problem, Result};

/// A row: the settings that a file is compiled with, beyond the flags that every file gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patch {
    /// The name of the file's unit, or, with a `*` at the end, how the names of several begin.
    unit: &'static str,
    /// The releases of MicroPython that the row is for.
    releases: Releases,
    /// Macros, as `-D` takes them.
    defines: &'static [&'static str],
    /// The port's header that is included before the file.
    header: Option<&'static str>,
    /// The optimisation level, where it isn't the program's.
    optimisation: Option<&'static str>,
    /// Set where the port has a file of its own instead.
    replaced: bool,
    /// Set where the file includes mbedTLS's headers. No other file sees those, so that the firmware's own C files can
    /// use another version.
    mbedtls: bool,
    /// Set where the file may name qstrs, modules, root pointers and error texts.
    collected: bool,
    /// Why the file isn't compiled as it is.
    reason: &'static str,
}

impl Patch {
    /// A row that changes nothing, for the fields that another leaves open.
    const NONE: Self = Self {
        unit: "",
        releases: Releases::EVERY,
        defines: &[],
        header: None,
        optimisation: None,
        replaced: false,
        mbedtls: false,
        collected: true,
        reason: "",
    };

    fn is_for(&self, name: &str) -> bool {
        match self.unit.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.unit,
        }
    }

    /// Returns true if a program without this row would be unsafe or wrong, and not just slower.
    fn is_needed(&self) -> bool {
        self.replaced || self.header.is_some() || !self.defines.is_empty()
    }
}

/// For every program: which files pay for speed, and which must not.
pub(crate) const LEVELS: &[Patch] = &[
    Patch {
        unit: "py/vm",
        optimisation: Some("-O3"),
        reason: "the interpreter's loop decides the speed of everything",
        ..Patch::NONE
    },
    Patch {
        unit: "py/gc",
        optimisation: Some("-O3"),
        reason: "the collector decides the speed of everything",
        ..Patch::NONE
    },
    Patch {
        unit: "py/qstr",
        optimisation: Some("-O2"),
        reason: "each string that a program makes of a character is looked for among the names",
        ..Patch::NONE
    },
    Patch {
        unit: "py/nlr*",
        optimisation: Some("-Os"),
        collected: false,
        reason: "the prologues must have a known form",
        ..Patch::NONE
    },
];

/// For the firmware: what stands between MicroPython and what it doesn't look at itself.
pub(crate) const GUARDS: &[Patch] = &[
    Patch {
        unit: "py/map",
        replaced: true,
        reason: "a key's `__eq__` can change the table that is being searched",
        ..Patch::NONE
    },
    Patch {
        unit: "port/guards-map",
        optimisation: Some("-O2"),
        reason: "each name that Python looks up goes through it",
        ..Patch::NONE
    },
    Patch {
        unit: "py/modio",
        header: Some("guards/stream.h"),
        reason: "a stream written in Python can keep the bytes that it is lent",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objarray",
        defines: &["MPYG_ARRAY"],
        header: Some("guards/array.h"),
        reason: "objects that stand for numbers can change the array, and views outlive its bytes",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objboundmeth",
        releases: Releases::from(1, 26, 0),
        defines: &["mp_obj_equal=mpyg_nested_equal"],
        reason: "comparing methods compares the objects that they are bound to, which can be nested deeply",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objdeque",
        defines: &["mp_obj_get_int=mpyg_deque_len"],
        header: Some("guards/array.h"),
        reason: "a length has to fit the heap, and objects that stand for numbers can change the deque",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objdict",
        defines: &["mp_obj_equal=mpyg_nested_equal"],
        header: Some("guards/dict.h"),
        reason: "keys and values run Python when they are compared or printed, which can change the dict",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objlist",
        defines: &[
            "MPYG_SEQUENCE=mp_obj_list_t",
            "mp_seq_multiply=mpyg_multiply",
        ],
        header: Some("guards/list_index.h"),
        reason: "comparing and sorting run Python, which can change the list and free its items",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objmodule",
        defines: &["mp_module_get_builtin=mpyf_c_builtin_module"],
        reason: "the shim looks for modules written in Rust, and calls this function for those of C",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objset",
        defines: &[
            "mp_unary_op=mpyg_nested_unary_op",
            "mp_set_lookup=mpyg_nested_set_lookup",
        ],
        reason: "hashing and looking up items recurses as deeply as they are nested",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objstr",
        defines: &["mp_seq_multiply=mpyg_multiply"],
        reason: "the length of a repeated string can be more than a word holds",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objstringio",
        defines: &["vstr_add_len=mpyg_stream_room"],
        reason: "a position beyond the end can be more than a word holds",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objtuple",
        defines: &[
            "MPYG_SEQUENCE=mp_obj_tuple_t",
            "mp_seq_multiply=mpyg_multiply",
            "mp_unary_op=mpyg_nested_unary_op",
        ],
        header: Some("guards/list.h"),
        reason: "comparing and hashing recurses as deeply as the items are nested",
        ..Patch::NONE
    },
    Patch {
        unit: "py/objtype",
        defines: &[
            "mp_obj_tuple_get=mpyg_nested_bases",
            "mp_type_fun_builtin_var=mpyg_type_base_init",
        ],
        reason: "bases are gone through by recursion, and a native base that isn't there yet is a function",
        ..Patch::NONE
    },
    Patch {
        unit: "py/persistentcode",
        defines: &["gc_nbytes=mpyg_code_bytes"],
        reason: "it measures what is marshalled, which can lie in ROM",
        ..Patch::NONE
    },
    Patch {
        unit: "py/runtime",
        defines: &["mp_store_attr=mpyf_c_store_attr"],
        reason: "the shim writes properties of Rust's, and calls this function for everything else",
        ..Patch::NONE
    },
    Patch {
        unit: "py/sequence",
        defines: &["mp_obj_equal=mpyg_nested_equal"],
        reason: "comparing recurses as deeply as the items are nested",
        ..Patch::NONE
    },
    Patch {
        unit: "extmod/machine_signal",
        defines: &[
            "mp_virtual_pin_read=mpyb_pin_read",
            "mp_virtual_pin_write=mpyb_pin_write",
        ],
        reason: "it takes any object for a pin",
        ..Patch::NONE
    },
    Patch {
        unit: "extmod/modheapq",
        header: Some("guards/heapq.h"),
        reason: "an item's `__lt__` can change the heap and free its items",
        ..Patch::NONE
    },
    Patch {
        unit: "extmod/modtls_mbedtls",
        defines: &[
            "mbedtls_ctr_drbg_seed=mpyt_seed",
            "mbedtls_pk_parse_key=mpyt_parse_key",
            "mbedtls_ssl_free=mpyt_free",
            "mbedtls_ssl_get_ciphersuite=mpyt_cipher",
            "mbedtls_ssl_handshake=mpyt_handshake",
            "mbedtls_ssl_read=mpyt_read",
            "mbedtls_ssl_send_alert_message=mpyt_alert",
            "mbedtls_ssl_set_bio=mpyt_set_stream",
            "mbedtls_ssl_write=mpyt_write",
            "mbedtls_x509_crt_parse=mpyt_parse_certificate",
            "mp_arg_parse_all=mpyt_parse_arguments",
            "mp_call_function_2=mpyt_verify",
            "mp_load_method=mpyt_load_method",
        ],
        header: Some("tls/tls.h"),
        mbedtls: true,
        reason: "mbedTLS doesn't look at the stack, and what Python raises would jump over it",
        ..Patch::NONE
    },
    Patch {
        unit: "port/tls-*",
        mbedtls: true,
        reason: "these stand between MicroPython and mbedTLS",
        ..Patch::NONE
    },
    Patch {
        unit: "extmod/modcryptolib",
        mbedtls: true,
        reason: "the ciphers are mbedTLS's",
        ..Patch::NONE
    },
    Patch {
        unit: "extmod/modhashlib",
        mbedtls: true,
        reason: "the hashes are mbedTLS's",
        ..Patch::NONE
    },
];

/// For the firmware: what libraries from elsewhere, and the files that include their headers, take as macros of the
/// command line.
pub(crate) const LIBRARIES: &[Patch] = &[
    Patch {
        unit: "extmod/vfs_lfs",
        defines: LITTLEFS,
        reason: "it includes the headers of littlefs",
        ..Patch::NONE
    },
    Patch {
        unit: "lib/littlefs/*",
        defines: LITTLEFS,
        collected: false,
        reason: "littlefs has no heap but what it is given, and says nothing",
        ..Patch::NONE
    },
    Patch {
        unit: "lib/oofatfs/*",
        defines: &["FFCONF_H=\"lib/oofatfs/ffconf.h\""],
        collected: false,
        reason: "FatFs asks for the header of its configuration",
        ..Patch::NONE
    },
    Patch {
        unit: "lib/mbedtls_errors/*",
        mbedtls: true,
        collected: false,
        reason: "these are the short texts of mbedTLS's errors",
        ..Patch::NONE
    },
    Patch {
        unit: "mbedtls/*",
        mbedtls: true,
        collected: false,
        reason: "the library reads its configuration from a header of the port",
        ..Patch::NONE
    },
];

/// For the manifests' VM.
pub(crate) const MANIFEST_VM: &[Patch] = &[Patch {
    unit: "py/objdict",
    defines: &["mp_map_init=mpym_ordered_map_init"],
    reason: "dictionaries keep the order in which they were filled; port/manifest/order.c says why",
    ..Patch::NONE
}];

const LITTLEFS: &[&str] = &[
    "LFS1_NO_MALLOC",
    "LFS1_NO_DEBUG",
    "LFS1_NO_WARN",
    "LFS1_NO_ERROR",
    "LFS1_NO_ASSERT",
    "LFS2_NO_MALLOC",
    "LFS2_NO_DEBUG",
    "LFS2_NO_WARN",
    "LFS2_NO_ERROR",
    "LFS2_NO_ASSERT",
];

/// The rows of one program for one release. Its units are made here and get their flags once, so that no order of
/// stages matters.
#[derive(Debug, Clone)]
pub(crate) struct Patches {
    rows: Vec<Patch>,
    mbedtls: Option<Vec<String>>,
}

impl Patches {
    /// Takes the rows of `tables` that are for the tree's release. `mbedtls` are the flags of files that include
    /// mbedTLS's headers, where there is mbedTLS.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the tree lacks a file that the program must not have as it is. In a release newer than
    /// the tables its functions may have moved, and compiled as they are they would be unguarded.
    pub(crate) fn new(
        tables: &[&[Patch]],
        source: &Source,
        mbedtls: Option<Vec<String>>,
    ) -> Result<Self> {
        let rows = tables.iter().copied().flatten();
        let rows: Vec<Patch> = rows
            .filter(|row| row.releases.contains(source.version))
            .copied()
            .collect();
        // Without mbedTLS the files that call it are empty, wherever they are.
        let needed = rows
            .iter()
            .filter(|row| row.is_needed() && (mbedtls.is_some() || !row.mbedtls));
        let problems: Vec<Problem> = needed.filter_map(|row| row.missing(source)).collect();
        if !problems.is_empty() {
            return Err(Error::Source(problems));
        }
        Ok(Self { rows, mbedtls })
    }

    /// A unit with the flags that its rows give it.
    pub(crate) fn unit(&self, path: PathBuf, name: String) -> Unit {
        let mut unit = Unit::new(path, name);
        for row in self.rows.iter().filter(|row| row.is_for(&unit.name)) {
            let defines = row.defines.iter().map(|define| format!("-D{define}"));
            unit.flags.extend(defines);
            let header = row.header.iter();
            unit.flags
                .extend(header.flat_map(|header| ["-include", header].map(String::from)));
            unit.flags.extend(row.optimisation.map(String::from));
            let mbedtls = self.mbedtls.iter().filter(|_| row.mbedtls);
            unit.flags.extend(mbedtls.flatten().cloned());
            unit.collected &= row.collected;
        }
        unit
    }

    /// Returns true if the port has a file of its own instead of that unit's.
    pub(crate) fn replaces(&self, name: &str) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.replaced && row.is_for(name))
    }
}

impl Patch {
    /// The problem that the row's file isn't in the tree. Rows for many files and for the port's own have none.
    fn missing(&self, source: &Source) -> Option<Problem> {
        if self.unit.ends_with('*') || self.unit.starts_with("port/") {
            return None;
        }
        let file = format!("{}.c", self.unit);
        if source.join(&file).is_file() {
            return None;
        }
        Some(
            Problem::new(format!(
                "MicroPython {} has no {file}, which mpy-freeze doesn't compile as it is: {}",
                source.version, self.reason
            ))
            .file(&source.root)
            .help(
                "unpack the release again if the tree is incomplete; if it is newer than this version of mpy-freeze, \
                 take an older release or a newer mpy-freeze",
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use mpy_freeze_core::Version;

    use super::*;
    use crate::port::files;
    use crate::testing::Folder;

    const ALL: [&[Patch]; 4] = [LEVELS, GUARDS, LIBRARIES, MANIFEST_VM];

    fn source(root: &Path, minor: u32) -> Source {
        Source {
            root: root.to_owned(),
            version: Version {
                major: 1,
                minor,
                micro: 0,
            },
            preview: false,
        }
    }

    #[test]
    fn a_file_has_one_row_and_a_reason() {
        for table in ALL {
            let units: BTreeSet<&str> = table.iter().map(|row| row.unit).collect();
            assert_eq!(units.len(), table.len(), "{units:?}");
            assert!(table.iter().all(|row| !row.reason.is_empty()));
        }
    }

    #[test]
    fn the_ports_own_files_are_there() {
        let carried = |name: &str| files::PORT.iter().any(|(file, _)| *file == name);
        let units = files::PORT
            .iter()
            .filter_map(|(file, _)| files::unit_name(file));
        let units: Vec<String> = units.collect();
        for row in ALL.into_iter().flatten() {
            if let Some(header) = row.header {
                assert!(carried(header), "{header}");
            }
            if row.unit.starts_with("port/") {
                assert!(units.iter().any(|unit| row.is_for(unit)), "{}", row.unit);
            }
        }
    }

    #[test]
    fn a_unit_gets_all_that_its_rows_say() {
        const ROWS: &[Patch] = &[
            Patch {
                unit: "py/a",
                defines: &["x=y"],
                header: Some("guard.h"),
                ..Patch::NONE
            },
            Patch {
                unit: "py/a*",
                optimisation: Some("-O3"),
                collected: false,
                ..Patch::NONE
            },
        ];
        let folder = Folder::new("patches");
        folder.file("py/a.c", "");
        let patches = Patches::new(&[ROWS], &source(folder.path(), 26), None).unwrap();
        let unit = |name: &str| patches.unit(PathBuf::new(), name.into());
        assert_eq!(unit("py/a").flags, ["-Dx=y", "-include", "guard.h", "-O3"]);
        assert_eq!(unit("py/ab").flags, ["-O3"]);
        assert!(!unit("py/a").collected && unit("py/b").collected);
        assert!(unit("py/b").flags.is_empty());
    }

    #[test]
    fn a_guarded_file_that_is_gone_is_an_error() {
        const ROWS: &[Patch] = &[
            Patch {
                unit: "py/gone",
                defines: &["x=y"],
                reason: "it jumps",
                ..Patch::NONE
            },
            Patch {
                unit: "py/slow",
                optimisation: Some("-O3"),
                reason: "it is slow",
                ..Patch::NONE
            },
        ];
        let folder = Folder::new("patches-gone");
        let error = Patches::new(&[ROWS], &source(folder.path(), 99), None).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.problems().len(), 1, "{text}");
        for words in ["MicroPython 1.99.0 has no py/gone.c", "it jumps", "help:"] {
            assert!(text.contains(words), "{text}");
        }
        folder.file("py/gone.c", "");
        assert!(Patches::new(&[ROWS], &source(folder.path(), 99), None).is_ok());
    }
}
