//! The trees, target and tools that a build finds on the machine before its first stage.

use std::path::PathBuf;

use mpy_freeze_core::Source;

use super::fresh::Freshness;
use super::job::{HostJob, Job};
use super::jobs::Jobs;
use super::mbedtls::Mbedtls;
use super::patches::{self, Patches};
use super::store::Store;
use super::target::Target;
use super::toolchain::{self, Choice, Compiler};
use super::units::Tree;
use super::workbench::Workbench;
use crate::error::Result;

/// The inputs of the firmware's library, beside the job.
pub(crate) struct Inputs {
    /// The folder that everything is written below.
    pub(crate) out: PathBuf,
    /// mbedTLS's tree, where the firmware needs it.
    pub(crate) mbedtls: Option<Mbedtls>,
    pub(crate) target: Target,
    pub(crate) archiver: PathBuf,
    compiler: Compiler,
    patches: Patches,
    host: HostInputs,
}

/// The inputs of the programs for the host.
pub(crate) struct HostInputs {
    source: Source,
    compiler: Compiler,
    freshness: Freshness,
    store: Store,
    jobs: Jobs,
}

impl Inputs {
    /// Finds all of it.
    ///
    /// # Errors
    ///
    /// [`Error::Source`](crate::Error::Source), [`Error::Config`](crate::Error::Config) or
    /// [`Error::Toolchain`](crate::Error::Toolchain) for the first part that is missing or can't be used.
    pub(crate) fn find(job: &Job) -> Result<Self> {
        let source = Source::find(job.micropython.as_deref(), job.cache.as_deref())?;
        let target = Target::new(&job.target, job.target_cpu.as_deref())?;
        job.config.check(&target)?;
        let compiler = Compiler::find(&target, &job.host, &job.compiler)?;
        let archiver = toolchain::find_archiver(&target, &job.host)?;
        let mbedtls = mbedtls(job, &source)?;
        let tables = [patches::LEVELS, patches::GUARDS, patches::LIBRARIES];
        let patches = Patches::new(&tables, &source, mbedtls.as_ref().map(Mbedtls::flags))?;
        Ok(Self {
            out: job.out_dir.join("mpy-freeze"),
            mbedtls,
            target,
            archiver,
            compiler,
            patches,
            host: HostInputs::new(source, &job.host, job.objects.clone(), job.jobs.clone())?,
        })
    }

    /// MicroPython's tree as it is.
    pub(crate) fn source(&self) -> &Source {
        &self.host.source
    }

    /// MicroPython's tree with the firmware's patches.
    pub(crate) fn tree(&self) -> Tree<'_> {
        Tree {
            source: &self.host.source,
            patches: &self.patches,
        }
    }

    /// Returns the workbench of the firmware's stages.
    pub(crate) fn workbench(&self) -> Workbench<'_> {
        Workbench {
            compiler: &self.compiler,
            ..self.host.workbench()
        }
    }

    /// Returns the workbench of the stages of programs for the host.
    pub(crate) fn host_workbench(&self) -> Workbench<'_> {
        self.host.workbench()
    }
}

impl HostInputs {
    /// Finds all that building mpy-cross alone takes.
    ///
    /// # Errors
    ///
    /// [`Error::Source`](crate::Error::Source) or [`Error::Toolchain`](crate::Error::Toolchain) for what is missing.
    pub(crate) fn find(job: &HostJob) -> Result<Self> {
        let source = Source::find(job.micropython.as_deref(), job.cache.as_deref())?;
        Self::new(source, &job.host, job.objects.clone(), job.jobs.clone())
    }

    fn new(source: Source, host: &str, objects: Option<PathBuf>, jobs: Jobs) -> Result<Self> {
        let target = Target::new(host, None)?;
        Ok(Self {
            source,
            compiler: Compiler::find(&target, host, &Choice::Automatic)?,
            freshness: Freshness::default(),
            store: Store::new(objects),
            jobs,
        })
    }

    /// Returns the workbench of the stages of programs for the host.
    pub(crate) fn workbench(&self) -> Workbench<'_> {
        Workbench {
            source: &self.source,
            compiler: &self.compiler,
            freshness: &self.freshness,
            store: &self.store,
            jobs: &self.jobs,
        }
    }
}

/// mbedTLS's sources, where the firmware needs them.
fn mbedtls(job: &Job, source: &Source) -> Result<Option<Mbedtls>> {
    let wants = job.config.features.wants_mbedtls();
    let find =
        |wants: String| Mbedtls::find(job.mbedtls.as_deref(), source, job.cache.as_deref(), &wants);
    wants.map(find).transpose()
}
