//! The ROM that an image takes.

use crate::{Context, Float, LongInt, ObjRepr};

use super::image::{Image, Int};

/// Bytes of ROM by part, without the padding that the linker adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Size {
    /// Number of modules.
    pub modules: usize,
    /// Bytes of bytecode.
    pub bytecode: usize,
    /// Bytes of machine code.
    pub native: usize,
    /// Bytes of the sources that are frozen as text.
    pub sources: usize,
    /// Bytes of the constants, without the text of strings.
    pub constants: usize,
    /// Bytes of the qstr pools and of the text of all strings.
    pub qstrs: usize,
    /// Bytes of the tables that lead from a module's name to its code and constants.
    pub tables: usize,
}

impl Size {
    /// Returns the bytes of all parts together.
    pub fn total(&self) -> usize {
        self.bytecode + self.native + self.sources + self.constants + self.qstrs + self.tables
    }

    pub(super) fn of(context: &Context, image: &Image) -> Self {
        let target = Target::new(context);
        Self {
            modules: image.modules.len() + image.sources.len(),
            bytecode: image.bytecode.len(),
            native: image.native.len(),
            sources: image
                .sources
                .iter()
                .map(|source| source.text.len() + 1)
                .sum(),
            constants: target.constants(context, image),
            qstrs: target.qstrs(context, image),
            tables: target.tables(context, image),
        }
    }
}

/// The sizes of C's types on the target, in bytes.
struct Target {
    pointer: usize,
    word: usize,
    float: usize,
}

impl Target {
    fn new(context: &Context) -> Self {
        let word = context.facts.word_bytes as usize;
        Self {
            // Only representation D has words of another size than addresses.
            pointer: if context.facts.obj_repr == ObjRepr::D {
                4
            } else {
                word
            },
            word,
            float: match context.facts.float {
                Float::Double => 8,
                Float::Single | Float::None => 4,
            },
        }
    }

    fn constants(&self, context: &Context, image: &Image) -> usize {
        let int = |int: &Int| match int {
            Int::LongLong(_) => 16,
            Int::Mpz { .. } => 4 * self.pointer,
        };
        let digit = match context.facts.long_int {
            LongInt::Mpz { dig_bits } => dig_bits as usize / 8,
            LongInt::None | LongInt::LongLong => 0,
        };
        let head = self.pointer.max(self.float);
        let tuple_head = 2 * self.pointer;
        let tuples = image.tuples.iter();
        let tuples =
            tuples.map(|(length, tuples)| tuples.len() * (tuple_head + length * self.word));
        image.strs.len() * 4 * self.pointer
            + image.ints.iter().map(int).sum::<usize>()
            + image.digits.len() * digit
            + image.floats.len() * (head + self.float)
            + image.complexes.len() * (head + 2 * self.float)
            + tuples.sum::<usize>()
    }

    fn qstrs(&self, context: &Context, image: &Image) -> usize {
        let hash = context.facts.qstr_bytes_in_hash as usize;
        let length = context.facts.qstr_bytes_in_len as usize;
        // A pool's head has five words and, where hashes are kept, their address.
        let head = (5 + usize::from(hash > 0)) * self.pointer;
        let pools = image.pools.pools.len();
        let qstrs = image.pools.qstrs().count();
        image.text.bytes().len() + pools * head + qstrs * (self.pointer + hash + length)
    }

    fn tables(&self, context: &Context, image: &Image) -> usize {
        let mut raw_code = 4 + 2 * self.pointer;
        if self.pointer == 8 {
            raw_code += 4;
        }
        if context.facts.persistent_code_save {
            raw_code += 8;
        }
        if context.facts.settrace {
            // The line, then the prelude: six numbers, a qstr and three addresses.
            raw_code += 4_usize.next_multiple_of(self.pointer) + 6 * 4 + 4 * self.pointer;
        }
        let module = 3 * self.pointer + self.pointer;
        let asm = (raw_code + 4).next_multiple_of(self.pointer);
        image.raw_codes.len() * raw_code
            + image.asm_codes.len() * asm
            + image.sources.len() * 4
            + image.children.len() * self.pointer
            + image.qstr_table.len() * 2
            + image.obj_table.len() * self.word
            + image.modules.len() * module
            + image.names().len()
            // The end of the list of frozen source texts, and the address that anchors the shim.
            + 4 + 1 + self.pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::sample;
    use crate::frozen::image::{Code, RawCode};

    /// The expected sizes are those that a C compiler gives `mp_raw_code_truncated_t` (`py/emitglue.h`).
    #[test]
    fn a_raw_code_is_as_large_as_in_c() {
        let mut image = Image::default();
        let tables = |context: &Context, image: &Image| Size::of(context, image).tables;
        for (word_bytes, settrace, size) in
            [(4, false, 20), (4, true, 64), (8, false, 32), (8, true, 96)]
        {
            let context = Context {
                facts: crate::context::Facts {
                    word_bytes,
                    persistent_code_save: true,
                    settrace,
                    ..sample().facts
                },
                ..sample()
            };
            image.raw_codes.clear();
            let empty = tables(&context, &image);
            image.raw_codes.push(RawCode {
                code: Code::Viper { at: 0 },
                length: 0,
                is_generator: false,
                children: (0, 0),
            });
            assert_eq!(tables(&context, &image) - empty, size);
        }
    }
}
