//! What goes into ROM: few large tables whose entries refer to each other by position.
//!
//! [`link`](super::link) fills it, [`emit`](super::emit) turns it into Rust. Nothing in it depends on how Rust
//! or C lays out a struct.

use std::collections::BTreeMap;

use super::link::{ObjectRef, Pools, Word};
use super::mpy::Prelude;
use super::text::{Text, TextId};

/// Everything that is frozen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Image {
    /// The bytes of all qstrs, strings and bytes.
    pub(super) text: Text,
    /// The new qstrs.
    pub(super) pools: QstrPools,
    /// The data of all functions, prelude and opcodes.
    pub(super) bytecode: Vec<u8>,
    /// Functions that need more than their data.
    pub(super) raw_codes: Vec<RawCode>,
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
    /// The modules' constant tables, one after the other.
    pub(super) obj_table: Vec<Word>,
    /// The modules, in the order in which an import looks for them.
    pub(super) modules: Vec<Module>,
}

/// The texts of the new qstrs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct QstrPools {
    /// The first pool's first number.
    pub(super) first: usize,
    /// The pool that is searched one by one; often empty, and then left out.
    pub(super) unsorted: Vec<Qstr>,
    /// The pool that is sorted; never empty.
    pub(super) sorted: Vec<Qstr>,
}

/// One qstr of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Qstr {
    pub(super) hash: u32,
    pub(super) length: usize,
    pub(super) text: TextId,
}

/// A function, as MicroPython's `mp_proto_fun_t` points to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ProtoFun {
    /// Bytecode with nothing else to it, by its offset in the bytecode table.
    Bytecode(usize),
    /// An entry of the raw-code table.
    RawCode(usize),
}

/// An entry of the raw-code table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawCode {
    /// Where its data begins in the bytecode table.
    pub(super) bytecode: usize,
    /// How many bytes that is.
    pub(super) length: usize,
    /// Its functions: the first one's place in the table of children, and how many they are.
    pub(super) children: (usize, usize),
    /// What its data says about it.
    pub(super) prelude: Prelude,
}

/// A string or bytes constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Str {
    /// Whether it is `bytes` and not `str`.
    pub(super) bytes: bool,
    pub(super) hash: u32,
    pub(super) length: usize,
    pub(super) text: TextId,
}

/// An integer constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Int {
    /// As a C `long long`.
    LongLong(i64),
    /// As a sign and digits.
    Mpz {
        negative: bool,
        /// The lowest digit's place in the table of digits.
        digits: usize,
        n_digits: usize,
    },
}

/// A module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Module {
    /// Its target path.
    pub(super) name: String,
    /// Where its qstr table begins, if it has one.
    pub(super) qstr_table: Option<usize>,
    /// Where its constant table begins, if it has one.
    pub(super) obj_table: Option<usize>,
    /// Its body.
    pub(super) proto_fun: ProtoFun,
}

impl Image {
    /// Adds a tuple and says where it is.
    pub(super) fn add_tuple(&mut self, items: Vec<Word>) -> ObjectRef {
        let length = items.len();
        let table = self.tuples.entry(length).or_default();
        table.push(items);
        ObjectRef::Tuple {
            length,
            index: table.len() - 1,
        }
    }

    /// The names of all modules, each with a zero byte after it, and one more at the end.
    pub(super) fn names(&self) -> Vec<u8> {
        let mut names = Vec::new();
        for module in &self.modules {
            names.extend(module.name.as_bytes());
            names.push(0);
        }
        names.push(0);
        names
    }
}

impl QstrPools {
    /// Gives every new qstr its text.
    pub(super) fn new(pools: &Pools, mut qstr: impl FnMut(&[u8]) -> Qstr) -> Self {
        Self {
            first: pools.first,
            unsorted: pools.unsorted.iter().map(|text| qstr(text)).collect(),
            sorted: pools.sorted.iter().map(|text| qstr(text)).collect(),
        }
    }

    /// How many qstrs there are.
    pub(super) fn len(&self) -> usize {
        self.unsorted.len() + self.sorted.len()
    }
}
