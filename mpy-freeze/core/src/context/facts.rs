//! The facts of the firmware's configuration that freezing depends on: a row each.
//!
//! A row names the constants of the port's `bindings.h` that hold a fact, without their prefix `mpyf_cfg_`. The row is
//! the field, how it is read from those constants and from the context's file, how it is written there, and the
//! assertion by which the emitted tables check that they are compiled against the same configuration.

use super::{Float, LongInt, ObjRepr};

/// Declares [`Facts`] from rows `field: Type = [constants]`.
macro_rules! facts {
    ($($(#[$doc:meta])* $field:ident: $type:ty = [$($constant:literal),+],)*) => {
        /// The values of the firmware's configuration, as far as freezing depends on them.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Facts {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Facts {
            /// Reads the facts from the `values` of constants. `invalid` makes the error for a fact whose constants have
            /// values without a meaning.
            ///
            /// # Errors
            ///
            /// Those of `values` and `invalid`.
            pub fn read<E>(
                values: impl Fn(&'static str) -> Result<i64, E>,
                invalid: impl Fn(&'static str) -> E,
            ) -> Result<Self, E> {
                Ok(Self {
                    $($field: <$type as Fact<_>>::from_values([$(values($constant)?),+])
                        .ok_or_else(|| invalid(stringify!($field)))?,)*
                })
            }

            /// Returns the constants with their values, in the order of the rows.
            pub fn values(&self) -> Vec<(&'static str, i64)> {
                let mut all = Vec::new();
                $(all.extend([$($constant),+].into_iter().zip(self.$field.to_values()));)*
                all
            }
        }
    };
}

facts! {
    /// How objects are laid out in a machine word.
    obj_repr: ObjRepr = ["obj_repr"],
    /// Whether `None`, `False` and `True` are immediate words (`MICROPY_OBJ_IMMEDIATE_OBJS`).
    immediate_objs: bool = ["immediate_objs"],
    /// Bits of a small int, its sign included (`MP_SMALL_INT_BITS`).
    small_int_bits: u32 = ["small_int_bits"],
    /// How integers beyond a small int are stored.
    long_int: LongInt = ["longint_impl", "mpz_dig_size"],
    /// The C type of Python's floats.
    float: Float = ["float"],
    /// Whether there are complex numbers (`MICROPY_PY_BUILTINS_COMPLEX`).
    complex: bool = ["complex"],
    /// Bytes in a qstr's hash, 0 where none is stored (`MICROPY_QSTR_BYTES_IN_HASH`).
    qstr_bytes_in_hash: u32 = ["qstr_bytes_in_hash"],
    /// Bytes in a qstr's length (`MICROPY_QSTR_BYTES_IN_LEN`).
    qstr_bytes_in_len: u32 = ["qstr_bytes_in_len"],
    /// Whether raw codes carry what saving them needs (`MICROPY_PERSISTENT_CODE_SAVE`).
    persistent_code_save: bool = ["persistent_code_save"],
    /// Whether raw codes carry what `sys.settrace` needs (`MICROPY_PY_SYS_SETTRACE`).
    settrace: bool = ["settrace"],
    /// Whether the firmware can run native code (`MICROPY_EMIT_MACHINE_CODE`).
    machine_code: bool = ["emit_machine_code"],
    /// Whether raw codes have the fields of inline assembler (`MICROPY_EMIT_INLINE_ASM`).
    inline_asm: bool = ["emit_inline_asm"],
    /// Whether the firmware reads frozen source text, for which it needs a compiler (`MICROPY_MODULE_FROZEN_STR`).
    frozen_str: bool = ["frozen_str"],
    /// The version of the `.mpy` format (`MPY_VERSION` in `py/persistentcode.h`).
    mpy_version: u8 = ["mpy_version"],
    /// The sub-version of the `.mpy` format, which native code must match (`MPY_SUB_VERSION`).
    mpy_sub_version: u8 = ["mpy_sub_version"],
    /// Bytes in an object word (`MP_BYTES_PER_OBJ_WORD`).
    word_bytes: u32 = ["word_bytes"],
}

/// A type that `N` constants of C stand for.
trait Fact<const N: usize>: Sized {
    /// Returns the fact, or nothing where the values have no meaning.
    fn from_values(values: [i64; N]) -> Option<Self>;

    /// Returns the values that the constants have for this fact.
    fn to_values(&self) -> [i64; N];
}

impl Fact<1> for bool {
    fn from_values([value]: [i64; 1]) -> Option<Self> {
        Some(value != 0)
    }

    fn to_values(&self) -> [i64; 1] {
        [i64::from(*self)]
    }
}

impl Fact<1> for u8 {
    fn from_values([value]: [i64; 1]) -> Option<Self> {
        Self::try_from(value).ok()
    }

    fn to_values(&self) -> [i64; 1] {
        [i64::from(*self)]
    }
}

impl Fact<1> for u32 {
    fn from_values([value]: [i64; 1]) -> Option<Self> {
        Self::try_from(value).ok()
    }

    fn to_values(&self) -> [i64; 1] {
        [i64::from(*self)]
    }
}

impl Fact<1> for ObjRepr {
    fn from_values([value]: [i64; 1]) -> Option<Self> {
        [Self::A, Self::B, Self::C, Self::D]
            .into_iter()
            .find(|repr| repr.to_values() == [value])
    }

    fn to_values(&self) -> [i64; 1] {
        match self {
            Self::A => [0],
            Self::B => [1],
            Self::C => [2],
            Self::D => [3],
        }
    }
}

impl Fact<1> for Float {
    fn from_values([value]: [i64; 1]) -> Option<Self> {
        [Self::None, Self::Single, Self::Double]
            .into_iter()
            .find(|float| float.to_values() == [value])
    }

    fn to_values(&self) -> [i64; 1] {
        match self {
            Self::None => [0],
            Self::Single => [1],
            Self::Double => [2],
        }
    }
}

impl Fact<2> for LongInt {
    fn from_values([implementation, dig_size]: [i64; 2]) -> Option<Self> {
        match implementation {
            0 => Some(Self::None),
            1 => Some(Self::LongLong),
            2 => u32::try_from(dig_size)
                .ok()
                .map(|dig_bits| Self::Mpz { dig_bits }),
            _ => None,
        }
    }

    fn to_values(&self) -> [i64; 2] {
        match *self {
            Self::None => [0, 0],
            Self::LongLong => [1, 0],
            Self::Mpz { dig_bits } => [2, dig_bits.into()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_a_meaning_names_its_fact() {
        let values = |name: &'static str| Ok(i64::from(name == "float") * 7);
        let read = Facts::read(values, |fact| fact);
        assert_eq!(read, Err("float"));
    }
}
