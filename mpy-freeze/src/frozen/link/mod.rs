//! The link stage: modules that each have their own names and constants become one image that shares them.

mod constants;
mod number;
mod qstrs;
mod word;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::Context;
use crate::error::{Error, Problem, Result};
use crate::port::qstr_hash;

use super::image::{Image, Module, ProtoFun, Qstr, QstrPools, RawCode};
use super::mpy::{self, Kind, Mpy, Object};
use super::text::TextBuilder;
use constants::Constants;
use qstrs::Numbers;
pub(crate) use qstrs::Pools;
pub(crate) use word::{Extern, ObjectRef, Word};

/// Strings of fewer characters than this become qstrs (`PERSISTENT_STR_INTERN_THRESHOLD` in `mpy-tool.py`).
const INTERN_THRESHOLD: usize = 25;

/// Numbers of qstrs have 16 bits (`qstr_short_t` in `py/qstr.h`).
const MAX_QSTRS: usize = 1 << 16;

/// A module to link.
pub(super) struct Input<'a> {
    /// The source, for messages.
    pub(super) path: &'a Path,
    /// Its target path.
    pub(super) target: &'a str,
    /// What it was compiled to.
    pub(super) mpy: &'a Mpy,
}

/// Links all modules against the firmware that `context` describes.
///
/// # Errors
///
/// [`Error::Link`] with everything in the modules that the firmware can't hold.
pub(super) fn link(context: &Context, inputs: &[Input<'_>]) -> Result<Image> {
    let firmware = Numbers::firmware(context);
    let mut problems = Vec::new();
    for input in inputs {
        check(context, input, &mut problems);
    }
    let texts = texts(context, &firmware, inputs, &mut problems);
    let pools = firmware.pools(context, &texts);
    let total = context.qstrs.len() + pools.len();
    if total > MAX_QSTRS {
        problems.push(
            Problem::new(format!(
                "the firmware would have {total} names, and MicroPython numbers {MAX_QSTRS} at most"
            ))
            .help("freeze fewer modules"),
        );
    }
    // What follows relies on these checks.
    failed(problems)?;
    let mut numbers = firmware;
    numbers.extend(&pools);
    Linker::new(context, &numbers).link(&pools, inputs)
}

fn failed(problems: Vec<Problem>) -> Result<()> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::Link(problems)),
    }
}

/// Looks at what a module needs of the firmware.
fn check(context: &Context, input: &Input<'_>, problems: &mut Vec<Problem>) {
    let found = u32::from(input.mpy.small_int_bits);
    if found > context.small_int_bits {
        problems.push(
            Problem::new(format!(
                "the module was compiled for small ints of {found} bits, and the firmware's have {}",
                context.small_int_bits
            ))
            .file(input.path)
            .help(format!("compile it with -msmall-int-bits={}", context.small_int_bits)),
        );
    }
    check_qstrs(context, input, problems);
    check_code(context, input, &input.mpy.code, "", problems);
    if input.mpy.objects.contains(&Object::FunTable) {
        problems.push(native(
            input,
            "the module refers to the table of runtime functions",
        ));
    }
}

fn check_qstrs(context: &Context, input: &Input<'_>, problems: &mut Vec<Problem>) {
    for qstr in &input.mpy.qstrs {
        if let mpy::Qstr::Static(number) = qstr {
            let last = context.last_static_qstr;
            let known = 1..=last.min(context.qstrs.len().saturating_sub(1));
            if !known.contains(&(*number as usize)) {
                problems.push(
                    Problem::new(format!(
                        "the module refers to static name {number}, and the firmware's are 1 to {last}"
                    ))
                    .file(input.path)
                    .help("compile it with the compiler of the firmware's release"),
                );
            }
        }
    }
}

