//! Turns constants into words, each constant once for all modules.

use std::collections::HashMap;

use crate::error::Problem;
use crate::frozen::image::{Extern, Image, Int, ObjectRef, Str, Word};
use crate::frozen::mpy::Object;
use crate::frozen::text::TextBuilder;
use crate::qstr::qstr_hash;
use crate::{Context, Float, LongInt};

use super::number::{Integer, complex_bits, float_bits, has_digits};
use super::qstrs::Numbers;
use super::word::Layout;

/// A constant by type and value. Floats are their bits, so that `0.0` and `-0.0` differ and a NaN equals itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Value {
    Str(Vec<u8>),
    Bytes(Vec<u8>),
    Int(Integer),
    Float(u64),
    Complex(u64, u64),
    /// A tuple by its items' words. The same items have the same words.
    Tuple(Vec<Word>),
}

/// The constants so far.
pub(super) struct Constants<'a> {
    context: &'a Context,
    numbers: &'a Numbers<'a>,
    layout: Layout,
    words: HashMap<Value, Word>,
}

impl<'a> Constants<'a> {
    pub(super) fn new(context: &'a Context, numbers: &'a Numbers<'a>) -> Self {
        Self {
            context,
            numbers,
            layout: Layout::new(context),
            words: HashMap::new(),
        }
    }

    /// Returns the word of a constant, and adds the constant to the image if it is new.
    pub(super) fn word(
        &mut self,
        object: &Object,
        image: &mut Image,
        text: &mut TextBuilder,
    ) -> Result<Word, Problem> {
        match object {
            Object::FunTable => Ok(Word::Extern(Extern::FunTable)),
            Object::None => Ok(self.layout.singleton(Extern::None)),
            Object::False => Ok(self.layout.singleton(Extern::False)),
            Object::True => Ok(self.layout.singleton(Extern::True)),
            Object::Ellipsis => Ok(self.layout.singleton(Extern::Ellipsis)),
            Object::Str(bytes) => Ok(self.string(bytes, image, text)),
            Object::Bytes(bytes) if bytes.is_empty() => {
                Ok(self.layout.singleton(Extern::EmptyBytes))
            }
            Object::Bytes(bytes) => {
                let value = Value::Bytes(bytes.clone());
                Ok(self.once(value, || add_str(self.context, image, text, bytes, true)))
            }
            Object::Int(decimal) => self.int(decimal, image),
            Object::Float(decimal) => self.float(decimal, image),
            Object::Complex(decimal) => self.complex(decimal, image),
            Object::Tuple(items) => self.tuple(items, image, text),
        }
    }

    fn once(&mut self, value: Value, add: impl FnOnce() -> ObjectRef) -> Word {
        *self
            .words
            .entry(value)
            .or_insert_with(|| Word::Object(add()))
    }

    fn string(&mut self, bytes: &[u8], image: &mut Image, text: &mut TextBuilder) -> Word {
        let number = self
            .numbers
            .get(bytes)
            .and_then(|number| u16::try_from(number).ok());
        if let Some(number) = number {
            return self.layout.qstr(number);
        }
        let context = self.context;
        self.once(Value::Str(bytes.to_vec()), || {
            add_str(context, image, text, bytes, false)
        })
    }

    fn int(&mut self, decimal: &[u8], image: &mut Image) -> Result<Word, Problem> {
        let integer = Integer::parse(decimal).ok_or_else(|| damaged("integer", decimal))?;
        let value = integer.to_i64();
        if let Some(word) = value.and_then(|value| self.layout.small_int(value)) {
            return Ok(word);
        }
        let int = match (self.context.facts.long_int, value) {
            (LongInt::None, _) => return Err(no_long_ints(decimal)),
            (LongInt::LongLong, Some(value)) => Int::LongLong(value),
            (LongInt::LongLong, None) => return Err(beyond_64_bits(decimal)),
            (LongInt::Mpz { .. }, _) if !has_digits(self.context.facts.long_int) => {
                return Err(Problem::new(
                    "the firmware's big integers have digits of an unknown size",
                )
                .help("define MPZ_DIG_SIZE as 16 or 32"));
            }
            (LongInt::Mpz { dig_bits }, _) => {
                return Ok(self.once(Value::Int(integer.clone()), || {
                    let digits = integer.digits(dig_bits);
                    image.ints.push(Int::Mpz {
                        negative: integer.negative,
                        digits: image.digits.len(),
                        n_digits: digits.len(),
                    });
                    image.digits.extend(digits);
                    ObjectRef::Int(image.ints.len() - 1)
                }));
            }
        };
        Ok(self.once(Value::Int(integer), || {
            image.ints.push(int);
            ObjectRef::Int(image.ints.len() - 1)
        }))
    }

