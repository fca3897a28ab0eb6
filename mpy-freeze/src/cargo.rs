//! The Cargo shell: the one place that reads the environment, prints directives and ends the process.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the module that the rule sends everybody to"
)]

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use mpy_freeze_core::Source;
use mpy_freeze_core::trees::{self, Project};

use crate::build::Build;
use crate::error::{Error, Problem, Result};
use crate::fingerprint::fingerprint;
use crate::modules::stub;
use crate::port::{self, Artifacts, HostJob, Job, Jobs, ManifestJob};
use crate::record::{self, Watched};
use crate::scan;

/// Variables that begin with this are variables of manifests, as they are in upstream's makefiles.
const VARIABLE_PREFIX: &str = "MICROPY_MANIFEST_";

/// The other variables that manifests read. Of the prefixed ones these are watched even while they aren't set.
const MANIFEST_VARIABLES: [&str; 7] = [
    "FROZEN_MANIFEST",
    "FROZEN_MPY_DIR",
    "MPY_LIB_DIR",
    "MICROPY_MANIFEST_BOARD_DIR",
    "MICROPY_MANIFEST_MPY_DIR",
    "MICROPY_MANIFEST_MPY_LIB_DIR",
    "MICROPY_MANIFEST_PORT_DIR",
];

/// The parts of the environment that a build depends on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    out_dir: Option<PathBuf>,
    manifest_dir: Option<PathBuf>,
    target: Option<String>,
    host: Option<String>,
    target_cpu: Option<String>,
    workers: Option<NonZeroUsize>,
    /// The jobserver by which Cargo and its other jobs share the processors.
    jobserver: Option<jobserver::Client>,
    micropython: Option<PathBuf>,
    mbedtls: Option<PathBuf>,
    cache: Option<PathBuf>,
    objects: Option<PathBuf>,
    /// The variables for bindgen that are set, by name.
    bindgen_variables: Vec<(String, String)>,
    /// The settings for manifests.
    manifests: ManifestEnvironment,
    /// Set where the user chose a C compiler through a variable of the `cc` crate.
    cc_variable: bool,
    /// The result of scanning the crate's sources, once they have been read.
    scan: OnceCell<scan::Scan>,
}

/// The environment's settings for manifests.
#[derive(Debug, Clone, Default)]
struct ManifestEnvironment {
    /// Names and values of the variables of manifests.
    variables: Vec<(String, String)>,
    frozen_manifest: Option<String>,
    frozen_mpy_dir: Option<PathBuf>,
}

impl ManifestEnvironment {
    fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut variables: Vec<(String, String)> = text("MPY_LIB_DIR")
            .map(|value| ("MPY_LIB_DIR".to_string(), value))
            .into_iter()
            .collect();
        let mut prefixed: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name.to_str()?.strip_prefix(VARIABLE_PREFIX)?.to_string();
                Some((name, value.to_str()?.to_string()))
            })
            .collect();
        // The order in which they replace one another must not depend on the system's.
        prefixed.sort();
        variables.extend(prefixed);
        Self {
            variables,
            frozen_manifest: text("FROZEN_MANIFEST"),
            frozen_mpy_dir: text("FROZEN_MPY_DIR").map(PathBuf::from),
        }
    }
}

