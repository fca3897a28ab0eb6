//! The parse stage: a `.mpy` file of version 6 as data (`py/persistentcode.c` says what it looks like).
//!
//! [`read`] and [`Mpy::write`] are each other's reverse: a file that MicroPython's compiler made comes out as it
//! went in, byte by byte.

mod cursor;
mod prelude;
mod read;
mod write;

pub use cursor::Fault;
pub use prelude::Prelude;
pub(crate) use prelude::SCOPE_FLAG_GENERATOR;
pub use read::read;

/// One compiled module.
#[derive(Debug, Clone, PartialEq)]
pub struct Mpy {
    /// Bits of a small int that the file was compiled for.
    pub small_int_bits: u8,
    /// The architecture of its native code, if it has any.
    pub native: Option<NativeArch>,
    /// The names that the bytecode refers to by index; the first one is the source file's.
    pub qstrs: Vec<Qstr>,
    /// The constants that the bytecode refers to by index.
    pub objects: Vec<Object>,
    /// The module's body, with the functions inside it.
    pub code: RawCode,
    /// Where the entries of the tables lie in the file.
    pub offsets: Offsets,
}

/// Where the entries of a module's tables begin in the file that it was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offsets {
    /// Those of [`Mpy::qstrs`].
    pub qstrs: Vec<usize>,
    /// Those of [`Mpy::objects`].
    pub objects: Vec<usize>,
}

/// Where the header has the architecture with the sub-version, the bits of a small int, and the architecture's flags.
pub(crate) const FEATURES_AT: usize = 2;
pub(crate) const SMALL_INT_BITS_AT: usize = 3;
pub(crate) const ARCH_FLAGS_AT: usize = 4;

/// What the header of a file with native code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeArch {
    /// Its number, which an [`Arch`](crate::Arch) has unless the file is of a newer release.
    pub arch: u8,
    /// The sub-version of the native interface.
    pub sub_version: u8,
    /// Optional features of the architecture, which files of newer releases carry.
    pub flags: u32,
}

/// An entry of the qstr table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qstr {
    /// A qstr that has the same number in every firmware.
    Static(u32),
    /// A qstr by its text: UTF-8, except that Python may put surrogates into it.
    Text(Vec<u8>),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// The table of runtime functions that native code calls.
    FunTable,
    /// `None`
    None,
    /// `False`
    False,
    /// `True`
    True,
    /// `...`
    Ellipsis,
    /// A `str`, as its UTF-8 bytes.
    Str(Vec<u8>),
    /// A `bytes`.
    Bytes(Vec<u8>),
    /// An `int`, in decimal.
    Int(Vec<u8>),
    /// A `float`, in decimal.
    Float(Vec<u8>),
    /// A `complex`, in decimal.
    Complex(Vec<u8>),
    /// A `tuple`.
    Tuple(Vec<Object>),
}

/// One function, class body or module body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawCode {
    /// Where its data lies in the file.
    pub offset: usize,
    /// What kind of code it is, with what only that kind has.
    pub kind: Kind,
    /// The code itself, its prelude included.
    pub data: Vec<u8>,
    /// The functions that it makes.
    pub children: Vec<RawCode>,
}

/// The kinds of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Bytecode.
    Bytecode(Prelude),
    /// `@micropython.native`: machine code, with a prelude at an offset.
    Native {
        /// Where the prelude begins in the data.
        prelude_offset: u32,
        /// The prelude.
        prelude: Prelude,
    },
    /// `@micropython.viper`, and modules written in C.
    Viper(Unmanaged),
    /// `@micropython.asm_thumb` and its like.
    Asm {
        /// What it shares with viper.
        code: Unmanaged,
        /// How many arguments it takes.
        n_pos_args: u32,
        /// The types of its arguments and of its result.
        type_sig: u32,
    },
}

/// What machine code without a prelude has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// Scope flags, which also say what follows.
    pub scope_flags: u32,
    /// Constant data that the code refers to.
    pub rodata: Vec<u8>,
    /// Bytes of zeroed memory that the code refers to.
    pub bss: u32,
    /// Relocations, as they stand in the file.
    pub relocations: Vec<u8>,
}

impl Unmanaged {
    /// Whether relocations follow the code (`MP_SCOPE_FLAG_VIPERRELOC` in `py/runtime0.h`).
    fn has_relocations(&self) -> bool {
        self.scope_flags & 0x10 != 0
    }
}
