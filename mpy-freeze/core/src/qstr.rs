//! The facts about qstrs that the format of `.mpy` files and the C library agree on: the fixed numbers and the hash.

use std::collections::BTreeSet;

use crate::error::{Error, Problem, Result};
use crate::fs;
use crate::source::Source;

/// The two lists in `py/makeqstrdata.py`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedQstrs {
    /// `static_qstr_list`: the order is that of the numbers in `.mpy` files.
    pub in_order: Vec<String>,
    /// `unsorted_qstr_list`: these need numbers below 256.
    pub small: BTreeSet<String>,
}

impl FixedQstrs {
    /// Reads the lists from the tree.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the file doesn't hold them in the form that all known releases have.
    pub fn read(source: &Source) -> Result<Self> {
        let path = source.join("py/makeqstrdata.py");
        let text = fs::read_to_string(&path)?;
        let list = |name: &str, open: char, close: char| {
            python_strings(&text, name, open, close).ok_or_else(|| {
                Error::Source(vec![
                    Problem::new(format!("there is no {name} in this file"))
                        .file(&path)
                        .help("this release of MicroPython is newer than this mpy-freeze: update mpy-freeze"),
                ])
            })
        };
        Ok(Self {
            in_order: list("static_qstr_list", '[', ']')?,
            small: list("unsorted_qstr_list", '{', '}')?.into_iter().collect(),
        })
    }
}

/// Returns the string literals of a Python list or set that is assigned to `name` at the start of a line.
fn python_strings(text: &str, name: &str, open: char, close: char) -> Option<Vec<String>> {
    let (_, rest) = text.split_once(&format!("\n{name} = {open}\n"))?;
    let (body, _) = rest.split_once(&format!("\n{close}"))?;
    let mut strings = Vec::new();
    for line in body.lines().map(str::trim) {
        let Some(literal) = line.strip_prefix('"') else {
            continue;
        };
        let (content, _) = literal.rsplit_once('"')?;
        strings.push(content.replace("\\n", "\n"));
    }
    Some(strings)
}

/// Returns the hash that `qstr_compute_hash` in `py/qstr.c` computes. If the firmware stores no hashes, it has 16 bits.
pub fn qstr_hash(bytes: &[u8], bytes_in_hash: u32) -> u32 {
    let mut hash: u32 = 5381;
    for byte in bytes {
        hash = hash.wrapping_mul(33) ^ u32::from(*byte);
    }
    let bytes = if bytes_in_hash == 0 { 2 } else { bytes_in_hash };
    let mask = u32::MAX.checked_shr(32 - 8 * bytes.min(4)).unwrap_or(0);
    // Zero means that no hash was computed.
    (hash & mask).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_upstreams_table() {
        // From the QDEF lines that upstream's makeqstrdata.py writes for its static list.
        assert_eq!(qstr_hash(b"", 2), 5381);
        assert_eq!(qstr_hash(b"__dir__", 2), 0x8f7a);
        assert_eq!(qstr_hash(b"abs", 1), 0x95);
    }

    #[test]
    fn a_hash_is_never_zero() {
        let zero = (0..=u16::MAX)
            .map(|pair| pair.to_le_bytes())
            .find(|pair| qstr_hash(pair, 1) == 0);
        assert_eq!(zero, None);
    }

    #[test]
    fn lists_are_read_from_python() {
        let text = "x\nstatic_qstr_list = [\n    \"\",\n    \"\\n\",  # why\n    \"a\",\n]\n";
        let list = python_strings(text, "static_qstr_list", '[', ']');
        assert_eq!(list, Some(vec![String::new(), "\n".into(), "a".into()]));
    }
}