/// Looks for native code, and names the functions that have it.
fn check_code(
    context: &Context,
    input: &Input<'_>,
    code: &mpy::RawCode,
    parent: &str,
    problems: &mut Vec<Problem>,
) {
    let (name, kind) = match &code.kind {
        Kind::Bytecode(prelude) => (Some(prelude.name), None),
        Kind::Native { prelude, .. } => (Some(prelude.name), Some("native")),
        Kind::Viper(_) => (None, Some("viper")),
        Kind::Asm { .. } => (None, Some("assembler")),
    };
    let name = match name.and_then(|name| qstr_text(context, input.mpy, name as usize)) {
        Some(name) if parent.is_empty() || parent == "<module>" => name,
        Some(name) => format!("{parent}.{name}"),
        None => parent.to_string(),
    };
    if let Some(kind) = kind {
        problems.push(native(input, &format!("{kind} code in `{name}`")));
    }
    for child in &code.children {
        check_code(context, input, child, &name, problems);
    }
}

fn native(input: &Input<'_>, what: &str) -> Problem {
    Problem::new(format!("{what}: native code can't be frozen yet"))
        .file(input.path)
        .help("remove the function's @micropython decorator, and it becomes bytecode")
}

/// The text of an entry of a module's qstr table, for messages.
fn qstr_text(context: &Context, mpy: &Mpy, index: usize) -> Option<String> {
    match mpy.qstrs.get(index)? {
        mpy::Qstr::Static(number) => context.qstrs.get(*number as usize).cloned(),
        mpy::Qstr::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
    }
}

/// The texts that must be qstrs: those of the qstr tables, and short string constants.
fn texts<'a>(
    context: &Context,
    firmware: &Numbers<'_>,
    inputs: &[Input<'a>],
    problems: &mut Vec<Problem>,
) -> BTreeSet<&'a [u8]> {
    let too_long = 1_usize.checked_shl(8 * context.qstr_bytes_in_len);
    let mut texts = BTreeSet::new();
    for input in inputs {
        for qstr in &input.mpy.qstrs {
            let mpy::Qstr::Text(text) = qstr else {
                continue;
            };
            let fits = too_long.is_none_or(|too_long| text.len() < too_long);
            if !fits && firmware.get(text).is_none() {
                problems.push(too_long_name(context, input, text));
            }
            texts.insert(&**text);
        }
        for object in &input.mpy.objects {
            short_strings(object, &mut texts);
        }
    }
    texts
}

fn too_long_name(context: &Context, input: &Input<'_>, text: &[u8]) -> Problem {
    let start: String = String::from_utf8_lossy(text).chars().take(40).collect();
    let bytes = context.qstr_bytes_in_len;
    Problem::new(format!(
        "the name `{start}...` has {} bytes, and the firmware keeps the lengths of names in {bytes}",
        text.len()
    ))
    .file(input.path)
    .help("shorten the name, or define MICROPY_QSTR_BYTES_IN_LEN as 2")
}

fn short_strings<'a>(object: &'a Object, texts: &mut BTreeSet<&'a [u8]>) {
    match object {
        Object::Str(text) if is_short(text) => {
            texts.insert(text);
        }
        Object::Tuple(items) => {
            for item in items {
                short_strings(item, texts);
            }
        }
        _ => {}
    }
}

/// Whether a string has few characters, counted as the bytes that don't continue one.
fn is_short(text: &[u8]) -> bool {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count() < INTERN_THRESHOLD
}

/// Builds the image.
struct Linker<'a> {
    context: &'a Context,
    numbers: &'a Numbers<'a>,
    constants: Constants<'a>,
    text: TextBuilder,
    image: Image,
    /// Where data, tables of children and tables of modules that are there already begin.
    bytecode: HashMap<&'a [u8], usize>,
    children: HashMap<Vec<ProtoFun>, usize>,
    qstr_tables: HashMap<Vec<u16>, usize>,
    obj_tables: HashMap<Vec<Word>, usize>,
}

