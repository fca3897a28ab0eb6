//! The image that goes into ROM: a few large tables whose entries refer to each other by position.
//!
//! [`link`](super::link) fills the image, and [`emit`](super::emit) turns it into Rust. Nothing in it depends on how
//! Rust or C lays out a struct.

use std::collections::BTreeMap;

use super::mpy::Prelude;
use super::text::{Text, TextId};

/// Everything that is frozen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Image {
    /// The bytes of all qstrs, strings and bytes.
    pub(super) text: Text,
    /// The new qstrs.
    pub(super) pools: QstrPools,
    /// The data of all functions of bytecode: prelude and opcodes.
    pub(super) bytecode: Vec<u8>,
    /// The machine code of all functions that have some, each at an aligned offset.
    pub(super) native: Vec<u8>,
    /// Functions that need more than their data.
    pub(super) raw_codes: Vec<RawCode>,
    /// Functions of inline assembler.
    pub(super) asm_codes: Vec<RawCode>,
    /// The functions inside functions; a raw code has a range of them.
    pub(super) children: Vec<ProtoFun>,
    /// String and bytes constants.
    pub(super) strs: Vec<Str>,
    /// Integer constants.
    pub(super) ints: Vec<Int>,
    /// Digits of integer constants, which have a range of them each.
    pub(super) digits: Vec<u32>,
    /// The bits of float constants.
    pub(super) floats: Vec<u64>,
    /// The bits of the real and imaginary parts of complex constants.
    pub(super) complexes: Vec<(u64, u64)>,
    /// Tuple constants by their length.
    pub(super) tuples: BTreeMap<usize, Vec<Vec<Word>>>,
    /// The modules' qstr tables, one after the other.
    pub(super) qstr_table: Vec<u16>,
    /// The modules' obj tables, one after the other.
    pub(super) obj_table: Vec<Word>,
    /// The sources that are frozen as text, which an import looks for first.
    pub(super) sources: Vec<Source>,
    /// The modules, in the order in which an import looks for them.
    pub(super) modules: Vec<Module>,
}

/// The new qstrs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct QstrPools {
    /// The first pool's first number.
    pub(super) first: usize,
    /// The pools, in the order of their numbers.
    pub(super) pools: Vec<QstrPool>,
}

/// Qstrs that are searched together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct QstrPool {
    /// True if the qstrs are sorted, so that a binary search finds them.
    pub(super) sorted: bool,
    /// The qstrs.
    pub(super) qstrs: Vec<Qstr>,
}

/// A qstr of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Qstr {
    pub(super) hash: u32,
    pub(super) length: usize,
    pub(super) text: TextId,
}

/// A proto fun: a function, as MicroPython's `mp_proto_fun_t` points to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ProtoFun {
    /// Bytecode with nothing else to it, by its offset in the bytecode table.
    Bytecode(usize),
    /// An entry of the raw-code table.
    RawCode(usize),
    /// An entry of the table of assembler functions.
    AsmCode(usize),
    /// The prelude of a function of native code, by its offset in the table of native code. It is no function, but
    /// stands at the end of that function's table of children.
    Prelude(usize),
}

/// An entry of the raw-code table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawCode {
    /// The code.
    pub(super) code: Code,
    /// Number of bytes of the code.
    pub(super) length: usize,
    /// True if calling it makes a generator.
    pub(super) is_generator: bool,
    /// The functions inside it: the index of the first in the table of children, and their number.
    pub(super) children: (usize, usize),
}

/// The kinds of code. `at` is the code's offset in the table of bytecode or of native code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// Bytecode with its prelude.
    Bytecode { at: usize, prelude: Prelude },
    /// Machine code with a prelude at an offset from its beginning.
    Native { at: usize, prelude_offset: usize },
    /// Machine code of viper, which has no prelude.
    Viper { at: usize },
    /// Machine code of inline assembler, which takes and returns machine words.
    Asm {
        at: usize,
        n_pos_args: u32,
        type_sig: u32,
    },
}

/// A source that is frozen as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Its target path.
    pub(super) name: String,
    /// Its text; never empty.
    pub(super) text: Vec<u8>,
}

/// A string or bytes constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Str {
    /// True for `bytes`, false for `str`.
    pub(super) bytes: bool,
    pub(super) hash: u32,
    pub(super) length: usize,
    pub(super) text: TextId,
}

/// An integer constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Int {
    /// An integer as a C `long long`.
    LongLong(i64),
    /// An integer as a sign and digits.
    Mpz {
        negative: bool,
        /// The index of the lowest digit in the table of digits.
        digits: usize,
        n_digits: usize,
    },
}

/// A word that stands for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Word {
    /// The object itself, as bits.
    Immediate(u64),
    /// The address of an object that libmicropython has.
    Extern(Extern),
    /// The address of an entry of one of the image's tables.
    Object(ObjectRef),
}

/// Objects that libmicropython has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Extern {
    None,
    False,
    True,
    Ellipsis,
    EmptyBytes,
    EmptyTuple,
    /// The functions that native code calls.
    FunTable,
}

/// An entry of a table of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ObjectRef {
    /// Strings and bytes.
    Str(usize),
    /// Integers.
    Int(usize),
    /// Floats.
    Float(usize),
    /// Complex numbers.
    Complex(usize),
    /// Tuples, which have a table for each length.
    Tuple {
        /// Number of items of the tuple.
        length: usize,
        /// The index in the table of tuples of that length.
        index: usize,
    },
}

/// A module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Module {
    /// Its target path.
    pub(super) name: String,
    /// The index at which its qstr table begins, if it has one.
    pub(super) qstr_table: Option<usize>,
    /// The index at which its obj table begins, if it has one.
    pub(super) obj_table: Option<usize>,
    /// The proto fun of its body.
    pub(super) proto_fun: ProtoFun,
}

impl Image {
    /// Adds a tuple and returns its place.
    pub(super) fn add_tuple(&mut self, items: Vec<Word>) -> ObjectRef {
        let length = items.len();
        let table = self.tuples.entry(length).or_default();
        table.push(items);
        ObjectRef::Tuple {
            length,
            index: table.len() - 1,
        }
    }

    /// Returns the names of all modules, text first, each with a zero byte after it, and one more at the end.
    pub(super) fn names(&self) -> Vec<u8> {
        let mut names = Vec::new();
        let sources = self.sources.iter().map(|source| &source.name);
        for name in sources.chain(self.modules.iter().map(|module| &module.name)) {
            names.extend(name.as_bytes());
            names.push(0);
        }
        names.push(0);
        names
    }
}

impl QstrPools {
    /// Returns all qstrs, in the order of their numbers.
    pub(super) fn qstrs(&self) -> impl Iterator<Item = &Qstr> {
        self.pools.iter().flat_map(|pool| &pool.qstrs)
    }
}
