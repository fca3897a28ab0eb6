//! Encodes MicroPython objects as machine words (`MICROPY_OBJ_REPR` in `py/mpconfig.h`, the layouts in `py/obj.h`).

use crate::frozen::image::{Extern, Word};
use crate::{Context, ObjRepr};

/// The firmware's layout of words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    repr: ObjRepr,
    small_int_bits: u32,
    mask: u64,
    immediate_objs: bool,
}

impl Layout {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            repr: context.facts.obj_repr,
            small_int_bits: context.facts.small_int_bits.clamp(1, 64),
            mask: if context.facts.word_bytes >= 8 {
                u64::MAX
            } else {
                0xffff_ffff
            },
            immediate_objs: context.facts.immediate_objs,
        }
    }

    /// Returns the word of an integer, if the integer is small enough to be in it.
    pub(super) fn small_int(self, value: i64) -> Option<Word> {
        let spare = 64 - self.small_int_bits;
        if value << spare >> spare != value {
            return None;
        }
        // The cast keeps the bits, which is what a tagged word is made of.
        let bits = value as u64;
        Some(self.immediate(match self.repr {
            ObjRepr::A | ObjRepr::C => bits << 1 | 1,
            ObjRepr::B => bits << 2 | 1,
            ObjRepr::D => (bits & 0x7fff_ffff_ffff) << 1 | 0x0001_0000_0000_0001,
        }))
    }

    /// Returns the word of a qstr.
    pub(super) fn qstr(self, number: u16) -> Word {
        let number = u64::from(number);
        self.immediate(match self.repr {
            ObjRepr::A => number << 3 | 2,
            ObjRepr::B => number << 3 | 3,
            ObjRepr::C => number << 4 | 6,
            ObjRepr::D => number << 1 | 0x0002_0000_0000_0001,
        })
    }

    /// Returns the word of an object that libmicropython has. `None`, `False` and `True` may be immediate.
    pub(super) fn singleton(self, object: Extern) -> Word {
        let number: u64 = match object {
            Extern::None => 0,
            Extern::False => 1,
            Extern::True => 3,
            Extern::Ellipsis | Extern::EmptyBytes | Extern::EmptyTuple | Extern::FunTable => {
                return Word::Extern(object);
            }
        };
        if !self.immediate_objs {
            return Word::Extern(object);
        }
        self.immediate(match self.repr {
            ObjRepr::A => number << 3 | 6,
            ObjRepr::B => number << 3 | 7,
            ObjRepr::C => number << 4 | 0xe,
            ObjRepr::D => number << 46 | 0x0003_0000_0000_0000,
        })
    }

    /// Returns the word of a float by its bits, if words hold floats.
    pub(super) fn float(self, bits: u64) -> Option<Word> {
        match self.repr {
            ObjRepr::A | ObjRepr::B => None,
            ObjRepr::C => Some(self.immediate((bits & !3 | 2).wrapping_add(0x8080_0000))),
            ObjRepr::D => Some(self.immediate(bits.wrapping_add(0x8004_0000_0000_0000))),
        }
    }

    fn immediate(self, bits: u64) -> Word {
        Word::Immediate(bits & self.mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::sample;

    fn layout(repr: ObjRepr, small_int_bits: u32, word_bytes: u32) -> Layout {
        Layout::new(&Context {
            facts: crate::context::Facts {
                obj_repr: repr,
                small_int_bits,
                word_bytes,
                ..sample().facts
            },
            ..sample()
        })
    }

    #[test]
    fn words_are_tagged_as_py_obj_h_says() {
        use Word::Immediate;
        let a = layout(ObjRepr::A, 31, 4);
        assert_eq!(a.small_int(-1), Some(Immediate(0xffff_ffff)));
        assert_eq!(a.small_int(0x3fff_ffff), Some(Immediate(0x7fff_ffff)));
        assert_eq!(a.small_int(0x4000_0000), None);
        assert_eq!(a.small_int(-0x4000_0000), Some(Immediate(0x8000_0001)));
        assert_eq!(a.small_int(-0x4000_0001), None);
        assert_eq!(a.qstr(5), Immediate(0x2a));
        assert_eq!(a.singleton(Extern::True), Immediate(0x1e));
        assert_eq!(a.float(0), None);

        let b = layout(ObjRepr::B, 30, 4);
        assert_eq!(b.small_int(2), Some(Immediate(9)));
        assert_eq!(b.qstr(5), Immediate(0x2b));
        assert_eq!(b.singleton(Extern::None), Immediate(7));

        let c = layout(ObjRepr::C, 31, 4);
        assert_eq!(c.qstr(5), Immediate(0x56));
        assert_eq!(c.singleton(Extern::False), Immediate(0x1e));
        // 1.0f is 0x3f80_0000.
        assert_eq!(c.float(0x3f80_0000), Some(Immediate(0xc000_0002)));

        let d = layout(ObjRepr::D, 47, 8);
        assert_eq!(d.small_int(-1), Some(Immediate(0x0001_ffff_ffff_ffff)));
        assert_eq!(d.qstr(5), Immediate(0x0002_0000_0000_000b));
        assert_eq!(d.float(0), Some(Immediate(0x8004_0000_0000_0000)));
    }
}
