//! The C side: MicroPython's sources to a library for the target, with a compiler for the host beside it.

mod archive;
mod bindings;
mod collect;
mod config;
mod features;
mod files;
mod fresh;
mod genhdr;
mod host;
mod jobs;
mod manifest_vm;
mod mbedtls;
mod mpy_cross;
mod objects;
mod preprocess;
mod program;
mod qstr;
mod source;
mod store;
mod target;
mod toolchain;
mod units;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::context::{Context, Float, LongInt, Manifests, ObjRepr};
use crate::error::{Error, Problem, Result};
use crate::fs;

use collect::Declarations;
pub(crate) use config::Config;
pub use config::RomLevel;
pub(crate) use features::Feature;
use fresh::Freshness;
use host::Host;
pub(crate) use mbedtls::FOLDERS as MBEDTLS_FOLDERS;
use mbedtls::Mbedtls;
use program::{Program, Unit};
pub(crate) use qstr::qstr_hash;
use qstr::{FixedQstrs, QstrPool};
pub(crate) use source::Source;
pub use source::Version;
use store::Store;
use target::Target;
pub(crate) use toolchain::Choice;
use toolchain::Compiler;
pub(crate) use units::SOURCE_FOLDERS;

/// Everything that the pipeline starts from.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Cargo's `OUT_DIR`; everything is written below its folder `mpy-freeze`.
    pub(crate) out_dir: PathBuf,
    /// Cargo's `TARGET`.
    pub(crate) target: String,
    /// Cargo's `HOST`.
    pub(crate) host: String,
    /// What `-C target-cpu` says.
    pub(crate) target_cpu: Option<String>,
    /// How many compilers may run at once.
    pub(crate) workers: NonZeroUsize,
    /// The tree that the user named.
    pub(crate) micropython: Option<PathBuf>,
    /// The tree of mbedTLS that the user named.
    pub(crate) mbedtls: Option<PathBuf>,
    /// The folder of unpacked releases.
    pub(crate) cache: Option<PathBuf>,
    /// The folder of objects that builds share.
    pub(crate) objects: Option<PathBuf>,
    /// What the environment tells bindgen.
    pub(crate) bindgen_variables: Vec<(String, String)>,
    /// The C compiler.
    pub(crate) compiler: Choice,
    /// What the firmware's MicroPython can do.
    pub(crate) config: Config,
    /// A header of the user's that is read before the port's defaults.
    pub(crate) mpconfigport: Option<PathBuf>,
    /// C files of the user's.
    pub(crate) c_files: Vec<PathBuf>,
    /// Files with `Q(…)` lines of the user's.
    pub(crate) qstr_defs: Vec<PathBuf>,
    /// What the build script watches for `freeze!`.
    pub(crate) watched: Vec<PathBuf>,
    /// The names of Python modules written in Rust.
    pub(crate) python_names: BTreeSet<String>,
    /// What the firmware's manifests need.
    pub(crate) manifests: ManifestJob,
}

/// What the build script knows of the firmware's manifests.
#[derive(Debug, Clone, Default)]
pub(crate) struct ManifestJob {
    /// Whether the firmware has any: the VM that runs them is built only then.
    pub(crate) wanted: bool,
    /// The variables that paths may have, by name.
    pub(crate) variables: Vec<(String, String)>,
    /// `FROZEN_MANIFEST` in the environment.
    pub(crate) frozen_manifest: Option<String>,
    /// `FROZEN_MPY_DIR` in the environment.
    pub(crate) frozen_mpy_dir: Option<PathBuf>,
}

/// What a build made.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Artifacts {
    /// The folder of all that was made, `OUT_DIR/mpy-freeze`.
    pub folder: PathBuf,
    /// `libmicropython.a`
    pub archive: PathBuf,
    /// The compiler for the host, of the same release.
    pub mpy_cross: PathBuf,
    /// What `freeze!` will read.
    pub context: Context,
    /// The MicroPython tree that was used.
    pub micropython: PathBuf,
    /// Its release.
    pub version: Version,
    /// The tree of mbedTLS that was used, if any.
    pub mbedtls: Option<PathBuf>,
    /// Headers of the user's that the library was compiled from: files outside of the MicroPython tree, of `folder`
    /// and of the system.
    pub headers: Vec<PathBuf>,
    /// How many of the library's files had to be compiled, or taken from the folder of objects; 0 where nothing changed.
    pub compiled: usize,
}

