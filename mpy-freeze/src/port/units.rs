//! Which of MicroPython's files belong to a program, found in the tree so that a newer release's new files
//! come along.

use std::path::Path;

use super::bindings::Constants;
use super::program::Unit;
use super::source::Source;
use super::target::{Family, Target};
use crate::context::Float;
use crate::error::{Error, Problem, Result};

/// The folders of the tree that files and headers come from.
pub(crate) const SOURCE_FOLDERS: [&str; 13] = [
    "py",
    "extmod",
    "shared",
    "mpy-cross",
    "drivers/bus",
    "lib/libm",
    "lib/libm_dbl",
    "lib/littlefs",
    "lib/oofatfs",
    "lib/uzlib",
    "lib/re1.5",
    "lib/crypto-algorithms",
    "lib/mbedtls_errors",
];

/// The interpreter and compiler: what upstream's `py.mk` calls `PY_CORE_O`.
pub(crate) fn core(source: &Source) -> Result<Vec<Unit>> {
    // emitnative.c is included by the emitters of the instruction sets and is no unit of its own.
    let mut units = folder(source, "py", |name| name != "emitnative")?;
    for unit in &mut units {
        match unit.name.as_str() {
            // The interpreter's loop and the collector decide the speed of everything.
            "py/vm" | "py/gc" => unit.flags.push("-O3".into()),
            // Each string that a program makes of a character is looked for among the names.
            "py/qstr" => unit.flags.push("-O2".into()),
            // Their prologues must have a known form.
            name if name.starts_with("py/nlr") => {
                unit.flags.push("-Os".into());
                unit.collected = false;
            }
            _ => {}
        }
    }
    Ok(units)
}

/// Leaves out the files that the shim has replacements for; each says what is wrong with MicroPython's.
pub(crate) fn replace(units: &mut Vec<Unit>) {
    // port/mpyf_map.c
    units.retain(|unit| unit.name != "py/map");
}

/// Gives names of MicroPython's other ones in the files where the shim has something of its own instead.
pub(crate) fn rename(units: &mut [Unit]) {
    for unit in units {
        let flag = match unit.name.as_str() {
            // The shim looks for modules, and calls this function for those of C.
            "py/objmodule" => "-Dmp_module_get_builtin=mpyf_c_builtin_module",
            // The shim writes properties of Rust's, and calls this function for everything else.
            "py/runtime" => "-Dmp_store_attr=mpyf_c_store_attr",
            // It measures what is marshalled, which can lie in ROM.
            "py/persistentcode" => "-Dgc_nbytes=mpyf_code_bytes",
            // The one function of this type in the file stands for an object that isn't there yet.
            "py/objtype" => "-Dmp_type_fun_builtin_var=mpyf_type_base_init",
            // It takes any object for a pin.
            "extmod/machine_signal" => {
                "-Dmp_virtual_pin_read=mpyf_pin_read -Dmp_virtual_pin_write=mpyf_pin_write"
            }
            _ => continue,
        };
        unit.flags.extend(flag.split(' ').map(String::from));
    }
}

/// Has containers compare and hash their items through the shim, which looks at the stack before: data that is nested
/// deeply then ends in a `RuntimeError`. Only these calls are recursive, so only they pay for it. Classes are looked at
/// where they are made.
pub(crate) fn guard_nesting(units: &mut [Unit]) {
    for unit in units {
        let guarded: &[&str] = match unit.name.as_str() {
            "py/sequence" | "py/objdict" | "py/objboundmeth" => &["mp_obj_equal=mpyf_nested_equal"],
            "py/objtuple" => &["mp_unary_op=mpyf_nested_unary_op"],
            "py/objtype" => &["mp_obj_tuple_get=mpyf_nested_bases"],
            "py/objset" => &[
                "mp_unary_op=mpyf_nested_unary_op",
                "mp_set_lookup=mpyf_nested_set_lookup",
            ],
            _ => &[],
        };
        unit.flags
            .extend(guarded.iter().map(|name| format!("-D{name}")));
    }
}

