//! The programs for the host that `freeze!` runs.

use std::path::{Path, PathBuf};

use super::inputs::Inputs;
use super::job::Job;
use super::manifest_vm::manifest_vm;
use super::mpy_cross::mpy_cross;
use super::workbench::Workbench;
use crate::context::Manifests;
use crate::error::Result;
use crate::fs;

/// The programs, and what they are given.
pub(crate) struct Tools {
    /// MicroPython's compiler.
    pub(crate) mpy_cross: PathBuf,
    /// The tools that run manifests, where the firmware has any.
    pub(crate) manifests: Option<Manifests>,
}

/// Builds them.
///
/// # Errors
///
/// The errors of [`host::build`](super::host::build).
pub(crate) fn tools(job: &Job, inputs: &Inputs) -> Result<Tools> {
    let workbench = inputs.host_workbench();
    let mpy_cross = own(workbench, &inputs.out.join("host"), mpy_cross)?;
    let wanted = job.manifests.wanted;
    let manifests = wanted.then(|| manifests(job, workbench, &inputs.out.join("manifest")));
    Ok(Tools {
        mpy_cross,
        manifests: manifests.transpose()?,
    })
}

/// Builds a program below `out`; or where the user has builds share their work, in a folder of all builds with the same
/// tree and compiler, of which `out` gets a copy. Whoever empties that folder takes nothing from a finished build.
fn own(
    workbench: Workbench<'_>,
    out: &Path,
    build: impl Fn(Workbench<'_>, &Path) -> Result<PathBuf>,
) -> Result<PathBuf> {
    let Some(shared) = workbench
        .store
        .programs(workbench.compiler, workbench.source)
    else {
        return build(workbench, out);
    };
    let name = out.file_name().unwrap_or_default();
    let built = build(workbench, &shared.join(name))?;
    let own = out.join(built.file_name().unwrap_or_default());
    fs::copy_if_changed(&built, &own)?;
    Ok(own)
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
        vm: own(workbench, out, manifest_vm)?,
        variables,
        frozen_manifest: job.manifests.frozen_manifest.clone(),
        frozen_mpy_dir: job.manifests.frozen_mpy_dir.clone(),
    })
}
