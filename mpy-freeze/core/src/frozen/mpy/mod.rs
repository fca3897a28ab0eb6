//! The parse stage: reads `.mpy` files of version 6 (`py/persistentcode.c` describes the format).
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

/// A compiled module.
#[derive(Debug, Clone, PartialEq)]
pub struct Mpy {
    /// Number of bits of the small ints that the file was compiled for.
    pub small_int_bits: u8,
    /// The architecture of the file's native code, if it has any.
    pub native: Option<NativeArch>,
    /// The names that the bytecode refers to by index; the first one is the source file's.
    pub qstrs: Vec<Qstr>,
    /// The constants that the bytecode refers to by index.
    pub objects: Vec<Object>,
    /// The module's body, with the functions inside it.
    pub code: RawCode,
    /// The offsets of the tables' entries in the file.
    pub offsets: Offsets,
}

/// The offsets at which the entries of a module's tables begin in the file that it was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offsets {
    /// The offsets of [`Mpy::qstrs`].
    pub qstrs: Vec<usize>,
    /// The offsets of [`Mpy::objects`].
    pub objects: Vec<usize>,
}

/// The offsets in the header: of the architecture with the sub-version, of the bits of a small int, and of the
/// architecture's flags.
pub(crate) const FEATURES_AT: usize = 2;
pub(crate) const SMALL_INT_BITS_AT: usize = 3;
pub(crate) const ARCH_FLAGS_AT: usize = 4;

/// The architecture of native code, as a file's header states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeArch {
    /// The number of the architecture. There is an [`Arch`](crate::Arch) for it unless the file is of a newer release.
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

/// A function, class body or module body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawCode {
    /// The offset of its data in the file.
    pub offset: usize,
    /// The kind of code, with the parts that only this kind has.
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
        /// The offset of the prelude in the data.
        prelude_offset: u32,
        /// The prelude.
        prelude: Prelude,
    },
    /// `@micropython.viper`, and modules written in C.
    Viper(Unmanaged),
    /// `@micropython.asm_thumb` and its like.
    Asm {
        /// The parts that assembler code shares with viper code.
        code: Unmanaged,
        /// Number of arguments.
        n_pos_args: u32,
        /// The types of its arguments and of its result.
        type_sig: u32,
    },
}

/// The parts of machine code that has no prelude.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// Scope flags, some of which state which of the other parts the file has.
    pub scope_flags: u32,
    /// Constant data that the code refers to.
    pub rodata: Vec<u8>,
    /// Number of bytes of zeroed memory that the code refers to.
    pub bss: u32,
    /// Relocations, as they stand in the file.
    pub relocations: Vec<u8>,
}

impl Unmanaged {
    /// Returns true if relocations follow the code (`MP_SCOPE_FLAG_VIPERRELOC` in `py/runtime0.h`).
    fn has_relocations(&self) -> bool {
        self.scope_flags & 0x10 != 0
    }
}