/// Has MicroPython look at containers through the shim where Python can change them meanwhile, and call streams through it
/// that are written in Python; the headers say how.
pub(crate) fn guard_containers(units: &mut [Unit]) {
    for unit in units {
        let flags: &[&str] = match unit.name.as_str() {
            "py/modio" => &["-include", "mpyf_stream.h"],
            "py/objdict" => &["-include", "mpyf_dict.h"],
            "py/objlist" => &[
                "-DMPYF_SEQUENCE=mp_obj_list_t",
                "-Dmp_seq_multiply=mpyf_multiply",
                "-include",
                "mpyf_list_index.h",
            ],
            "py/objtuple" => &[
                "-DMPYF_SEQUENCE=mp_obj_tuple_t",
                "-Dmp_seq_multiply=mpyf_multiply",
                "-include",
                "mpyf_list.h",
            ],
            "py/objarray" => &["-DMPYF_ARRAY", "-include", "mpyf_array.h"],
            "py/objdeque" => &[
                "-Dmp_obj_get_int=mpyf_deque_len",
                "-include",
                "mpyf_array.h",
            ],
            "py/objstr" => &["-Dmp_seq_multiply=mpyf_multiply"],
            "py/objstringio" => &["-Dvstr_add_len=mpyf_stream_room"],
            "extmod/modheapq" => &["-include", "mpyf_heapq.h"],
            _ => continue,
        };
        unit.flags.extend(flags.iter().map(ToString::to_string));
    }
}

/// The extension modules that need no library from elsewhere.
///
/// Each file is empty unless its feature is configured, so all of them can be listed.
pub(crate) fn extmod(source: &Source) -> Result<Vec<Unit>> {
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
    folder(source, "extmod", |name| {
        !FOREIGN.iter().any(|foreign| name.starts_with(foreign))
    })
}

/// Libraries from elsewhere that come with MicroPython, where the configuration has come to what needs them.
pub(crate) fn libraries(source: &Source, constants: &Constants) -> Result<Vec<Unit>> {
    let on = |name: &str| constants.get(name).is_some_and(|value| *value != 0);
    let mut units = Vec::new();
    if on("vfs_fat") {
        units.extend(folder(source, "lib/oofatfs", |_| true)?);
    }
    for version in ["lfs1", "lfs2"] {
        if on(&format!("vfs_{version}")) {
            units.extend(folder(source, "lib/littlefs", |name| {
                name.starts_with(version)
            })?);
        }
    }
    if on("machine_softspi") {
        units.push(unit(source, "drivers/bus/softspi.c"));
    }
    if on("machine_timer") {
        units.push(unit(source, "shared/runtime/softtimer.c"));
    }
    for unit in &mut units {
        unit.collected = false;
    }
    configure(&mut units);
    Ok(units)
}

/// Has MicroPython's `tls` call mbedTLS through the shim, which says what it looks at before.
pub(crate) fn guard_tls(units: &mut [Unit]) {
    const GUARDED: [(&str, &str); 13] = [
        ("mbedtls_ctr_drbg_seed", "seed"),
        ("mbedtls_pk_parse_key", "parse_key"),
        ("mbedtls_ssl_free", "free"),
        ("mbedtls_ssl_get_ciphersuite", "cipher"),
        ("mbedtls_ssl_handshake", "handshake"),
        ("mbedtls_ssl_read", "read"),
        ("mbedtls_ssl_send_alert_message", "alert"),
        ("mbedtls_ssl_set_bio", "set_stream"),
        ("mbedtls_ssl_write", "write"),
        ("mbedtls_x509_crt_parse", "parse_certificate"),
        ("mp_arg_parse_all", "parse_arguments"),
        ("mp_call_function_2", "verify"),
        ("mp_load_method", "load_method"),
    ];
    for unit in units {
        if unit.name == "extmod/modtls_mbedtls" {
            let renamed = GUARDED.iter();
            let renamed = renamed.map(|(theirs, ours)| format!("-D{theirs}=mpyf_tls_{ours}"));
            unit.flags.extend(renamed);
            let flags = ["-include", "mpyf_tls.h"];
            unit.flags.extend(flags.map(String::from));
        }
    }
}

