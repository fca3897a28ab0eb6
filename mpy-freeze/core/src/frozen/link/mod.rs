//! The link stage: modules that each have their own names and constants become one image that shares them.

mod check;
mod constants;
mod number;
mod qstrs;
mod word;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::Context;
use crate::error::{Error, Problem, Result};
use crate::qstr::qstr_hash;

use super::image::{
    Code, Image, Module, ProtoFun, Qstr, QstrPool, QstrPools, RawCode, Source, Word,
};
use super::inputs;
use super::mpy::{self, Kind, Mpy, Object, SCOPE_FLAG_GENERATOR};
use super::text::TextBuilder;
use constants::Constants;
use qstrs::Numbers;
use qstrs::{Pool, Pools};

/// Strings of fewer characters than this become qstrs (`PERSISTENT_STR_INTERN_THRESHOLD` in `mpy-tool.py`).
const INTERN_THRESHOLD: usize = 25;

/// Numbers of qstrs have 16 bits (`qstr_short_t` in `py/qstr.h`).
const MAX_QSTRS: usize = 1 << 16;

/// A module to link.
pub(super) struct Input<'a> {
    /// The source's path, for messages.
    pub(super) path: &'a Path,
    /// Its target path.
    pub(super) target: &'a str,
    /// The compiled module.
    pub(super) mpy: &'a Mpy,
    /// True if the source is the `.mpy` file itself.
    pub(super) given: bool,
}

impl Input<'_> {
    /// Adds the place to a problem. The offset counts in the `.mpy` file, so it is left out if the source is Python.
    fn at(&self, offset: usize, problem: Problem) -> Problem {
        let problem = problem.file(self.path);
        match self.given {
            true => problem.offset(offset),
            false => problem,
        }
    }
}

/// Links all modules against the firmware that `context` describes. `texts` are the sources that are frozen as text.
///
/// # Errors
///
/// [`Error::Link`] with everything in the modules that the firmware can't hold.
pub(super) fn link(
    context: &Context,
    inputs: &[Input<'_>],
    texts: &[inputs::Source],
) -> Result<Image> {
    let firmware = Numbers::firmware(context);
    let mut problems = Vec::new();
    for input in inputs {
        check::check(context, input, &mut problems);
    }
    check_texts(context, texts, &mut problems);
    let sources = texts.iter().map(source).collect();
    let names = names(context, &firmware, inputs, &mut problems);
    let pools = firmware.pools(context, &names);
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
    let mut linker = Linker::new(context, &numbers);
    linker.image.sources = sources;
    linker.link(&pools, inputs)
}

fn check_texts(context: &Context, texts: &[inputs::Source], problems: &mut Vec<Problem>) {
    if context.facts.frozen_str {
        return;
    }
    for text in texts {
        problems.push(
            Problem::new(
                "the source is frozen as text, and the firmware has no compiler to read it with",
            )
            .file(&text.path)
            .help("define MICROPY_ENABLE_COMPILER as 1, or freeze it as bytecode"),
        );
    }
}

/// Returns a source as it lies in ROM. An empty source becomes a line break, since MicroPython takes a length of zero
/// for the end of the list of lengths.
fn source(text: &inputs::Source) -> Source {
    Source {
        name: text.target.clone(),
        text: if text.bytes.is_empty() {
            b"\n".to_vec()
        } else {
            text.bytes.clone()
        },
    }
}

fn failed(problems: Vec<Problem>) -> Result<()> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::Link(problems)),
    }
}

/// Returns the texts that must be qstrs: those of the qstr tables, and short string constants.
fn names<'a>(
    context: &Context,
    firmware: &Numbers<'_>,
    inputs: &[Input<'a>],
    problems: &mut Vec<Problem>,
) -> BTreeSet<&'a [u8]> {
    let too_long = 1_usize.checked_shl(8 * context.facts.qstr_bytes_in_len);
    let mut texts = BTreeSet::new();
    for input in inputs {
        for (index, qstr) in input.mpy.qstrs.iter().enumerate() {
            let mpy::Qstr::Text(text) = qstr else {
                continue;
            };
            if let Some(too_long) = too_long
                && text.len() >= too_long
                && firmware.get(text).is_none()
            {
                let offset = input.mpy.offsets.qstrs.get(index).copied();
                let problem = too_long_name(text, too_long - 1);
                problems.push(input.at(offset.unwrap_or_default(), problem));
            }
            texts.insert(&**text);
        }
        for object in &input.mpy.objects {
            short_strings(object, &mut texts);
        }
    }
    texts
}