impl Environment {
    /// Reads what Cargo and the user set.
    pub(crate) fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let variable = |name: &str| std::env::var_os(name);
        let path = |name: &str| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        };
        let tree = |project: Project| project.named(variable).map(|(_, tree)| tree);
        let target = text("TARGET");
        let flags = text("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
        Self {
            out_dir: path("OUT_DIR"),
            manifest_dir: path("CARGO_MANIFEST_DIR"),
            host: text("HOST"),
            target_cpu: target_cpu(&flags),
            workers: text("NUM_JOBS").and_then(|jobs| jobs.parse().ok()),
            jobserver: jobserver(),
            micropython: tree(Project::Micropython),
            mbedtls: tree(Project::Mbedtls),
            cache: trees::cache(variable),
            objects: path("MPY_FREEZE_OBJECTS"),
            bindgen_variables: bindgen_variables(target.as_deref().unwrap_or_default())
                .into_iter()
                .filter_map(|name| Some((text(&name)?, name)))
                .map(|(value, name)| (name, value))
                .collect(),
            manifests: ManifestEnvironment::read(),
            cc_variable: cc_variables(target.as_deref().unwrap_or_default())
                .iter()
                .any(|name| text(name).is_some()),
            target,
            scan: OnceCell::new(),
        }
    }

    /// Builds, and writes the stubs.
    pub(crate) fn build(&self, build: &Build) -> Result<(Artifacts, Job)> {
        let job = self.job(build)?;
        let artifacts = port::build(&job)?;
        if let Some(folder) = &build.stubs {
            let sources = &self.scan().python_sources;
            let stubs = stub::stubs(sources.iter().map(String::as_str));
            let crate_folder = self.manifest_dir.clone().unwrap_or_default();
            stub::write(&crate_folder.join(folder), &stubs)?;
        }
        Ok((artifacts, job))
    }

    /// Returns the job that the pipeline starts from: the builder's settings, and the environment's for the rest.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] outside of a build script where the builder doesn't say what Cargo would.
    pub(crate) fn job(&self, build: &Build) -> Result<Job> {
        let manifest_dir = self.manifest_dir.clone().unwrap_or_default();
        let absolute = |path: &PathBuf| manifest_dir.join(path);
        let out_dir = build.out_dir.clone().or_else(|| self.out_dir.clone());
        let target = build.target.clone().or_else(|| self.target.clone());
        let scan = self.scan();
        Ok(Job {
            manifests: self.manifest_job(build, scan.manifests),
            watched: scan.inputs.clone(),
            python_names: scan
                .names
                .iter()
                .chain(&build.python_names)
                .cloned()
                .collect(),
            out_dir: out_dir.ok_or_else(|| outside("OUT_DIR", "out_dir"))?,
            host: build
                .host
                .clone()
                .or_else(|| self.host.clone())
                .ok_or_else(|| outside("HOST", "host"))?,
            target: target.ok_or_else(|| outside("TARGET", "target"))?,
            target_cpu: self.target_cpu.clone(),
            jobs: self.jobs(),
            // Manifests name it from other folders, so it is absolute, wherever it was named.
            micropython: build
                .micropython
                .as_ref()
                .or(self.micropython.as_ref())
                .map(absolute),
            mbedtls: build
                .mbedtls
                .as_ref()
                .or(self.mbedtls.as_ref())
                .map(absolute),
            cache: self.cache.clone(),
            objects: build
                .objects
                .as_ref()
                .or(self.objects.as_ref())
                .map(absolute),
            bindgen_variables: self.bindgen_variables.clone(),
            compiler: build.choice(self.cc_variable),
            config: build.config.clone(),
            mpconfigport: build.mpconfigport.as_ref().map(absolute),
            c_files: build.c_files.iter().map(absolute).collect(),
            qstr_defs: build.qstr_defs.iter().map(absolute).collect(),
        })
    }

    /// Returns the job for the firmware's manifests; `found` says that the crate's sources name one.
    fn manifest_job(&self, build: &Build, found: bool) -> ManifestJob {
        let crate_folder = self.manifest_dir.clone().unwrap_or_default();
        let known = &self.manifests;
        let from_environment = known.frozen_manifest.is_some() || known.frozen_mpy_dir.is_some();
        let variables = build.manifest_variables.iter().chain(&known.variables);
        ManifestJob {
            wanted: build.manifests.unwrap_or(found || from_environment),
            variables: variables
                .map(|(name, value)| (name.clone(), absolute_if_path(&crate_folder, value)))
                .collect(),
            frozen_manifest: known.frozen_manifest.clone(),
            frozen_mpy_dir: known.frozen_mpy_dir.clone(),
        }
    }

    /// Returns the job for building a program for this machine: its tree is the caller's, or the environment's.
    pub(crate) fn host_job(&self, tree: Option<&Path>, folder: &Path) -> HostJob {
        HostJob {
            out: folder.to_owned(),
            host: self.host.clone().unwrap_or_else(this_machine),
            jobs: self.jobs(),
            micropython: tree
                .map(Path::to_owned)
                .or_else(|| self.micropython.clone()),
            cache: self.cache.clone(),
            objects: self.objects.clone(),
        }
    }

    /// The folder in the user's cache that has source trees and programs.
    pub(crate) fn cache(&self) -> Result<&Path> {
        self.cache.as_deref().ok_or_else(|| {
            Error::Config(vec![
                Problem::new("there is no folder for the user's cache").help(format!(
                    "set {}, or name the folder to build in with `tools::mpy_cross`",
                    trees::CACHE_VARIABLE
                )),
            ])
        })
    }

    /// The folder in the user's cache for programs that are built from the environment's tree.
    pub(crate) fn tool_folder(&self) -> Result<PathBuf> {
        let source = self.source()?;
        let cache = self.cache()?;
        // Two trees of one release, such as a checkout and the release itself, may differ.
        let root = std::path::absolute(&source.root).unwrap_or(source.root);
        let tree = fingerprint(root.as_os_str().as_encoded_bytes());
        Ok(cache.join(format!("mpy-cross-{}-{tree:032x}", source.version)))
    }

    /// The tree that a build without a named one takes.
    pub(crate) fn source(&self) -> Result<Source> {
        Source::find(self.micropython.as_deref(), self.cache.as_deref())
    }

    fn jobs(&self) -> Jobs {
        let workers = self.workers;
        let workers = workers.or_else(|| std::thread::available_parallelism().ok());
        Jobs::new(workers.unwrap_or(NonZeroUsize::MIN), self.jobserver.clone())
    }

    /// Returns the result of scanning the crate's sources, which are read once.
    fn scan(&self) -> &scan::Scan {
        self.scan.get_or_init(|| {
            let manifest_dir = self.manifest_dir.as_deref();
            manifest_dir.map(scan::scan).unwrap_or_default()
        })
    }
}