/// Tells the libraries, and the files that include their headers, what they take as macros of the command line.
pub(crate) fn configure(units: &mut [Unit]) {
    for unit in units {
        let name = unit.name.as_str();
        if name.starts_with("lib/oofatfs/") {
            unit.flags
                .push("-DFFCONF_H=\"lib/oofatfs/ffconf.h\"".into());
        }
        if name.starts_with("lib/littlefs/") || name == "extmod/vfs_lfs" {
            // It has no heap but what it is given, and says nothing.
            for version in ["LFS1", "LFS2"] {
                for part in ["MALLOC", "DEBUG", "WARN", "ERROR", "ASSERT"] {
                    unit.flags.push(format!("-D{version}_NO_{part}"));
                }
            }
        }
    }
}

/// What a firmware without a libc needs from MicroPython's own, for floats of the configured size.
pub(crate) fn libc(source: &Source, target: &Target, float: Float) -> Result<Vec<Unit>> {
    if !target.bare_metal {
        return Ok(Vec::new());
    }
    let mut units = vec![Unit {
        // Otherwise the compiler turns the loop inside memset into a call of memset.
        flags: ["-ffreestanding", "-fno-builtin"].map(String::from).into(),
        ..unit(source, "shared/libc/string0.c")
    }];
    // The square roots by an FPU's instruction would be a second definition; where there is an FPU the
    // compiler emits that instruction by itself.
    let by_software = |name: &str| !name.starts_with("thumb_vfp_sqrt");
    match float {
        Float::None => {}
        Float::Single => units.extend(folder(source, "lib/libm", by_software)?),
        Float::Double => units.extend(folder(source, "lib/libm_dbl", by_software)?),
    }
    for unit in &mut units {
        unit.collected = false;
    }
    Ok(units)
}

/// What a port has of upstream's shared parts: `sys.stdin` and its like, and `input`.
pub(crate) fn shared(source: &Source) -> Vec<Unit> {
    [
        "shared/libc/printf.c",
        "shared/readline/readline.c",
        "shared/runtime/sys_stdio_mphal.c",
        "shared/timeutils/timeutils.c",
    ]
    .iter()
    .map(|file| unit(source, file))
    .collect()
}

/// How the collector finds the roots in registers, which takes assembler on most instruction sets.
pub(crate) fn collector(source: &Source, target: &Target) -> Vec<Unit> {
    let files: &[&str] = match target.family {
        Family::Thumb1 => &["gchelper_native.c", "gchelper_thumb1.s"],
        Family::Thumb2 => &["gchelper_native.c", "gchelper_thumb2.s"],
        Family::Rv32 => &["gchelper_native.c", "gchelper_rv32i.s"],
        Family::Host => &["gchelper_generic.c"],
    };
    files
        .iter()
        .map(|file| Unit {
            collected: false,
            ..unit(source, &format!("shared/runtime/{file}"))
        })
        .collect()
}

/// A file of the tree by its relative path.
pub(crate) fn unit(source: &Source, relative: &str) -> Unit {
    Unit {
        path: source.join(relative),
        name: Path::new(relative).with_extension("").display().to_string(),
        flags: Vec::new(),
        collected: true,
    }
}

/// The C files directly in a folder of the tree that `wanted` takes, in the order of their names.
fn folder(source: &Source, relative: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Unit>> {
    let names = stems(&source.root, relative, "c", wanted)?;
    Ok(names
        .iter()
        .map(|name| unit(source, &format!("{relative}/{name}.c")))
        .collect())
}

/// The names, without their extension, of the files directly in a folder of a source tree that `wanted` takes, sorted.
///
/// # Errors
///
/// [`Error::Source`] where there are none.
pub(crate) fn stems(
    root: &Path,
    relative: &str,
    extension: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<String>> {
    let folder = glob::Pattern::escape(&root.join(relative).display().to_string());
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::Source(vec![
            Problem::new(format!("{relative} can't be listed: {error}")).file(root),
        ])
    };
    let mut names = Vec::new();
    for path in
        glob::glob(&format!("{folder}/*.{extension}")).map_err(|error| unreadable(&error))?
    {
        let path = path.map_err(|error| unreadable(&error))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if wanted(&stem) {
            names.push(stem.into_owned());
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(Error::Source(vec![
            Problem::new(format!(
                "this source tree has no .{extension} files in {relative}"
            ))
            .file(root)
            .help("the tree is incomplete: unpack the release again"),
        ]));
    }
    Ok(names)
}