/// The pipeline, a stage a line.
pub(crate) fn build(job: &Job) -> Result<Artifacts> {
    let out = job.out_dir.join("mpy-freeze");
    let freshness = Freshness::new(Store::new(job.objects.clone()));
    let source = Source::find(job.micropython.as_deref(), job.cache.as_deref())?;
    let target = Target::new(&job.target, job.target_cpu.as_deref())?;
    job.config.check(&target)?;
    let compiler = Compiler::find(&target, &job.host, &job.compiler)?;
    let archiver = toolchain::find_archiver(&target, &job.host)?;
    let mbedtls = find_mbedtls(job, &source)?;
    let mut program = firmware(job, &source, &target, mbedtls.as_ref(), &out)?;
    write_port(job, &source, &out, &freshness)?;
    let pool = collected(
        &source,
        &program,
        &compiler,
        &job.qstr_defs,
        &freshness,
        job.workers,
    )?;
    let constants = bindings::bindings(
        &program,
        &target,
        &compiler,
        &job.bindgen_variables,
        &freshness,
    )?;
    let check = bindings::check(&out, &constants, &freshness)?;
    program.units.push(check);
    program
        .units
        .extend(units::libc(&source, &target, float(&constants)?)?);
    program.units.extend(units::libraries(&source, &constants)?);
    if let Some(mbedtls) = &mbedtls {
        program.units.extend(mbedtls.units(&source, &constants)?);
    }
    let objects = objects::compile(&program, &compiler, &freshness, job.workers)?;
    let archive = out.join("libmicropython.a");
    archive::archive(&archive, &objects, &archiver, &freshness)?;
    let host = Host::new(&source, &job.host, &freshness, job.workers)?;
    let mpy_cross = mpy_cross::mpy_cross(&host, &out.join("host"))?;
    let manifests = manifests(job, &host, &out)?;
    let context = context(
        job, &source, &target, &pool, &constants, &mpy_cross, manifests,
    )?;
    context.store(&job.out_dir)?;
    let mbedtls = mbedtls.map(|mbedtls| mbedtls.root);
    let mut known = vec![source.root.as_path(), out.as_path()];
    known.extend(mbedtls.as_deref());
    let headers = users_headers(&freshness, &known);
    Ok(Artifacts {
        headers,
        folder: out,
        archive,
        mpy_cross,
        context,
        micropython: source.root,
        version: source.version,
        mbedtls,
        compiled: objects.compiled,
    })
}

/// Everything that building a program for this machine starts from.
#[derive(Debug, Clone)]
pub(crate) struct HostJob {
    /// The folder that everything is written below.
    pub(crate) out: PathBuf,
    /// This machine as a Rust target.
    pub(crate) host: String,
    /// How many compilers may run at once.
    pub(crate) workers: NonZeroUsize,
    /// The tree that the user named.
    pub(crate) micropython: Option<PathBuf>,
    /// The folder of unpacked releases.
    pub(crate) cache: Option<PathBuf>,
    /// The folder of objects that builds share.
    pub(crate) objects: Option<PathBuf>,
}

/// Builds mpy-cross alone, and returns the program's path.
pub(crate) fn build_mpy_cross(job: &HostJob) -> Result<PathBuf> {
    let source = Source::find(job.micropython.as_deref(), job.cache.as_deref())?;
    let freshness = Freshness::new(Store::new(job.objects.clone()));
    let host = Host::new(&source, &job.host, &freshness, job.workers)?;
    mpy_cross::mpy_cross(&host, &job.out)
}