/// The value of a variable of manifests: the absolute path where it is one of something that exists, as upstream's
/// `makemanifest.py` has it.
fn absolute_if_path(folder: &Path, value: &str) -> String {
    let path = folder.join(value);
    // The folder itself isn't what an empty value names.
    let exists = !value.is_empty() && path.exists();
    let path = path.to_str().filter(|_| exists);
    path.unwrap_or(value).to_string()
}

/// Builds, prints the directives and, where something is wrong, ends the build script with status 1.
pub(crate) fn run(build: &Build) {
    let environment = Environment::read();
    let result = environment.build(build).and_then(|(artifacts, job)| {
        record::prepare_record(&job.out_dir)?;
        Ok((artifacts, job))
    });
    let stdout = io::stdout().lock();
    let printed = match &result {
        Ok((artifacts, job)) => directives(stdout, &environment, job, artifacts),
        Err(error) => errors(stdout, error),
    };
    if result.is_err() || printed.is_err() {
        std::process::exit(1);
    }
}

/// Writes what Cargo has to link and to watch.
fn directives(
    mut out: impl Write,
    environment: &Environment,
    job: &Job,
    artifacts: &Artifacts,
) -> io::Result<()> {
    let folder = artifacts.folder.display();
    writeln!(out, "cargo::rustc-link-search=native={folder}")?;
    writeln!(out, "cargo::rustc-link-lib=static=micropython")?;
    if !artifacts.context.bare_metal {
        writeln!(out, "cargo::rustc-link-lib=m")?;
    }
    let prefixed = environment.manifests.variables.iter();
    let prefixed = prefixed.map(|(name, _)| format!("{VARIABLE_PREFIX}{name}"));
    let recorded = record::recorded(&job.out_dir).into_iter();
    let missing = recorded.filter_map(|watched| match watched {
        // A name that no environment can have is nothing to watch.
        Watched::Variable(name) if name.chars().all(|c| c == '_' || c.is_alphanumeric()) => {
            Some(format!("{VARIABLE_PREFIX}{name}"))
        }
        _ => None,
    });
    let mut names: BTreeSet<String> = variables(&job.target).into_iter().collect();
    names.extend(prefixed.chain(missing));
    for name in names {
        writeln!(out, "cargo::rerun-if-env-changed={name}")?;
    }
    for path in watched_paths(environment, job, artifacts) {
        writeln!(out, "cargo::rerun-if-changed={}", path.display())?;
    }
    Ok(())
}

