//! The firmware's qstrs: which there are, their numbers, and what C calls them.
//!
//! The numbers begin with MicroPython's static list, which is part of the `.mpy` format, and the strings
//! that C keeps in a byte; both lists are data in the tree's `py/makeqstrdata.py` and are read from there.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// A pool of qstrs in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QstrPool {
    /// Bytes that a stored hash has, 0 for none.
    pub(crate) bytes_in_hash: u32,
    /// Bytes that a stored length has.
    pub(crate) bytes_in_len: u32,
    /// The number of the last one in the static list (`QSTR_LAST_STATIC` in `py/persistentcode.c`).
    pub(crate) last_static: usize,
    /// Strings of the unsorted first pool, without the null qstr.
    pub(crate) unsorted: Vec<String>,
    /// Strings of the sorted second pool, whose numbers follow those of the first.
    pub(crate) sorted: Vec<String>,
}

/// The two lists in `py/makeqstrdata.py`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FixedQstrs {
    /// `static_qstr_list`: the order is that of the numbers in `.mpy` files.
    pub(super) in_order: Vec<String>,
    /// `unsorted_qstr_list`: these need numbers below 256.
    small: BTreeSet<String>,
}

impl FixedQstrs {
    /// Reads the lists from the tree.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the file doesn't hold them in the form that all known releases have.
    pub(crate) fn read(source: &Source) -> Result<Self> {
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

/// The string literals of a Python list or set that is assigned to `name` at the start of a line.
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

impl QstrPool {
    /// Orders the qstrs of a program.
    ///
    /// `defs` is the preprocessed text of `py/qstrdefs.h` and its like, with `QCFG` lines and with `Q` lines
    /// in quotes; `collected` are the names after `MP_QSTR_` in the C sources.
    ///
    /// # Errors
    ///
    /// [`Error::Collect`] for a missing configuration or a qstr that is longer than a length can say.
    pub(crate) fn new(
        fixed: &FixedQstrs,
        defs: &str,
        collected: &BTreeSet<String>,
    ) -> Result<Self> {
        let definitions = Definitions::parse(defs);
        let setting = |name: &str| {
            definitions.settings.get(name).copied().ok_or_else(|| {
                Error::Collect(vec![Problem::new(format!(
                    "py/qstrdefs.h gives no value for {name}"
                ))])
            })
        };
        let (bytes_in_len, bytes_in_hash) = (setting("BYTES_IN_LEN")?, setting("BYTES_IN_HASH")?);
        // C sources call `<module>` by its C name, so a name in them may mean a string with another spelling;
        // the definition files, which give the spelling, come first.
        let mut seen: BTreeSet<String> = fixed.in_order.iter().map(|qstr| c_name(qstr)).collect();
        let named = definitions.qstrs.iter().chain(collected);
        let rest: BTreeSet<&String> = named.filter(|qstr| seen.insert(c_name(qstr))).collect();
        let (small, sorted) = rest
            .into_iter()
            .cloned()
            .partition(|qstr| fixed.small.contains(qstr));
        let pool = Self {
            bytes_in_hash,
            bytes_in_len,
            last_static: fixed.in_order.len(),
            unsorted: fixed.in_order.iter().cloned().chain(small).collect(),
            sorted,
        };
        pool.check_lengths()?;
        Ok(pool)
    }

    fn check_lengths(&self) -> Result<()> {
        let limit = 1usize << (8 * self.bytes_in_len);
        let too_long = self.strings().filter(|qstr| qstr.len() >= limit);
        let problems: Vec<_> = too_long
            .map(|qstr| {
                Problem::new(format!(
                    "the qstr {qstr:?} is {} bytes long and may be {}",
                    qstr.len(),
                    limit - 1
                ))
                .help("shorten it, or define MICROPY_QSTR_BYTES_IN_LEN as 2")
            })
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Collect(problems))
        }
    }

    /// All strings in the order of their numbers, beginning with number 1.
    pub(crate) fn strings(&self) -> impl Iterator<Item = &String> {
        self.unsorted.iter().chain(&self.sorted)
    }
}

/// What the preprocessed definition files say.
struct Definitions {
    settings: BTreeMap<String, u32>,
    qstrs: Vec<String>,
}

impl Definitions {
    fn parse(text: &str) -> Self {
        let mut definitions = Self {
            settings: BTreeMap::new(),
            qstrs: Vec::new(),
        };
        for line in text.lines().map(str::trim) {
            if let Some(setting) = strip(line, "QCFG(", ")") {
                if let Some((name, value)) = setting.split_once(", ") {
                    let value = value.trim_matches(['(', ')']).parse();
                    definitions
                        .settings
                        .extend(value.ok().map(|value| (name.to_string(), value)));
                }
            } else if let Some(qstr) = strip(line, "\"Q(", ")\"") {
                definitions.qstrs.push(match qstr {
                    "\\n" => "\n".into(),
                    "\\r\\n" => "\r\n".into(),
                    qstr => qstr.into(),
                });
            }
        }
        definitions
    }
}

