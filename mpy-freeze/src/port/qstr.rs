//! The firmware's qstrs: which there are, their numbers, and what C calls them.
//!
//! The numbers begin with MicroPython's static list, which is part of the `.mpy` format, and the strings
//! that C keeps in a byte; both lists are data in the tree's `py/makeqstrdata.py` and are read from there.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Problem, Result};
use mpy_freeze_core::qstr::FixedQstrs;

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

/// The contents of the preprocessed definition files.
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

/// Returns what follows `MP_QSTR_` in C for a string: letters, digits and `_` stay, all else gets a name.
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