/// The files and folders whose change runs the build script again.
fn watched_paths(environment: &Environment, job: &Job, artifacts: &Artifacts) -> BTreeSet<PathBuf> {
    let tree = &artifacts.micropython;
    let folders = port::source_folders().into_iter();
    let parts = folders.map(|part| tree.join(part));
    // Cargo takes a path that isn't there for one that changed.
    let mut paths: BTreeSet<PathBuf> = parts.filter(|part| part.exists()).collect();
    let mbedtls = artifacts.mbedtls.iter();
    paths.extend(mbedtls.flat_map(|tree| port::MBEDTLS_FOLDERS.map(|part| tree.join(part))));
    paths.extend(job.watched.iter().cloned());
    let recorded = record::recorded(&job.out_dir).into_iter();
    paths.extend(recorded.filter_map(|watched| match watched {
        // A folder that is gone is nothing to watch; the macro will say what is wrong with it.
        Watched::Path(path) => path.exists().then_some(path),
        Watched::Variable(_) => None,
    }));
    paths.extend(artifacts.headers.iter().cloned());
    paths.extend(job.mpconfigport.iter().cloned());
    paths.extend(job.c_files.iter().cloned());
    paths.extend(job.qstr_defs.iter().cloned());
    paths.insert(record::record_path(&job.out_dir));
    // `cargo xtask setup` writes this file with each release that it unpacks, and the newest one is taken.
    let releases = job.cache.as_deref().map(trees::list_of_releases);
    let from_cache = |tree: &Path| {
        job.cache
            .as_ref()
            .is_some_and(|cache| tree.starts_with(cache))
    };
    let newest = job.micropython.is_none()
        || (job.mbedtls.is_none() && artifacts.mbedtls.as_deref().is_some_and(from_cache));
    paths.extend(releases.filter(|path| newest && path.exists()));
    if let Some(manifest_dir) = &environment.manifest_dir {
        paths.insert(manifest_dir.join("build.rs"));
        let scan = environment.scan();
        paths.extend(scan.sources.iter().cloned());
        paths.extend(scan.folders.iter().cloned());
    }
    paths
}

/// Writes each problem so that Cargo shows it as an error of its own.
fn errors(mut out: impl Write, error: &Error) -> io::Result<()> {
    for problem in error.problems() {
        // A directive is one line; Cargo shows each as a line of its error.
        for line in problem.to_string().lines() {
            writeln!(out, "cargo::error={line}")?;
        }
    }
    Ok(())
}

/// All variables that the build looks at, itself or through the `cc` and `bindgen` crates.
fn variables(target: &str) -> Vec<String> {
    let tree_variables = Project::ALL.into_iter().flat_map(Project::variables);
    let mut names: Vec<String> = tree_variables.copied().map(String::from).collect();
    names.extend(trees::CACHE_VARIABLES.map(String::from));
    names.extend(bindgen_variables(target));
    names.extend(MANIFEST_VARIABLES.map(String::from));
    names.extend(cc_variables(target));
    for kind in ["CFLAGS", "AR"] {
        names.extend(scoped(kind, target));
    }
    names
}

/// The variables that bindgen and libclang's loader read.
fn bindgen_variables(target: &str) -> Vec<String> {
    vec![
        "LIBCLANG_PATH".to_string(),
        "BINDGEN_EXTRA_CLANG_ARGS".to_string(),
        format!("BINDGEN_EXTRA_CLANG_ARGS_{target}"),
        format!("BINDGEN_EXTRA_CLANG_ARGS_{}", target.replace('-', "_")),
    ]
}

