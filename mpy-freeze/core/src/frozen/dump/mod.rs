//! Shows a `.mpy` file as text: header, names, constants, and each function's code.

mod code;
mod literal;
mod opcode;

use std::fmt::Write as _;
use std::path::Path;

use crate::Arch;
use crate::error::{Error, Problem, Result};
use crate::qstr::FixedQstrs;
use crate::source::Source;

use super::mpy::{self, Mpy, Qstr};

/// The version of the format whose instructions are known.
const VERSION: u8 = 6;

/// A view of `.mpy` files as text: the header, the names, the constants, and each function with its arguments, its
/// lines and its instructions.
///
/// ```no_run
/// # fn main() -> Result<(), mpy_freeze_core::Error> {
/// let file = "main.mpy";
/// let bytes = std::fs::read(file).expect("a file");
/// print!("{}", mpy_freeze_core::Dump::default().text(file, &bytes)?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Dump {
    /// The qstrs that a file names by number, the first of them having number 1.
    static_qstrs: Vec<String>,
}

impl Dump {
    /// Returns a dump that knows these names by their numbers, the first of them having number 1.
    pub fn with_static_qstrs(static_qstrs: Vec<String>) -> Self {
        Self { static_qstrs }
    }

    /// Returns a dump that knows the numbered names of a tree.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] if the folder isn't a MicroPython tree of a supported release.
    pub fn of_tree(tree: impl AsRef<Path>) -> Result<Self> {
        let source = Source::open(tree.as_ref())?;
        Ok(Self {
            static_qstrs: FixedQstrs::read(&source)?.in_order,
        })
    }

    /// Returns the text for a file's bytes. Messages name `file`.
    ///
    /// # Errors
    ///
    /// [`Error::Mpy`] for a file that is damaged or of another version, with the offset.
    pub fn text(&self, file: impl AsRef<Path>, bytes: &[u8]) -> Result<String> {
        let file = file.as_ref();
        let mpy = mpy::read(bytes, VERSION).map_err(|fault| {
            let problem = Problem::new(fault.message).file(file).offset(fault.offset);
            Error::Mpy(vec![problem.help("compile its source again")])
        })?;
        let names: Vec<String> = mpy.qstrs.iter().map(|qstr| self.name(qstr)).collect();
        let module = Module {
            names: &names,
            strings: mpy.qstrs.iter().map(|qstr| self.string(qstr)).collect(),
            objects: mpy.objects.iter().map(literal::object).collect(),
        };
        let mut text = String::new();
        header(&mut text, file, bytes.len(), &mpy);
        if let Some(source) = names.first() {
            // Writing to a String can't fail, here and below.
            let _ = writeln!(text, "  source {source}");
        }
        table(&mut text, "names", module.names);
        table(&mut text, "constants", &module.objects);
        code::functions(&mut text, &module, &mpy.code);
        Ok(text)
    }

    fn name(&self, qstr: &Qstr) -> String {
        match self.bytes(qstr) {
            Ok(text) => literal::name(text),
            Err(number) => number,
        }
    }

    fn string(&self, qstr: &Qstr) -> String {
        match self.bytes(qstr) {
            Ok(text) => literal::string(text),
            Err(number) => number,
        }
    }

    /// Returns a qstr's text, or a placeholder with its number if the text isn't known.
    fn bytes<'a>(&'a self, qstr: &'a Qstr) -> std::result::Result<&'a [u8], String> {
        match qstr {
            Qstr::Text(text) => Ok(text),
            Qstr::Static(number) => {
                let index = usize::try_from(*number)
                    .ok()
                    .and_then(|number| number.checked_sub(1));
                let known = index.and_then(|index| self.static_qstrs.get(index));
                known
                    .map(String::as_bytes)
                    .ok_or_else(|| format!("<static qstr {number}>"))
            }
        }
    }
}

/// The entries that instructions refer to, ready to be shown.
struct Module<'a> {
    /// The qstr table, as names.
    names: &'a [String],
    /// The qstr table, as string literals.
    strings: Vec<String>,
    /// The constant table.
    objects: Vec<String>,
}

