//! What `freeze!` has to know of the firmware.

use std::collections::BTreeSet;

use super::constants::Constants;
use super::inputs::Inputs;
use super::job::Job;
use super::qstr::QstrPool;
use super::tools::Tools;
use crate::context::Context;
use crate::error::Result;

/// Puts together the context.
///
/// # Errors
///
/// [`Error::Bindings`](crate::Error::Bindings) for values of the configuration that can't be meant,
/// [`Error::Source`](crate::Error::Source) where a feature's Python half isn't in the tree.
pub(crate) fn context(
    job: &Job,
    inputs: &Inputs,
    pool: &QstrPool,
    constants: &Constants,
    tools: Tools,
) -> Result<Context> {
    let facts = constants.facts()?;
    let target = &inputs.target;
    let mut context = Context::default();
    context.micropython = inputs.source().version.to_string();
    context.target = job.target.clone();
    context.bare_metal = target.bare_metal;
    context.native_arch = target.native_arch.filter(|_| facts.machine_code);
    context.facts = facts;
    context.mpy_cross = tools.mpy_cross;
    context.manifests = tools.manifests;
    context.packaged = job
        .config
        .features
        .python(inputs.source(), &inputs.out.join("port"))?;
    context.last_static_qstr = pool.last_static;
    context.qstrs = std::iter::once(String::new())
        .chain(pool.strings().cloned())
        .collect();
    context.rust_qstrs = rust_qstrs(job, pool);
    context.watched = job.watched.clone();
    Ok(context)
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
