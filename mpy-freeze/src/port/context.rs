//! What `freeze!` has to know of the firmware.

use std::collections::BTreeSet;

use super::constants::Constants;
use super::inputs::Inputs;
use super::job::Job;
use super::qstr::QstrPool;
use super::tools::Tools;
use crate::context::{Context, LongInt, ObjRepr};
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
    let is_set = |name: &str| Ok(constants.get(name)? != 0);
    let machine_code = is_set("emit_machine_code")?;
    let target = &inputs.target;
    let mut context = Context::default();
    context.micropython = inputs.source().version.to_string();
    context.target = job.target.clone();
    context.bare_metal = target.bare_metal;
    context.mpy_version = constants.number("mpy_version")?;
    context.mpy_sub_version = constants.number("mpy_sub_version")?;
    context.native_arch = target.native_arch.filter(|_| machine_code);
    context.word_bytes = constants.number("word_bytes")?;
    context.small_int_bits = constants.number("small_int_bits")?;
    context.obj_repr = match constants.get("obj_repr")? {
        0 => ObjRepr::A,
        1 => ObjRepr::B,
        2 => ObjRepr::C,
        _ => ObjRepr::D,
    };
    context.immediate_objs = is_set("immediate_objs")?;
    context.long_int = match constants.get("longint_impl")? {
        0 => LongInt::None,
        1 => LongInt::LongLong,
        _ => LongInt::Mpz {
            dig_bits: constants.number("mpz_dig_size")?,
        },
    };
    context.float = constants.float()?;
    context.complex = is_set("complex")?;
    context.qstr_bytes_in_hash = constants.number("qstr_bytes_in_hash")?;
    context.qstr_bytes_in_len = constants.number("qstr_bytes_in_len")?;
    context.persistent_code_save = is_set("persistent_code_save")?;
    context.settrace = is_set("settrace")?;
    context.machine_code = machine_code;
    context.inline_asm = is_set("emit_inline_asm")?;
    context.frozen_str = is_set("frozen_str")?;
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
