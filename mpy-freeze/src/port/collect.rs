//! Collects what C sources declare to MicroPython by macros: qstrs, modules, root pointers and error texts.
//!
//! The patterns are those of upstream's `py/makeqstrdefs.py`, applied line by line to the output of the
//! preprocessor, which leaves these macros unexpanded under `NO_QSTR`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The declarations of one file or of many together, each kind sorted and without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Declarations {
    /// Names after `MP_QSTR_`.
    pub(crate) qstrs: BTreeSet<String>,
    /// Module registrations as they stand, `MP_REGISTER_MODULE(…);` and its two relatives.
    pub(crate) modules: BTreeSet<String>,
    /// The C declarations inside `MP_REGISTER_ROOT_POINTER(…);`.
    pub(crate) root_pointers: BTreeSet<String>,
    /// The C string contents inside `MP_COMPRESSED_ROM_TEXT("…")`.
    pub(crate) texts: BTreeSet<String>,
}

/// The macros that register a module or its attribute handler.
const MODULE_MACROS: [&str; 3] = [
    "MP_REGISTER_MODULE(",
    "MP_REGISTER_EXTENSIBLE_MODULE(",
    "MP_REGISTER_MODULE_DELEGATION(",
];

impl Declarations {
    /// Finds the declarations in preprocessed C.
    pub(crate) fn scan(preprocessed: &str) -> Self {
        let mut found = Self::default();
        for line in preprocessed.lines().filter(|line| !line.starts_with('#')) {
            // Nearly all lines hold none of the macros, and this is the one loop over megabytes of text.
            if line.contains("MP_") {
                found.scan_line(line);
            }
        }
        found
    }

    fn scan_line(&mut self, line: &str) {
        for rest in after_each(line, "MP_QSTR_") {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default();
            if !name.is_empty() {
                self.qstrs.insert(name.to_string());
            }
        }
        for name in MODULE_MACROS {
            for rest in after_each(line, name) {
                // Both arguments must be there: the macro's own definition has none.
                if let Some((arguments, _)) = rest.split_once(");")
                    && arguments.contains(',')
                {
                    self.modules.insert(format!("{name}{arguments});"));
                }
            }
        }
        for rest in after_each(line, "MP_REGISTER_ROOT_POINTER(") {
            if let Some((declaration, _)) = rest.split_once(");") {
                self.root_pointers.insert(declaration.to_string());
            }
        }
        for rest in after_each(line, "MP_COMPRESSED_ROM_TEXT(\"") {
            if let Some((text, end)) = rest.split_once('"')
                && end.starts_with(')')
            {
                self.texts.insert(text.to_string());
            }
        }
    }

    /// A line a declaration, for the next build. None of them can hold a line break.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        for (tag, set) in [
            ('q', &self.qstrs),
            ('m', &self.modules),
            ('r', &self.root_pointers),
            ('t', &self.texts),
        ] {
            for declaration in set {
                // Writing to a String can't fail.
                let _ = writeln!(text, "{tag} {declaration}");
            }
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote; nothing where the text is of another form.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut declarations = Self::default();
        for line in text.lines() {
            let (tag, declaration) = line.split_once(' ')?;
            let set = match tag {
                "q" => &mut declarations.qstrs,
                "m" => &mut declarations.modules,
                "r" => &mut declarations.root_pointers,
                "t" => &mut declarations.texts,
                _ => return None,
            };
            set.insert(declaration.to_string());
        }
        Some(declarations)
    }
}

impl FromIterator<Declarations> for Declarations {
    fn from_iter<I: IntoIterator<Item = Declarations>>(parts: I) -> Self {
        let mut all = Self::default();
        for part in parts {
            let Declarations {
                qstrs,
                modules,
                root_pointers,
                texts,
            } = part;
            all.qstrs.extend(qstrs);
            all.modules.extend(modules);
            all.root_pointers.extend(root_pointers);
            all.texts.extend(texts);
        }
        all
    }
}

/// Returns the text after each occurrence of `pattern` in `line`.
fn after_each<'a>(line: &'a str, pattern: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(pattern)
        .filter_map(move |(at, found)| line.get(at + found.len()..))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# 1 "py/x.c"
x = { MP_QSTR_abs, MP_QSTR___init__ }; y = MP_QSTRnull; z = (MP_QSTR_abs);
MP_REGISTER_MODULE(MP_QSTR_json, mp_module_json);
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_time, mp_module_time);
MP_REGISTER_MODULE_DELEGATION(mp_module_sys, &mp_module_sys_attr);
MP_REGISTER_ROOT_POINTER(mp_obj_t list[3]); MP_REGISTER_ROOT_POINTER(char *line);
raise(MP_COMPRESSED_ROM_TEXT("bad %q (\\ok)"), MP_COMPRESSED_ROM_TEXT("two"));
# 2 "MP_QSTR_not_this"
"#;

    #[test]
    fn each_macro_is_found_wherever_it_stands() {
        let found = Declarations::scan(TEXT);
        let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        assert_eq!(
            found,
            Declarations {
                qstrs: set(&["abs", "__init__", "json", "time"]),
                modules: set(&[
                    "MP_REGISTER_MODULE(MP_QSTR_json, mp_module_json);",
                    "MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_time, mp_module_time);",
                    "MP_REGISTER_MODULE_DELEGATION(mp_module_sys, &mp_module_sys_attr);",
                ]),
                root_pointers: set(&["mp_obj_t list[3]", "char *line"]),
                texts: set(&["bad %q (\\\\ok)", "two"]),
            }
        );
    }

    #[test]
    fn what_is_kept_is_what_was_found() {
        let found = Declarations::scan(TEXT);
        assert_eq!(Declarations::from_text(&found.to_text()), Some(found));
    }
}