fn too_long_name(text: &[u8], longest: usize) -> Problem {
    let start: String = String::from_utf8_lossy(text).chars().take(40).collect();
    Problem::new(format!(
        "the name `{start}...` has {} bytes, and the firmware's names have {longest} at most",
        text.len()
    ))
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

/// Returns true if a string has few characters, counted as the bytes that don't continue one.
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
    /// The offsets of all bytecode in the image. The maps below have those of machine code and of tables.
    bytecode: HashMap<&'a [u8], usize>,
    native: HashMap<&'a [u8], usize>,
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
            native: HashMap::new(),
            children: HashMap::new(),
            qstr_tables: HashMap::new(),
            obj_tables: HashMap::new(),
        }
    }

    fn link(mut self, pools: &Pools, inputs: &[Input<'a>]) -> Result<Image> {
        let bytes_in_hash = self.context.facts.qstr_bytes_in_hash;
        let mut qstr = |text: &Vec<u8>| Qstr {
            hash: qstr_hash(text, bytes_in_hash),
            length: text.len(),
            text: self.text.add(text),
        };
        let mut pool = |pool: &Pool| QstrPool {
            sorted: pool.sorted,
            qstrs: pool.texts.iter().map(&mut qstr).collect(),
        };
        self.image.pools = QstrPools {
            first: pools.first,
            pools: pools.pools.iter().map(&mut pool).collect(),
        };
        let mut problems = Vec::new();
        for input in inputs {
            self.module(input, &mut problems);
        }
        failed(problems)?;
        self.image.text = self.text.finish(self.context.facts.word_bytes as usize);
        Ok(self.image)
    }

    fn module(&mut self, input: &Input<'a>, problems: &mut Vec<Problem>) {
        let qstrs: Vec<u16> = input.mpy.qstrs.iter().map(|qstr| self.qstr(qstr)).collect();
        let mut objects = Vec::new();
        for (index, object) in input.mpy.objects.iter().enumerate() {
            match self.constants.word(object, &mut self.image, &mut self.text) {
                Ok(word) => objects.push(word),
                Err(problem) => {
                    let offset = input.mpy.offsets.objects.get(index).copied();
                    problems.push(input.at(offset.unwrap_or_default(), problem));
                }
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
        // `check` and `names` have seen every qstr, so it has a number that fits.
        number
            .and_then(|number| u16::try_from(number).ok())
            .unwrap_or_default()
    }

    fn code(&mut self, code: &'a mpy::RawCode) -> ProtoFun {
        let data = &code.data;
        let (linked, scope_flags) = match &code.kind {
            Kind::Bytecode(prelude) => {
                let at = self.data(data);
                if code.children.is_empty() && !self.context.facts.persistent_code_save {
                    return ProtoFun::Bytecode(at);
                }
                let prelude = prelude.clone();
                let flags = prelude.scope_flags;
                (Code::Bytecode { at, prelude }, flags)
            }
            Kind::Native {
                prelude_offset,
                prelude,
            } => {
                let at = self.native(data);
                let prelude_offset = *prelude_offset as usize;
                (Code::Native { at, prelude_offset }, prelude.scope_flags)
            }
            Kind::Viper(viper) => {
                let at = self.native(data);
                (Code::Viper { at }, viper.scope_flags)
            }
            Kind::Asm {
                code: asm,
                n_pos_args,
                type_sig,
            } => {
                let linked = Code::Asm {
                    at: self.native(data),
                    n_pos_args: *n_pos_args,
                    type_sig: *type_sig,
                };
                (linked, asm.scope_flags)
            }
        };
        let mut children: Vec<ProtoFun> =
            code.children.iter().map(|child| self.code(child)).collect();
        let n_children = children.len();
        // Native code finds its prelude behind its children in their table. Without children it needs no table.
        if let Code::Native { at, prelude_offset } = linked
            && n_children > 0
        {
            children.push(ProtoFun::Prelude(at + prelude_offset));
        }
        let first = share(&mut self.children, &mut self.image.children, children);
        let raw_code = RawCode {
            length: data.len(),
            is_generator: scope_flags & SCOPE_FLAG_GENERATOR != 0,
            children: (first.unwrap_or_default(), n_children),
            code: linked,
        };
        // Raw codes of assembler are longer than the others.
        if let Code::Asm { .. } = raw_code.code {
            self.image.asm_codes.push(raw_code);
            return ProtoFun::AsmCode(self.image.asm_codes.len() - 1);
        }
        self.image.raw_codes.push(raw_code);
        ProtoFun::RawCode(self.image.raw_codes.len() - 1)
    }

    /// Adds machine code, aligned to a word, and returns its offset. A function's first word is read as a word before
    /// the function runs, and ARMv6-M can read one only at a word's address. The code finds its constants relative to
    /// such an address too.
    fn native(&mut self, data: &'a [u8]) -> usize {
        let align = self.context.facts.word_bytes as usize;
        *self.native.entry(data).or_insert_with(|| {
            let native = &mut self.image.native;
            native.resize(native.len().next_multiple_of(align), 0);
            let offset = native.len();
            native.extend(data);
            offset
        })
    }

    fn data(&mut self, data: &'a [u8]) -> usize {
        *self.bytecode.entry(data).or_insert_with(|| {
            let offset = self.image.bytecode.len();
            self.image.bytecode.extend(data);
            offset
        })
    }
}

/// Appends entries to a table, unless it has the same ones already. Returns where they begin, if there are any.
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
