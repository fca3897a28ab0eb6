//! MicroPython's types as Rust has them, and the values that its configuration came to.
//!
//! bindgen reads the port's `bindings.h` with the flags of the C compiler. The header ends with an enum
//! of configuration constants, so the compiler evaluates what freezing has to know and nothing is guessed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bindgen::callbacks::{EnumVariantValue, ParseCallbacks};

use super::constants::Constants;
use super::program::{Program, Unit};
use super::target::Target;
use super::workbench::Workbench;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// The prefix of the constants' names in the header.
const PREFIX: &str = "mpyf_cfg_";

/// Writes `bindings.rs` and returns the configuration's constants. `variables` are those of the environment that
/// bindgen reads.
///
/// # Errors
///
/// [`Error::Toolchain`] without libclang, [`Error::Bindings`] for headers that it rejects.
pub(crate) fn bindings(
    workbench: Workbench<'_>,
    program: &Program,
    target: &Target,
    variables: &[(String, String)],
) -> Result<Constants> {
    let freshness = workbench.freshness;
    let output = program.out.join("bindings.rs");
    let constants_file = program.out.join("constants.txt");
    let header = program.out.join("port").join("bindings.h");
    let mut args = workbench.compiler.bindgen_args(target);
    args.extend(program.preprocessor_args());
    let command = format!(
        "bindgen {} {args:?} {variables:?}",
        env!("CARGO_PKG_VERSION")
    );
    if freshness.is_fresh(&output, &command)
        && let Some(constants) = Constants::load(&constants_file)
    {
        return Ok(constants);
    }
    check_libclang()?;
    let started = SystemTime::now();
    let recorder = Recorder::default();
    let text = generate(&header, args, &recorder)?;
    let constants = recorder.constants();
    freshness.invalidate(&output)?;
    constants.store(&constants_file)?;
    fs::write_if_changed(&output, text.as_bytes())?;
    freshness.record(&output, &command, &recorder.files(), started)?;
    Ok(constants)
}

/// A C file that compiles only if the C compiler comes to the same values as libclang.
///
/// The two read the same headers with the same flags. Should a flag reach only one of them, or mean another
/// layout to it, this file fails to compile instead of the firmware failing to run.
///
/// # Errors
///
/// [`Error::Io`] where the file can't be written.
pub(crate) fn check(
    workbench: Workbench<'_>,
    program: &Program,
    constants: &Constants,
) -> Result<Unit> {
    let mut text = String::from("// Written by mpy-freeze.\n#include \"bindings.h\"\n");
    for (name, value) in constants.iter() {
        text.push_str(&format!(
            "_Static_assert({PREFIX}{name} == {value}, \"libclang and the C compiler disagree about {name}: \"\n\
             \"give flags to both, by Build::define instead of CFLAGS\");\n"
        ));
    }
    let path = program.out.join("config").join("check.c");
    workbench.freshness.write(&path, text.as_bytes())?;
    Ok(Unit {
        collected: false,
        ..Unit::new(path, "config/check".into())
    })
}

fn generate(header: &Path, args: Vec<String>, recorder: &Recorder) -> Result<String> {
    // The oldest Rust that the project supports; a literal that bindgen doesn't know can't compile its tests.
    let rust = bindgen::RustTarget::stable(88, 0).unwrap_or_default();
    let builder = bindgen::Builder::default()
        .header(header.display().to_string())
        .clang_args(args)
        .use_core()
        .disable_header_comment()
        .generate_comments(false)
        .derive_debug(false)
        .merge_extern_blocks(true)
        .rust_target(rust)
        .rust_edition(bindgen::RustEdition::Edition2024)
        .allowlist_type("mp_frozen_module_t|mp_raw_code_t|mp_raw_code_truncated_t|mp_module_constants_t")
        .allowlist_type("mp_obj_(base|str|tuple|int|float|complex)_t|mp_rom_obj_t|qstr_pool_t|qstr_short_t|qstr_hash_t|qstr_len_t|mpz_dig_t|mp_raw_code_kind_t")
        .allowlist_type("mp_map_t|mp_rom_map_elem_t|mp_obj_(dict|module|type)_t|mp_rom_obj_static_class_method_t")
        .allowlist_var("mp_type_.*|mp_const_.*_obj|mp_qstr_const_pool|mp_fun_table|mpyf_.*|MP_TYPE_FLAG_.*")
        .parse_callbacks(Box::new(recorder.clone()));
    builder
        .generate()
        .map(|bindings| bindings.to_string())
        .map_err(|error| {
            Error::Bindings(vec![
                Problem::new(format!("libclang rejects MicroPython's headers: {error}"))
                    .file(header),
            ])
        })
}

/// bindgen panics where there is no libclang, so that is looked at before.
fn check_libclang() -> Result<()> {
    // The version string is empty where the library doesn't load; the call itself can panic inside clang-sys.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let version = std::panic::catch_unwind(|| bindgen::clang_version().full);
    std::panic::set_hook(hook);
    match version {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::Toolchain(vec![
            Problem::new("libclang is not there: bindgen needs it to read MicroPython's headers").help(
                "install it (`cargo xtask setup` in a checkout of mpy-freeze does it; on Debian and Ubuntu \
                 `apt-get install libclang-dev`, with Homebrew `brew install llvm`), or set LIBCLANG_PATH to its folder",
            ),
        ])),
    }
}

/// Notes the constants and the headers while bindgen parses.
#[derive(Debug, Clone, Default)]
struct Recorder(Arc<Mutex<(Constants, Vec<PathBuf>)>>);

impl Recorder {
    fn constants(&self) -> Constants {
        self.0.lock().map(|seen| seen.0.clone()).unwrap_or_default()
    }

    fn files(&self) -> Vec<PathBuf> {
        self.0.lock().map(|seen| seen.1.clone()).unwrap_or_default()
    }

    fn note_file(&self, name: &str) {
        if let Ok(mut seen) = self.0.lock() {
            seen.1.push(name.into());
        }
    }
}

impl ParseCallbacks for Recorder {
    fn enum_variant_behavior(
        &self,
        _enum_name: Option<&str>,
        variant: &str,
        value: EnumVariantValue,
    ) -> Option<bindgen::callbacks::EnumVariantCustomBehavior> {
        let value = match value {
            EnumVariantValue::Boolean(value) => i64::from(value),
            EnumVariantValue::Signed(value) => value,
            EnumVariantValue::Unsigned(value) => i64::try_from(value).unwrap_or(i64::MAX),
        };
        if let (Some(name), Ok(mut seen)) = (variant.strip_prefix(PREFIX), self.0.lock()) {
            seen.0.insert(name, value);
        }
        None
    }

    fn header_file(&self, name: &str) {
        self.note_file(name);
    }

    fn include_file(&self, name: &str) {
        self.note_file(name);
    }
}
