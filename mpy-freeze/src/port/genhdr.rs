//! The generated headers: the same contents as upstream's Python scripts write, without Python.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use mpy_freeze_core::Source;
use mpy_freeze_core::qstr::qstr_hash;

use super::collect::Declarations;
use super::fresh::Freshness;
use super::qstr::{QstrPool, c_name};
use crate::error::{Error, Problem, Result};

/// Writes a header into the folder `genhdr`, only where its contents changed.
pub(crate) fn write(out: &Path, name: &str, text: &str, freshness: &Freshness) -> Result<()> {
    freshness.write(&out.join("genhdr").join(name), text.as_bytes())
}

/// `mpversion.h`, as `py/makeversionhdr.py` writes it.
///
/// The place of the build date names this project's version, because a date would make every day's build
/// another; `sys.version` then reads "MicroPython v1.26.1 on mpy-freeze 0.1.0".
pub(crate) fn mpversion(source: &Source) -> String {
    format!(
        "#define MICROPY_GIT_TAG \"{}\"\n\
         #define MICROPY_GIT_HASH \"<no hash>\"\n\
         #define MICROPY_BUILD_DATE \"mpy-freeze {}\"\n",
        source.tag(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// `qstrdefs.generated.h`, as `py/makeqstrdata.py` writes it.
pub(crate) fn qstrdefs(pool: &QstrPool) -> String {
    let mut text = String::from("QDEF0(MP_QSTRnull, 0, 0, \"\")\n");
    let (fixed, small) = pool
        .unsorted
        .split_at(pool.last_static.min(pool.unsorted.len()));
    // C reads the header once a pool, so the lines of the two may stand in any order between each other.
    let mut rest: Vec<(&String, u8)> = small.iter().map(|qstr| (qstr, 0)).collect();
    rest.extend(pool.sorted.iter().map(|qstr| (qstr, 1)));
    rest.sort();
    for (qstr, number) in fixed.iter().map(|qstr| (qstr, 0)).chain(rest) {
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "QDEF{number}(MP_QSTR_{}, {}, {}, \"{}\")",
            c_name(qstr),
            qstr_hash(qstr.as_bytes(), pool.bytes_in_hash),
            qstr.len(),
            c_string(qstr)
        );
    }
    text
}

/// The inside of a C string literal: as it is where it is plain, in hexadecimal throughout where it isn't.
fn c_string(text: &str) -> String {
    let plain = |c: char| matches!(c, ' '..='~') && c != '\\' && c != '"';
    if text.chars().all(plain) {
        return text.to_string();
    }
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "\\x{byte:02x}");
        hex
    })
}

/// `root_pointers.h`, as `py/make_root_pointers.py` writes it.
pub(crate) fn root_pointers(declarations: &Declarations) -> String {
    let mut text = String::new();
    for declaration in &declarations.root_pointers {
        let _ = writeln!(text, "{declaration};");
    }
    text
}

/// `moduledefs.h`, as `py/makemoduledefs.py` writes it.
///
/// # Errors
///
/// [`Error::Collect`] for a registration with too many arguments.
pub(crate) fn moduledefs(declarations: &Declarations) -> Result<String> {
    let mut text = String::new();
    let (mut fixed, mut extensible) = (BTreeSet::new(), BTreeSet::new());
    let mut delegations = Vec::new();
    let mut problems = Vec::new();
    for registration in &declarations.modules {
        let Some((macro_name, module, object)) = parse_registration(registration) else {
            problems.push(
                Problem::new(format!("{registration} doesn't have two arguments"))
                    .help("write MP_REGISTER_MODULE(MP_QSTR_name, object);"),
            );
            continue;
        };
        let Some(name) = module.strip_prefix("MP_QSTR_") else {
            delegations.push((module, object));
            continue;
        };
        let define = format!("MODULE_DEF_{}", name.to_uppercase());
        let _ = writeln!(
            text,
            "extern const struct _mp_obj_module_t {object};\n\
             #undef {define}\n\
             #define {define} {{ MP_ROM_QSTR({module}), MP_ROM_PTR(&{object}) }},\n"
        );
        match macro_name {
            "MP_REGISTER_MODULE" => fixed.insert(define),
            _ => extensible.insert(define),
        };
    }
    if !problems.is_empty() {
        return Err(Error::Collect(problems));
    }
    for (table, defines) in [
        ("MICROPY_REGISTERED_MODULES", fixed),
        ("MICROPY_REGISTERED_EXTENSIBLE_MODULES", extensible),
    ] {
        let _ = writeln!(text, "#define {table} \\");
        for define in defines {
            let _ = writeln!(text, "    {define} \\");
        }
        let _ = writeln!(text, "// {table}\n");
    }
    text.push_str(&delegation_table(&delegations));
    Ok(text)
}

fn delegation_table(delegations: &[(&str, &str)]) -> String {
    let mut text = String::new();
    if delegations.is_empty() {
        return text;
    }
    for (_, function) in delegations {
        let _ = writeln!(
            text,
            "extern void {function}(mp_obj_t self_in, qstr attr, mp_obj_t *dest);"
        );
    }
    let _ = writeln!(text, "#define MICROPY_MODULE_DELEGATIONS \\");
    for (module, function) in delegations {
        let _ = writeln!(text, "    {{ MP_ROM_PTR(&{module}), {function} }}, \\");
    }
    let _ = writeln!(text, "// MICROPY_MODULE_DELEGATIONS");
    text
}