    fn float(&mut self, decimal: &[u8], image: &mut Image) -> Result<Word, Problem> {
        if self.context.facts.float == Float::None {
            return Err(no_floats(decimal));
        }
        let bits = float_bits(decimal, self.context.facts.float)
            .ok_or_else(|| damaged("float", decimal))?;
        if let Some(word) = self.layout.float(bits) {
            return Ok(word);
        }
        Ok(self.once(Value::Float(bits), || {
            image.floats.push(bits);
            ObjectRef::Float(image.floats.len() - 1)
        }))
    }

    fn complex(&mut self, decimal: &[u8], image: &mut Image) -> Result<Word, Problem> {
        if self.context.facts.float == Float::None || !self.context.facts.complex {
            let number = shown(decimal);
            return Err(Problem::new(format!(
                "the constant {number} is complex, and the firmware has no complex numbers"
            ))
            .help("define MICROPY_PY_BUILTINS_COMPLEX as 1, or do without it"));
        }
        let (real, imaginary) = complex_bits(decimal, self.context.facts.float)
            .ok_or_else(|| damaged("complex", decimal))?;
        Ok(self.once(Value::Complex(real, imaginary), || {
            image.complexes.push((real, imaginary));
            ObjectRef::Complex(image.complexes.len() - 1)
        }))
    }

    fn tuple(
        &mut self,
        items: &[Object],
        image: &mut Image,
        text: &mut TextBuilder,
    ) -> Result<Word, Problem> {
        if items.is_empty() {
            return Ok(self.layout.singleton(Extern::EmptyTuple));
        }
        let mut words = Vec::new();
        for item in items {
            words.push(self.word(item, image, text)?);
        }
        Ok(self.once(Value::Tuple(words.clone()), || image.add_tuple(words)))
    }
}

fn add_str(
    context: &Context,
    image: &mut Image,
    text: &mut TextBuilder,
    bytes: &[u8],
    is_bytes: bool,
) -> ObjectRef {
    image.strs.push(Str {
        bytes: is_bytes,
        hash: qstr_hash(bytes, context.facts.qstr_bytes_in_hash),
        length: bytes.len(),
        text: match is_bytes {
            true => text.add_aligned(bytes),
            false => text.add(bytes),
        },
    });
    ObjectRef::Str(image.strs.len() - 1)
}

/// Returns the text of a number for messages. It is cut off, since a big integer can have thousands of digits.
fn shown(decimal: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(decimal).chars().take(40).collect();
    if decimal.len() > 40 {
        format!("{text}...")
    } else {
        text
    }
}

fn damaged(kind: &str, decimal: &[u8]) -> Problem {
    Problem::new(format!(
        "the {kind} constant {:?} is no number",
        shown(decimal)
    ))
    .help("the compiled file is damaged: compile it again")
}

fn no_long_ints(decimal: &[u8]) -> Problem {
    let number = shown(decimal);
    Problem::new(format!(
        "the integer {number} is larger than a small int, and the firmware has no long ints"
    ))
    .help("define MICROPY_LONGINT_IMPL as MICROPY_LONGINT_IMPL_MPZ, or use a smaller number")
}

fn beyond_64_bits(decimal: &[u8]) -> Problem {
    let number = shown(decimal);
    Problem::new(format!(
        "the integer {number} is larger than the 64 bits of the firmware's long ints"
    ))
    .help("define MICROPY_LONGINT_IMPL as MICROPY_LONGINT_IMPL_MPZ, or use a smaller number")
}

fn no_floats(decimal: &[u8]) -> Problem {
    let number = shown(decimal);
    Problem::new(format!(
        "the constant {number} is a float, and the firmware has no floats"
    ))
    .help("define MICROPY_FLOAT_IMPL as MICROPY_FLOAT_IMPL_FLOAT, or do without it")
}
