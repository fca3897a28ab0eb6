//! The jobs that the pipelines start from.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::config::Config;
use super::jobs::Jobs;
use super::toolchain::Choice;

/// Everything that building the firmware's library starts from.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Cargo's `OUT_DIR`; everything is written below its folder `mpy-freeze`.
    pub(crate) out_dir: PathBuf,
    /// Cargo's `TARGET`.
    pub(crate) target: String,
    /// Cargo's `HOST`.
    pub(crate) host: String,
    /// The value of `-C target-cpu`.
    pub(crate) target_cpu: Option<String>,
    /// The limit on the compilers that run at once.
    pub(crate) jobs: Jobs,
    /// The tree that the user named.
    pub(crate) micropython: Option<PathBuf>,
    /// The tree of mbedTLS that the user named.
    pub(crate) mbedtls: Option<PathBuf>,
    /// The folder of unpacked releases.
    pub(crate) cache: Option<PathBuf>,
    /// The folder of objects that builds share.
    pub(crate) objects: Option<PathBuf>,
    /// The variables of the environment that bindgen reads.
    pub(crate) bindgen_variables: Vec<(String, String)>,
    /// The C compiler.
    pub(crate) compiler: Choice,
    /// The builder's settings for the firmware's MicroPython.
    pub(crate) config: Config,
    /// A header of the user's that is read before the port's defaults.
    pub(crate) mpconfigport: Option<PathBuf>,
    /// C files of the user's.
    pub(crate) c_files: Vec<PathBuf>,
    /// Files with `Q(…)` lines of the user's.
    pub(crate) qstr_defs: Vec<PathBuf>,
    /// The folders and files that the build script watches for `freeze!`.
    pub(crate) watched: Vec<PathBuf>,
    /// The names of Python modules written in Rust.
    pub(crate) python_names: BTreeSet<String>,
    /// The job for the firmware's manifests.
    pub(crate) manifests: ManifestJob,
}

/// The firmware's manifests, as far as the build script knows them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ManifestJob {
    /// Set where the firmware has manifests: the VM that runs them is built only then.
    pub(crate) wanted: bool,
    /// The variables that paths may have, by name.
    pub(crate) variables: Vec<(String, String)>,
    /// `FROZEN_MANIFEST` in the environment.
    pub(crate) frozen_manifest: Option<String>,
    /// `FROZEN_MPY_DIR` in the environment.
    pub(crate) frozen_mpy_dir: Option<PathBuf>,
}

/// Everything that building mpy-cross alone starts from.
#[derive(Debug, Clone)]
pub(crate) struct HostJob {
    /// The folder that everything is written below.
    pub(crate) out: PathBuf,
    /// This machine as a Rust target.
    pub(crate) host: String,
    /// The limit on the compilers that run at once.
    pub(crate) jobs: Jobs,
    /// The tree that the user named.
    pub(crate) micropython: Option<PathBuf>,
    /// The folder of unpacked releases.
    pub(crate) cache: Option<PathBuf>,
    /// The folder of objects that builds share.
    pub(crate) objects: Option<PathBuf>,
}