/// Cargo's jobserver, where Cargo or make started this process with one.
fn jobserver() -> Option<jobserver::Client> {
    // SAFETY: The descriptors that the environment names were passed to this process for this purpose, and nothing else
    // in it closes them. Where they are something else, because the variable came from further up, they aren't pipes
    // or aren't open, and the check refuses them.
    let found = unsafe { jobserver::Client::from_env_ext(true) };
    found.client.ok()
}

/// The variables by which the `cc` crate is told a C compiler.
fn cc_variables(target: &str) -> Vec<String> {
    scoped("CC", target)
}

fn scoped(kind: &str, target: &str) -> Vec<String> {
    vec![
        format!("{kind}_{target}"),
        format!("{kind}_{}", target.replace(['-', '.'], "_")),
        format!("TARGET_{kind}"),
        kind.to_string(),
    ]
}

/// Returns the value of `-C target-cpu` in the flags that Cargo passes to build scripts.
fn target_cpu(encoded_flags: &str) -> Option<String> {
    let mut cpu = None;
    for flag in encoded_flags.split('\u{1f}') {
        let flag = flag.strip_prefix("-C").unwrap_or(flag);
        if let Some(value) = flag.trim_start().strip_prefix("target-cpu=") {
            cpu = Some(value.to_string());
        }
    }
    cpu
}

/// The Rust target that this library was compiled for. It runs where it compiles, so this is the machine.
fn this_machine() -> String {
    let arch = std::env::consts::ARCH;
    if cfg!(target_os = "macos") {
        format!("{arch}-apple-darwin")
    } else if cfg!(windows) {
        let toolchain = if cfg!(target_env = "gnu") {
            "gnu"
        } else {
            "msvc"
        };
        format!("{arch}-pc-windows-{toolchain}")
    } else {
        let libc = if cfg!(target_env = "musl") {
            "musl"
        } else {
            "gnu"
        };
        format!("{arch}-unknown-{}-{libc}", std::env::consts::OS)
    }
}

fn outside(variable: &str, setter: &str) -> Error {
    Error::Config(vec![
        Problem::new(format!("{variable} is not set in the environment")).help(format!(
            "call this from a build script, where Cargo sets it, or give the value to Build::{setter}"
        )),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_target_cpu_counts() {
        let flags = "-Ctarget-cpu=cortex-m3\u{1f}-C\u{1f}target-cpu=cortex-m4";
        assert_eq!(target_cpu(flags).as_deref(), Some("cortex-m4"));
        assert_eq!(target_cpu("-Cpanic=abort"), None);
    }

    #[test]
    fn variables_of_manifests_are_paths_where_they_exist() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let src = folder.join("src");
        for (value, expected) in [
            ("src", src.to_str().unwrap()),
            ("m4", "m4"),
            ("", ""),
            (src.to_str().unwrap(), src.to_str().unwrap()),
        ] {
            assert_eq!(absolute_if_path(folder, value), expected);
        }
    }

    #[test]
    fn an_error_is_one_directive_a_line() {
        let error = Error::Inputs(vec![Problem::new("one").help("do"), Problem::new("two")]);
        let mut out = Vec::new();
        errors(&mut out, &error).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "cargo::error=one\ncargo::error=  help: do\ncargo::error=two\n"
        );
    }

    #[test]
    fn a_tree_of_the_environment_starts_at_the_crate() {
        let path = |text: &str| Some(PathBuf::from(text));
        let environment = Environment {
            out_dir: path("/out"),
            manifest_dir: path("/crate"),
            target: Some("thumbv7m-none-eabi".into()),
            host: Some("x86_64-unknown-linux-gnu".into()),
            micropython: path("../tree"),
            ..Environment::default()
        };
        let job = environment.job(&Build::new()).unwrap();
        assert_eq!(job.micropython, path("/crate/../tree"));
    }

    #[test]
    fn a_job_outside_of_cargo_names_what_is_missing() {
        let error = Environment::default().job(&Build::new()).unwrap_err();
        assert!(error.to_string().contains("OUT_DIR"), "{error}");
    }
}