/// The qstrs that `.mpy` files name by number, the first of them having number 1.
pub(crate) fn static_qstrs(source: &Source) -> Result<Vec<String>> {
    Ok(FixedQstrs::read(source)?.in_order)
}

/// mbedTLS's sources, where the firmware needs them.
fn find_mbedtls(job: &Job, source: &Source) -> Result<Option<Mbedtls>> {
    let wants = job.config.features.wants_mbedtls();
    let find =
        |wants: String| Mbedtls::find(job.mbedtls.as_deref(), source, job.cache.as_deref(), &wants);
    wants.map(find).transpose()
}

/// The library that the firmware links.
fn firmware(
    job: &Job,
    source: &Source,
    target: &Target,
    mbedtls: Option<&Mbedtls>,
    out: &Path,
) -> Result<Program> {
    let port = out.join("port");
    let mut units = units::core(source)?;
    units::replace(&mut units);
    units.extend(units::extmod(source)?);
    units::rename(&mut units);
    units::guard_nesting(&mut units);
    units::guard_containers(&mut units);
    units::configure(&mut units);
    units::guard_tls(&mut units);
    units.extend(units::shared(source));
    if job.config.repl {
        units.push(units::unit(source, "shared/runtime/pyexec.c"));
    }
    units.extend(units::collector(source, target));
    units.extend(files::c_units(&port));
    if let Some(mbedtls) = mbedtls {
        mbedtls.show_to_callers(&mut units);
    }
    units.extend(user_units(&job.c_files)?);
    let mut system_includes = Vec::new();
    if target.bare_metal {
        system_includes.push(port.join("libc"));
    }
    Ok(Program {
        out: out.to_owned(),
        includes: vec![
            out.join("config"),
            port,
            source.root.clone(),
            out.to_owned(),
        ],
        system_includes,
        flags: vec![
            "-DNDEBUG".into(),
            // Paths must not reach the library, or each folder's build would be another.
            format!("-ffile-prefix-map={}=micropython", source.root.display()),
            format!("-ffile-prefix-map={}=mpy-freeze", out.display()),
        ],
        units,
    })
}

/// The user's own C files; two of one name in different folders get different objects.
fn user_units(files: &[PathBuf]) -> Result<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    let mut problems = Vec::new();
    for (index, path) in files.iter().enumerate() {
        if !path.is_file() {
            problems.push(
                Problem::new("this C file is not there")
                    .file(path)
                    .help("correct the path given to Build::c_file; it is relative to the crate"),
            );
        }
        if path.extension().is_none_or(|extension| extension != "c") {
            problems.push(
                Problem::new("this is not a C file")
                    .file(path)
                    .help("Build::c_file takes files whose names end in .c"),
            );
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        units.push(Unit {
            path: path.clone(),
            name: format!("user/{index}-{stem}"),
            flags: Vec::new(),
            collected: true,
        });
    }
    if problems.is_empty() {
        Ok(units)
    } else {
        Err(Error::Config(problems))
    }
}

/// Of all files that the build looked at, those that are neither in the folders nor the system's.
fn users_headers(freshness: &Freshness, folders: &[&Path]) -> Vec<PathBuf> {
    let system = ["/usr", "/opt", "/Library", "/Applications"].map(Path::new);
    let mut headers: Vec<PathBuf> = freshness.seen().into_iter().collect();
    headers.retain(|path| {
        let mut known = folders.iter().chain(&system);
        path.is_absolute() && !known.any(|folder| path.starts_with(folder))
    });
    headers
}

/// Writes the port's own files, the configuration and the version header.
fn write_port(job: &Job, source: &Source, out: &Path, freshness: &Freshness) -> Result<()> {
    for (name, text) in files::PORT {
        fs::write_if_changed(&out.join("port").join(name), text.as_bytes())?;
    }
    let config = out.join("config");
    fs::write_if_changed(
        &config.join("mpy_freeze_config.h"),
        job.config.header()?.as_bytes(),
    )?;
    fs::write_if_changed(&config.join("mpconfigport.h"), front(job)?.as_bytes())?;
    genhdr::write(out, "mpversion.h", &genhdr::mpversion(source), freshness)
}

