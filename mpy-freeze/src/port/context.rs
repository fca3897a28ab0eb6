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
    Ok(Context {
        micropython: inputs.source().version.to_string(),
        target: job.target.clone(),
        bare_metal: target.bare_metal,
        mpy_version: constants.number("mpy_version")?,
        mpy_sub_version: constants.number("mpy_sub_version")?,
        native_arch: target.native_arch.filter(|_| machine_code),
        word_bytes: constants.number("word_bytes")?,
        small_int_bits: constants.number("small_int_bits")?,
        obj_repr: match constants.get("obj_repr")? {
            0 => ObjRepr::A,
            1 => ObjRepr::B,
            2 => ObjRepr::C,
            _ => ObjRepr::D,
        },
        immediate_objs: is_set("immediate_objs")?,
        long_int: match constants.get("longint_impl")? {
            0 => LongInt::None,
            1 => LongInt::LongLong,
            _ => LongInt::Mpz {
                dig_bits: constants.number("mpz_dig_size")?,
            },
        },
        float: constants.float()?,
        complex: is_set("complex")?,
        qstr_bytes_in_hash: constants.number("qstr_bytes_in_hash")?,
        qstr_bytes_in_len: constants.number("qstr_bytes_in_len")?,
        persistent_code_save: is_set("persistent_code_save")?,
        settrace: is_set("settrace")?,
        machine_code,
        inline_asm: is_set("emit_inline_asm")?,
        frozen_str: is_set("frozen_str")?,
        mpy_cross: tools.mpy_cross,
        manifests: tools.manifests,
        packaged: job
            .config
            .features
            .python(inputs.source(), &inputs.out.join("port"))?,
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
