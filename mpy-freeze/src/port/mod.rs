//! The C side: MicroPython's sources to a library for the target, with a compiler for the host beside it.

mod archive;
mod artifacts;
mod bindings;
mod collect;
mod collected;
mod config;
mod constants;
mod context;
mod features;
mod files;
mod firmware;
mod folder;
mod fresh;
mod genhdr;
mod host;
mod inputs;
mod job;
mod jobs;
mod level;
mod manifest_vm;
mod mbedtls;
mod mpy_cross;
mod objects;
mod patches;
mod preprocess;
mod program;
mod qstr;
mod releases;
mod store;
mod target;
mod toolchain;
mod tools;
mod units;
mod workbench;

use std::path::PathBuf;

use crate::error::Result;

pub use artifacts::Artifacts;
pub(crate) use config::Config;
pub(crate) use features::{Feature, with_features};
pub use files::shim_symbol;
use inputs::{HostInputs, Inputs};
pub(crate) use job::{HostJob, Job, ManifestJob};
pub(crate) use jobs::Jobs;
pub use level::RomLevel;
pub(crate) use mbedtls::FOLDERS as MBEDTLS_FOLDERS;
pub(crate) use toolchain::Choice;
pub(crate) use units::source_folders;

/// The pipeline, a stage a line.
pub(crate) fn build(job: &Job) -> Result<Artifacts> {
    let inputs = Inputs::find(job)?;
    let workbench = inputs.workbench();
    let program = firmware::program(job, &inputs)?;
    let pool = collected::collected(workbench, &program, &job.qstr_defs)?;
    let constants =
        bindings::bindings(workbench, &program, &inputs.target, &job.bindgen_variables)?;
    let program = firmware::complete(program, &inputs, &constants)?;
    let objects = objects::compile(workbench, &program)?;
    let archive = archive::archive(&inputs, &objects)?;
    let tools = tools::tools(job, &inputs)?;
    let context = context::context(job, &inputs, &pool, &constants, tools)?;
    context.store(&job.out_dir)?;
    Ok(Artifacts::new(inputs, archive, context, objects.compiled))
}

/// Builds mpy-cross alone, and returns the program's path.
pub(crate) fn build_mpy_cross(job: &HostJob) -> Result<PathBuf> {
    let inputs = HostInputs::find(job)?;
    mpy_cross::mpy_cross(inputs.workbench(), &job.out)
}