/// Splits `MACRO(first, second);`.
fn parse_registration(registration: &str) -> Option<(&str, &str, &str)> {
    let (macro_name, arguments) = registration.strip_suffix(");")?.split_once('(')?;
    let (first, second) = arguments.split_once(',')?;
    let (first, second) = (first.trim(), second.trim());
    (!second.contains(',') && !first.is_empty() && !second.is_empty())
        .then_some((macro_name, first, second))
}

/// The first byte of a compressed message (`_COMPRESSED_MARKER`).
const COMPRESSED: &str = "\\377";
/// Largest number of words in the table, since a byte from 0x80 on stands for one.
const WORDS: usize = 128;

/// `compressed.data.h`, as `py/makecompresseddata.py` writes it: common words replaced by a byte.
///
/// # Errors
///
/// [`Error::Collect`] for a message that isn't ASCII, since those bytes mean words.
pub(crate) fn compressed(declarations: &Declarations) -> Result<String> {
    let texts: Vec<&str> = declarations
        .texts
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    let foreign = texts.iter().filter(|text| !text.is_ascii());
    let problems: Vec<_> = foreign
        .map(|text| {
            Problem::new(format!(
                "the error text {text:?} isn't ASCII, so it can't be compressed"
            ))
            .help("write it in ASCII, or call Build::compressed_errors(false)")
        })
        .collect();
    if !problems.is_empty() {
        return Err(Error::Collect(problems));
    }
    let words = common_words(&texts);
    let codes: BTreeMap<&str, usize> = words.iter().copied().zip(0x80..).collect();
    let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
    let mut text = format!("#define MP_MAX_UNCOMPRESSED_TEXT_LEN ({longest})\n");
    let _ = writeln!(text, "MP_COMPRESSED_DATA(\"{}\")", word_table(&words));
    for message in texts {
        let short = compress(message, &codes);
        let marker = if short == message { "" } else { COMPRESSED };
        let _ = writeln!(
            text,
            "MP_MATCH_COMPRESSED(\"{message}\", \"{marker}{short}\")"
        );
    }
    Ok(text)
}

/// The words that save most: their length with a blank, for each occurrence but the first.
fn common_words<'a>(texts: &[&'a str]) -> Vec<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in texts.iter().flat_map(|text| text.split(' ')) {
        // Two blanks in a row make an empty word, which the table can't hold.
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut words: Vec<(&str, usize)> = counts.into_iter().collect();
    words.sort_by_key(|(word, count)| (std::cmp::Reverse((word.len() + 1) * (count - 1)), *word));
    words
        .into_iter()
        .map(|(word, _)| word)
        .take(WORDS)
        .collect()
}

/// All words in a row, each with the top bit of its last byte set.
fn word_table(words: &[&str]) -> String {
    let mut table = String::new();
    for word in words {
        if let Some((at, last)) = word.char_indices().next_back() {
            table.push_str(word.get(..at).unwrap_or_default());
            let _ = write!(table, "\\{:03o}", 0x80 | u32::from(last));
        }
    }
    table
}

/// A message with the known words replaced; the blanks around these are implied.
fn compress(message: &str, codes: &BTreeMap<&str, usize>) -> String {
    let mut short = String::new();
    let mut need_space = false;
    for word in message.split(' ') {
        if let Some(code) = codes.get(word) {
            let _ = write!(short, "\\{code:03o}");
            need_space = false;
        } else {
            if need_space {
                short.push(' ');
            }
            need_space = true;
            short.push_str(word);
        }
    }
    short.trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declarations(modules: &[&str], texts: &[&str]) -> Declarations {
        let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        Declarations {
            modules: set(modules),
            texts: set(texts),
            ..Declarations::default()
        }
    }

    #[test]
    fn a_qstr_line_has_name_hash_length_and_text() {
        let pool = QstrPool {
            bytes_in_hash: 2,
            bytes_in_len: 1,
            last_static: 1,
            unsorted: vec![String::new()],
            sorted: vec!["\n".into(), "é".into()],
        };
        // Computed by upstream's makeqstrdata.py, but for the name of é, which C sources can't have.
        assert_eq!(
            qstrdefs(&pool),
            "QDEF0(MP_QSTRnull, 0, 0, \"\")\n\
             QDEF0(MP_QSTR_, 5381, 0, \"\")\n\
             QDEF1(MP_QSTR__0x0a_, 46511, 1, \"\\x0a\")\n\
             QDEF1(MP_QSTR__0xe9_, 25231, 2, \"\\xc3\\xa9\")\n"
        );
    }

    #[test]
    fn modules_of_both_kinds_are_listed() {
        let text = moduledefs(&declarations(
            &[
                "MP_REGISTER_MODULE(MP_QSTR_gc, mp_module_gc);",
                "MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_os, mp_module_os);",
                "MP_REGISTER_MODULE_DELEGATION(mp_module_sys, f);",
            ],
            &[],
        ))
        .unwrap();
        assert!(text.contains("#define MICROPY_REGISTERED_MODULES \\\n    MODULE_DEF_GC \\\n//"));
        assert!(text.contains("{ MP_ROM_QSTR(MP_QSTR_os), MP_ROM_PTR(&mp_module_os) },"));
        assert!(text.contains("    { MP_ROM_PTR(&mp_module_sys), f }, \\\n"));
    }

    #[test]
    fn a_third_argument_is_an_error() {
        let three = declarations(&["MP_REGISTER_MODULE(MP_QSTR_a, b, c);"], &[]);
        assert!(moduledefs(&three).is_err());
    }

    #[test]
    fn a_foreign_letter_in_an_error_text_is_refused() {
        assert!(compressed(&declarations(&[], &["naïve"])).is_err());
    }
}