fn header(text: &mut String, file: &Path, size: usize, mpy: &Mpy) {
    let _ = writeln!(text, "{}: {size} bytes", file.display());
    let _ = match mpy.native {
        None => writeln!(text, "  format {VERSION}, no native code"),
        Some(native) => {
            let arch = Arch::from_number(native.arch).map_or("an unknown architecture", Arch::name);
            let sub_version = native.sub_version;
            let number = native.arch;
            let _ = write!(
                text,
                "  format {VERSION}.{sub_version}, native code for {arch} ({number})"
            );
            match native.flags {
                0 => writeln!(text),
                flags => writeln!(text, " with flags {flags:#x}"),
            }
        }
    };
    let _ = writeln!(text, "  small ints of {} bits", mpy.small_int_bits);
}

fn table(text: &mut String, title: &str, entries: &[String]) {
    let _ = writeln!(text, "\n{title} ({})", entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let _ = writeln!(text, "  {index:>4}  {entry}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `def f(a, *, k=1): return "x" + a`, as mpy-cross compiles it, and a module that defines it.
    const FILE: &[u8] =
        b"M\x06\x00\x1f\x05\x01\x08f.py\x00\x02f\x00\x02a\x00\x02k\x00\x10<module>\x00\
        \x05\x02\n'\x00\
        \x4c\x00\x02\x04\x32\x00\x16\x01\x51\x63\x01\
        \x58\x99\x08\x06\x01\x02\x03\x23\x00\xb0\xf2\x63";

    #[test]
    fn a_file_is_shown_from_header_to_code() {
        let shown = Dump::default().text("f.mpy", FILE);
        let shown = shown.unwrap_or_else(|error| panic!("{error}"));
        let expected = "\
f.mpy: 59 bytes
  format 6, no native code
  small ints of 31 bits
  source f.py

names (5)
     0  f.py
     1  f
     2  a
     3  k
     4  <module>

constants (1)
     0  \"\\n'\"

<module>: 9 bytes of bytecode at byte 37
";
        assert!(shown.starts_with(expected), "{shown}");
        for line in [
            "  0000  32 00        MAKE_FUNCTION 0 f",
            "  0002  16 01        STORE_NAME f",
            "  0000  23 00        LOAD_CONST_OBJ \"\\n'\"",
            "  0003  f2           BINARY_OP 27 __add__",
        ] {
            assert!(shown.contains(line), "{line}\n{shown}");
        }
    }

    #[test]
    fn numbers_of_names_are_shown_where_the_names_are_not_known() {
        let dump = Dump::default();
        assert_eq!(dump.name(&Qstr::Static(0)), "<static qstr 0>");
        let dump = Dump {
            static_qstrs: vec![String::new(), "__dir__".into()],
        };
        assert_eq!(dump.name(&Qstr::Static(2)), "__dir__");
        assert_eq!(dump.string(&Qstr::Static(1)), "''");
        assert_eq!(dump.name(&Qstr::Static(9)), "<static qstr 9>");
    }

    #[test]
    fn a_damaged_file_is_an_error_with_its_offset() {
        for length in 0..FILE.len() {
            let error = Dump::default().text("f.mpy", &FILE[..length]).unwrap_err();
            assert!(error.to_string().starts_with("f.mpy: at byte "), "{error}");
        }
    }

    /// Found by the fuzzer: the offset of a native function's prelude, which lies outside of the function, must not
    /// become an offset outside of the file.
    #[test]
    fn an_offset_lies_in_the_file() {
        let file = [
            0x4d, 0x06, 0x17, 0x1f, 0x01, 0x00, 0x08, 0x61, 0x2e, 0x70, 0x79, 0x00, 0x11, 0x00,
            0x63, 0x7f,
        ];
        let error = Dump::default().text("f.mpy", &file).unwrap_err();
        let expected = "f.mpy: at byte 15: the prelude of a function is said to begin at byte 127 of the function's 2";
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
