//! Parses numbers from the decimal text that MicroPython's compiler writes.

use crate::{Float, LongInt};

/// An integer of any size: a sign and digits of 32 bits, the lowest first and the highest not zero.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Integer {
    pub(super) negative: bool,
    limbs: Vec<u32>,
}

impl Integer {
    /// Parses an optional sign and decimal digits.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let (negative, digits) = match text.split_first()? {
            (b'-', digits) => (true, digits),
            (b'+', digits) => (false, digits),
            _ => (false, text),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut limbs: Vec<u32> = Vec::new();
        // Nine digits at a time fit into 32 bits.
        for chunk in digits.chunks(9) {
            let mut scale: u64 = 1;
            let mut carry: u64 = 0;
            for digit in chunk {
                scale *= 10;
                carry = carry * 10 + u64::from(digit - b'0');
            }
            for limb in &mut limbs {
                let value = u64::from(*limb) * scale + carry;
                *limb = low_half(value);
                carry = value >> 32;
            }
            if carry > 0 {
                limbs.push(low_half(carry));
            }
        }
        let negative = negative && !limbs.is_empty();
        Some(Self { negative, limbs })
    }

    /// Returns the value, if it fits into 64 bits.
    pub(super) fn to_i64(&self) -> Option<i64> {
        let mut magnitude: i128 = 0;
        if self.limbs.len() > 2 {
            return None;
        }
        for limb in self.limbs.iter().rev() {
            magnitude = magnitude << 32 | i128::from(*limb);
        }
        i64::try_from(if self.negative { -magnitude } else { magnitude }).ok()
    }

    /// Returns the magnitude in digits of `bits` bits (8, 16 or 32), the lowest first and the highest not zero.
    pub(super) fn digits(&self, bits: u32) -> Vec<u32> {
        let mask = low_half((1 << bits) - 1);
        let mut digits: Vec<u32> = Vec::new();
        for limb in &self.limbs {
            digits.extend(
                (0..32)
                    .step_by(bits as usize)
                    .map(|shift| limb >> shift & mask),
            );
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        digits
    }
}

/// Returns the low 32 bits.
fn low_half(value: u64) -> u32 {
    // The mask leaves 32 bits, so the cast loses nothing.
    (value & 0xffff_ffff) as u32
}

/// Returns true if [`Integer::digits`] and MicroPython both know the size of the digits.
pub(super) fn has_digits(long_int: LongInt) -> bool {
    matches!(
        long_int,
        LongInt::Mpz {
            dig_bits: 8 | 16 | 32
        }
    )
}

/// Parses a float and returns its bits, correctly rounded to the firmware's precision.
///
/// Single floats are rounded once, from the text, and not by way of a double.
pub(super) fn float_bits(text: &[u8], float: Float) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    // Rust reads all that MicroPython writes: digits, `e+20`, `inf` and `nan`. Nothing else may pass.
    let allowed = |c: char| c.is_ascii_digit() || "+-.einfa".contains(c);
    if !text.chars().all(allowed) {
        return None;
    }
    match float {
        Float::None => None,
        Float::Single => {
            let value: f32 = text.parse().ok()?;
            Some(u64::from(if value.is_nan() {
                QUIET_NAN_32
            } else {
                value.to_bits()
            }))
        }
        Float::Double => {
            let value: f64 = text.parse().ok()?;
            Some(if value.is_nan() {
                QUIET_NAN_64
            } else {
                value.to_bits()
            })
        }
    }
}

/// The not-a-number that MicroPython itself uses, so that images don't depend on the host's.
const QUIET_NAN_32: u32 = 0x7fc0_0000;
const QUIET_NAN_64: u64 = 0x7ff8_0000_0000_0000;

/// Parses `2j` or `(1+2j)`, and returns the bits of the real and imaginary parts.
pub(super) fn complex_bits(text: &[u8], float: Float) -> Option<(u64, u64)> {
    let inner = text
        .strip_prefix(b"(")
        .and_then(|text| text.strip_suffix(b")"));
    let numbers = inner.unwrap_or(text).strip_suffix(b"j")?;
    // The imaginary part begins at the last sign that doesn't belong to an exponent.
    let sign = (1..numbers.len()).rev().find(|at| {
        let (before, from) = numbers.split_at(*at);
        matches!(from.first(), Some(b'+' | b'-')) && before.last() != Some(&b'e')
    });
    let (real, imaginary) = numbers.split_at(sign.unwrap_or(0));
    let real = if real.is_empty() { b"0" } else { real };
    Some((float_bits(real, float)?, float_bits(imaginary, float)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(text: &str) -> Integer {
        Integer::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn integers() {
        assert_eq!(integer("0").to_i64(), Some(0));
        assert_eq!(integer("-0"), integer("0"));
        assert_eq!(integer("007"), integer("7"));
        assert_eq!(integer("-9223372036854775808").to_i64(), Some(i64::MIN));
        assert_eq!(integer("9223372036854775807").to_i64(), Some(i64::MAX));
        assert_eq!(integer("9223372036854775808").to_i64(), None);
        assert_eq!(integer("18446744073709551616").to_i64(), None);
        for bad in ["", "-", "1x", "0x10", "1_000", " 1", "--1"] {
            assert_eq!(Integer::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn digits_of_every_size() {
        // 10**30 == 0xc_9f2c9cd0_4674edea_40000000
        let value = integer("1000000000000000000000000000000");
        assert_eq!(
            value.digits(32),
            [0x4000_0000, 0x4674_edea, 0x9f2c_9cd0, 0xc]
        );
        assert_eq!(
            value.digits(16),
            [0, 0x4000, 0xedea, 0x4674, 0x9cd0, 0x9f2c, 0xc]
        );
        assert_eq!(integer("-65536").digits(8), [0, 0, 1]);
        assert_eq!(integer("0").digits(16), [0u32; 0]);
    }

    #[test]
    fn floats_are_rounded_once() {
        assert_eq!(float_bits(b"0.1", Float::Double), Some(0.1f64.to_bits()));
        assert_eq!(float_bits(b"-0.0", Float::Single), Some(0x8000_0000));
        assert_eq!(
            float_bits(b"1e+400", Float::Double),
            Some(f64::INFINITY.to_bits())
        );
        assert_eq!(float_bits(b"-inf", Float::Single), Some(0xff80_0000));
        assert_eq!(float_bits(b"nan", Float::Double), Some(QUIET_NAN_64));
        // Just above the middle of two floats, so it rounds up; the nearest double is the middle itself,
        // which would round to the even float below.
        assert_eq!(
            float_bits(b"1.00000005960464477540", Float::Single),
            Some(0x3f80_0001)
        );
        for bad in [&b"1.0 "[..], b"", b"infinity!", b"0x1p3", b"1_0.0"] {
            assert_eq!(float_bits(bad, Float::Double), None);
        }
    }

    #[test]
    fn complex_numbers_as_python_writes_them() {
        let bits = |real: f64, imaginary: f64| Some((real.to_bits(), imaginary.to_bits()));
        let parse = |text: &str| complex_bits(text.as_bytes(), Float::Double);
        assert_eq!(parse("2j"), bits(0.0, 2.0));
        assert_eq!(parse("-2.5j"), bits(0.0, -2.5));
        assert_eq!(parse("(1+2j)"), bits(1.0, 2.0));
        assert_eq!(parse("(-1e-05-2e+20j)"), bits(-1e-5, -2e20));
        assert_eq!(parse("(inf-infj)"), bits(f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!(parse("1e+20j"), bits(0.0, 1e20));
        assert_eq!(parse("(1+2)"), None);
        assert_eq!(parse("j"), None);
    }
}