/// The `mpconfigport.h` that MicroPython includes: the builder's settings, the user's header, the port's defaults.
///
/// It stands before the port's own in the search path and is always there, since a file that appears later in
/// front of another is a change that no record of the files that were read can show.
fn front(job: &Job) -> Result<String> {
    let mut text = String::from("// Written by mpy-freeze.\n#include \"mpy_freeze_config.h\"\n");
    if let Some(users) = &job.mpconfigport {
        if !users.is_file() {
            return Err(Error::Config(vec![
                Problem::new("this mpconfigport.h is not there")
                    .file(users)
                    .help("correct the path given to Build::mpconfigport; it is relative to the crate"),
            ]));
        }
        // C takes a slash on every system, and a backslash for an escape on some.
        let path = users.display().to_string().replace('\\', "/");
        text.push_str(&format!("#include \"{path}\"\n"));
    }
    text.push_str("#include \"../port/mpconfigport.h\"\n");
    Ok(text)
}

/// Collects what a program declares, numbers its qstrs and writes its generated headers.
fn collected(
    source: &Source,
    program: &Program,
    compiler: &Compiler,
    qstr_defs: &[PathBuf],
    freshness: &Freshness,
    workers: NonZeroUsize,
) -> Result<QstrPool> {
    let declarations = preprocess::preprocess(program, compiler, freshness, workers)?;
    let definitions = qstr_definitions(source, program, compiler, qstr_defs, freshness)?;
    let fixed = FixedQstrs::read(source)?;
    let pool = QstrPool::new(&fixed, &definitions, &declarations.qstrs)?;
    for (name, text) in headers(&pool, &declarations)? {
        genhdr::write(&program.out, name, &text, freshness)?;
    }
    Ok(pool)
}