fn strip<'a>(line: &'a str, prefix: &str, suffix: &str) -> Option<&'a str> {
    line.strip_prefix(prefix)?.strip_suffix(suffix)
}

/// Protects the `Q(…)` lines of a definition file from the preprocessor, as upstream does with `sed`.
pub(crate) fn quote_definitions(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let end = line
            .starts_with("Q(")
            .then(|| line.rfind(')'))
            .flatten()
            .map(|at| line.split_at(at + 1));
        match end {
            Some((qstr, rest)) => {
                quoted.push('"');
                quoted.push_str(qstr);
                quoted.push('"');
                quoted.push_str(rest);
            }
            None => quoted.push_str(line),
        }
        quoted.push('\n');
    }
    quoted
}

/// The hash that `qstr_compute_hash` in `py/qstr.c` gives; with no stored hash it is that of 16 bits.
pub(crate) fn qstr_hash(bytes: &[u8], bytes_in_hash: u32) -> u32 {
    let mut hash: u32 = 5381;
    for byte in bytes {
        hash = hash.wrapping_mul(33) ^ u32::from(*byte);
    }
    let bytes = if bytes_in_hash == 0 { 2 } else { bytes_in_hash };
    let mask = u32::MAX.checked_shr(32 - 8 * bytes.min(4)).unwrap_or(0);
    // Zero means that no hash was computed.
    (hash & mask).max(1)
}

/// What follows `MP_QSTR_` in C for a string: letters, digits and `_` stay, all else gets a name.
pub(crate) fn c_name(qstr: &str) -> String {
    let mut name = String::with_capacity(qstr.len());
    for c in qstr.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
            continue;
        }
        match character_name(c) {
            Some(known) => name.push_str(&format!("_{known}_")),
            None => name.push_str(&format!("_0x{:02x}_", u32::from(c))),
        }
    }
    name
}

/// The names that `py/makeqstrdata.py` has for ASCII characters.
fn character_name(c: char) -> Option<&'static str> {
    Some(match c {
        ' ' => "space",
        '!' => "bang",
        '"' => "quot",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "amp",
        '\'' => "squot",
        '(' => "paren_open",
        ')' => "paren_close",
        '*' => "star",
        '+' => "plus",
        ',' => "comma",
        '-' => "hyphen",
        '.' => "dot",
        '/' => "slash",
        ':' => "colon",
        ';' => "semicolon",
        '<' => "lt",
        '=' => "equals",
        '>' => "gt",
        '?' => "question",
        '@' => "at_sign",
        '[' => "bracket_open",
        '\\' => "backslash",
        ']' => "bracket_close",
        '^' => "caret",
        '{' => "brace_open",
        '|' => "pipe",
        '}' => "brace_close",
        '~' => "tilde",
        _ => return None,
    })
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

    #[test]
    fn the_pool_begins_with_the_fixed_lists() {
        let fixed = FixedQstrs {
            in_order: vec![String::new(), "zip".into()],
            small: ["__add__".to_string(), "__sub__".to_string()].into(),
        };
        let defs = "QCFG(BYTES_IN_LEN, (1))\nQCFG(BYTES_IN_HASH, (2))\n\"Q(zip)\"\n\"Q(\\n)\"\n";
        let collected = ["b", "_0x0a_", "__sub__", "B"].map(String::from).into();
        let pool = QstrPool::new(&fixed, defs, &collected).unwrap();
        assert_eq!(pool.unsorted, ["", "zip", "__sub__"]);
        assert_eq!(pool.sorted, ["\n", "B", "b"]);
        assert_eq!((pool.last_static, pool.bytes_in_hash), (2, 2));
    }

    #[test]
    fn a_qstr_beyond_the_length_field_is_refused() {
        let fixed = FixedQstrs {
            in_order: vec![],
            small: BTreeSet::new(),
        };
        let defs = "QCFG(BYTES_IN_LEN, (1))\nQCFG(BYTES_IN_HASH, (1))\n";
        let with = |length| QstrPool::new(&fixed, defs, &["x".repeat(length)].into());
        assert!(with(255).is_ok());
        assert!(with(256).is_err());
    }

    #[test]
    fn c_names_spell_out_punctuation() {
        assert_eq!(c_name("<module>"), "_lt_module_gt_");
        assert_eq!(c_name("utf-8"), "utf_hyphen_8");
        assert_eq!(c_name("\n"), "_0x0a_");
    }
}
