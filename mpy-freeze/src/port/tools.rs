//! The programs for the host that `freeze!` runs.

use std::path::{Path, PathBuf};

use super::inputs::Inputs;
use super::job::Job;
use super::manifest_vm::manifest_vm;
use super::mpy_cross::mpy_cross;
use super::workbench::Workbench;
use crate::context::Manifests;
use crate::error::Result;

/// The programs, and what they are given.
pub(crate) struct Tools {
    /// MicroPython's compiler.
    pub(crate) mpy_cross: PathBuf,
    /// What running manifests takes, where the firmware has any.
    pub(crate) manifests: Option<Manifests>,
}

/// Builds them.
///
/// # Errors
///
/// Those of [`host::build`](super::host::build).
pub(crate) fn tools(job: &Job, inputs: &Inputs) -> Result<Tools> {
    let workbench = inputs.host_workbench();
    let mpy_cross = mpy_cross(workbench, &inputs.out.join("host"))?;
    let wanted = job.manifests.wanted;
    let manifests = wanted.then(|| manifests(job, workbench, &inputs.out.join("manifest")));
    Ok(Tools {
        mpy_cross,
        manifests: manifests.transpose()?,
    })
}

/// Builds the VM that runs manifests below `out`, and says what the paths in manifests mean.
fn manifests(job: &Job, workbench: Workbench<'_>, out: &Path) -> Result<Manifests> {
    let source = workbench.source;
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
    Ok(Manifests {
        vm: manifest_vm(workbench, out)?,
        variables,
        frozen_manifest: job.manifests.frozen_manifest.clone(),
        frozen_mpy_dir: job.manifests.frozen_mpy_dir.clone(),
    })
}