/// The generated headers that depend on the sources.
fn headers(pool: &QstrPool, declarations: &Declarations) -> Result<[(&'static str, String); 4]> {
    Ok([
        ("qstrdefs.generated.h", genhdr::qstrdefs(pool)),
        ("moduledefs.h", genhdr::moduledefs(declarations)?),
        ("root_pointers.h", genhdr::root_pointers(declarations)),
        ("compressed.data.h", genhdr::compressed(declarations)?),
    ])
}

/// `py/qstrdefs.h` and the user's like it, preprocessed with the program's configuration.
fn qstr_definitions(
    source: &Source,
    program: &Program,
    compiler: &Compiler,
    users: &[PathBuf],
    freshness: &Freshness,
) -> Result<String> {
    let mut text = String::new();
    for file in std::iter::once(&source.join("py/qstrdefs.h")).chain(users) {
        text.push_str(&qstr::quote_definitions(&fs::read_to_string(file)?));
    }
    let quoted = program.out.join("qstrdefs.quoted.h");
    if fs::write_if_changed(&quoted, text.as_bytes())? {
        freshness.forget(&quoted);
    }
    let mut args = vec!["-E".to_string(), "-x".into(), "c".into()];
    args.extend(program.preprocessor_args());
    let depfile = fs::temporary_beside(&quoted.with_extension("d"))?;
    let preprocessed =
        preprocess::run(compiler, &args, &quoted, &depfile).map_err(Error::Preprocess)?;
    fs::remove_if_exists(&depfile)?;
    Ok(preprocessed)
}

/// What manifests need, where the firmware has any.
fn manifests(job: &Job, host: &Host<'_>, out: &Path) -> Result<Option<Manifests>> {
    if !job.manifests.wanted {
        return Ok(None);
    }
    let source = host.source;
    let mut variables = vec![("MPY_DIR".to_string(), source.root.display().to_string())];
    // A release unpacks without the library, whose folder is then there and empty.
    let beside = source.join("lib/micropython-lib");
    if beside.join("micropython").is_dir() {
        variables.push(("MPY_LIB_DIR".to_string(), beside.display().to_string()));
    }
    for (name, value) in &job.manifests.variables {
        variables.retain(|(known, _)| known != name);
        variables.push((name.clone(), value.clone()));
    }
    Ok(Some(Manifests {
        vm: manifest_vm::manifest_vm(host, &out.join("manifest"))?,
        variables,
        frozen_manifest: job.manifests.frozen_manifest.clone(),
        frozen_mpy_dir: job.manifests.frozen_mpy_dir.clone(),
    }))
}

/// What `freeze!` has to know of the firmware.
fn context(
    job: &Job,
    source: &Source,
    target: &Target,
    pool: &QstrPool,
    constants: &bindings::Constants,
    mpy_cross: &Path,
    manifests: Option<Manifests>,
) -> Result<Context> {
    let get = |name: &str| constant(constants, name);
    let number = |name: &str| u32::try_from(get(name)?).map_err(|_| out_of_range(name));
    let byte = |name: &str| u8::try_from(get(name)?).map_err(|_| out_of_range(name));
    let machine_code = get("emit_machine_code")? != 0;
    Ok(Context {
        micropython: source.version.to_string(),
        target: job.target.clone(),
        bare_metal: target.bare_metal,
        mpy_version: byte("mpy_version")?,
        mpy_sub_version: byte("mpy_sub_version")?,
        native_arch: target.native_arch.filter(|_| machine_code),
        word_bytes: number("word_bytes")?,
        small_int_bits: number("small_int_bits")?,
        obj_repr: match get("obj_repr")? {
            0 => ObjRepr::A,
            1 => ObjRepr::B,
            2 => ObjRepr::C,
            _ => ObjRepr::D,
        },
        immediate_objs: get("immediate_objs")? != 0,
        long_int: match get("longint_impl")? {
            0 => LongInt::None,
            1 => LongInt::LongLong,
            _ => LongInt::Mpz {
                dig_bits: number("mpz_dig_size")?,
            },
        },
        float: float(constants)?,
        complex: get("complex")? != 0,
        qstr_bytes_in_hash: number("qstr_bytes_in_hash")?,
        qstr_bytes_in_len: number("qstr_bytes_in_len")?,
        persistent_code_save: get("persistent_code_save")? != 0,
        settrace: get("settrace")? != 0,
        machine_code,
        inline_asm: get("emit_inline_asm")? != 0,
        frozen_str: get("frozen_str")? != 0,
        mpy_cross: mpy_cross.to_owned(),
        manifests,
        packaged: job
            .config
            .features
            .python(source, &job.out_dir.join("mpy-freeze/port"))?,
        last_static_qstr: pool.last_static,
        qstrs: std::iter::once(String::new())
            .chain(pool.strings().cloned())
            .collect(),
        rust_qstrs: rust_qstrs(job, pool),
        watched: job.watched.clone(),
    })
}

/// The names of Rust's modules that are new to the firmware.
fn rust_qstrs(job: &Job, pool: &QstrPool) -> Vec<String> {
    let known: BTreeSet<&String> = pool.strings().collect();
    let names = job.python_names.iter();
    names
        .filter(|name| !known.contains(name))
        .cloned()
        .collect()
}

/// One of the values that the configuration came to.
fn constant(constants: &bindings::Constants, name: &str) -> Result<i64> {
    constants.get(name).copied().ok_or_else(|| {
        Error::Bindings(vec![Problem::new(format!(
            "the port's mpyf_bindings.h doesn't evaluate {name}"
        ))])
    })
}

fn out_of_range(name: &str) -> Error {
    Error::Bindings(vec![
        Problem::new(format!(
            "the configuration's {name} has a value that can't be meant"
        ))
        .help("look at the defines in build.rs and in a mpconfigport.h of your own"),
    ])
}

/// What a Python float came to be.
fn float(constants: &bindings::Constants) -> Result<Float> {
    Ok(match constant(constants, "float")? {
        0 => Float::None,
        1 => Float::Single,
        _ => Float::Double,
    })
}