impl<'a> Linker<'a> {
    fn new(context: &'a Context, numbers: &'a Numbers<'a>) -> Self {
        Self {
            context,
            numbers,
            constants: Constants::new(context, numbers),
            text: TextBuilder::default(),
            image: Image::default(),
            bytecode: HashMap::new(),
            children: HashMap::new(),
            qstr_tables: HashMap::new(),
            obj_tables: HashMap::new(),
        }
    }

    fn link(mut self, pools: &Pools, inputs: &[Input<'a>]) -> Result<Image> {
        let bytes_in_hash = self.context.qstr_bytes_in_hash;
        self.image.pools = QstrPools::new(pools, |text| Qstr {
            hash: qstr_hash(text, bytes_in_hash),
            length: text.len(),
            text: self.text.add(text),
        });
        let mut problems = Vec::new();
        for input in inputs {
            self.module(input, &mut problems);
        }
        failed(problems)?;
        self.image.text = self.text.finish();
        Ok(self.image)
    }

    fn module(&mut self, input: &Input<'a>, problems: &mut Vec<Problem>) {
        let qstrs: Vec<u16> = input.mpy.qstrs.iter().map(|qstr| self.qstr(qstr)).collect();
        let mut objects = Vec::new();
        for object in &input.mpy.objects {
            match self.constants.word(object, &mut self.image, &mut self.text) {
                Ok(word) => objects.push(word),
                Err(problem) => problems.push(problem.file(input.path)),
            }
        }
        let module = Module {
            name: input.target.to_string(),
            qstr_table: share(&mut self.qstr_tables, &mut self.image.qstr_table, qstrs),
            obj_table: share(&mut self.obj_tables, &mut self.image.obj_table, objects),
            proto_fun: self.code(&input.mpy.code),
        };
        self.image.modules.push(module);
    }

    fn qstr(&self, qstr: &mpy::Qstr) -> u16 {
        let number = match qstr {
            mpy::Qstr::Static(number) => Some(*number as usize),
            mpy::Qstr::Text(text) => self.numbers.get(text),
        };
        // `check` and `texts` have seen every qstr, so it has a number, and one that fits.
        number
            .and_then(|number| u16::try_from(number).ok())
            .unwrap_or_default()
    }

    fn code(&mut self, code: &'a mpy::RawCode) -> ProtoFun {
        let bytecode = self.data(&code.data);
        // `check_code` lets nothing but bytecode pass.
        let (Kind::Bytecode(prelude) | Kind::Native { prelude, .. }) = &code.kind else {
            return ProtoFun::Bytecode(bytecode);
        };
        if code.children.is_empty() && !self.context.persistent_code_save {
            return ProtoFun::Bytecode(bytecode);
        }
        let children: Vec<ProtoFun> = code.children.iter().map(|child| self.code(child)).collect();
        let n_children = children.len();
        let first = share(&mut self.children, &mut self.image.children, children);
        self.image.raw_codes.push(RawCode {
            bytecode,
            length: code.data.len(),
            children: (first.unwrap_or_default(), n_children),
            prelude: prelude.clone(),
        });
        ProtoFun::RawCode(self.image.raw_codes.len() - 1)
    }

    fn data(&mut self, data: &'a [u8]) -> usize {
        *self.bytecode.entry(data).or_insert_with(|| {
            let offset = self.image.bytecode.len();
            self.image.bytecode.extend(data);
            offset
        })
    }
}

/// Appends entries to a table, unless it has the same ones already. Says where they begin, if there are any.
fn share<T: Clone + Eq + std::hash::Hash>(
    known: &mut HashMap<Vec<T>, usize>,
    table: &mut Vec<T>,
    entries: Vec<T>,
) -> Option<usize> {
    if entries.is_empty() {
        return None;
    }
    if let Some(start) = known.get(&entries) {
        return Some(*start);
    }
    let start = table.len();
    table.extend_from_slice(&entries);
    known.insert(entries, start);
    Some(start)
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
