//! What `Build` leaves for `freeze!`: the one thing that the C side and the Python side share.
//!
//! It is a text file of `key value` lines in `OUT_DIR/mpy-freeze/context`, followed by a line a qstr in the
//! order of the firmware's qstr numbers. A person can read it; a file of another layout is refused.

mod facts;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::Arch;
use crate::error::{Error, Problem, Result};
use crate::fs;
pub use facts::Facts;

/// The first line of the file. Its number grows with every change of the layout below.
const HEADER: &str = "mpy-freeze context 5";

/// How a MicroPython object is laid out in a machine word (`MICROPY_OBJ_REPR` in `py/mpconfig.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ObjRepr {
    /// Small ints and qstrs tagged in the low bits, floats on the heap or in ROM.
    #[default]
    A,
    /// As `A`, with one bit less for small ints.
    B,
    /// As `A`, with 30-bit floats in the word.
    C,
    /// 64-bit words with doubles in them.
    D,
}

/// How integers beyond a small int are stored (`MICROPY_LONGINT_IMPL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LongInt {
    /// Not at all.
    #[default]
    None,
    /// As a C `long long`.
    LongLong,
    /// With any number of digits of `dig_bits` bits each (`MPZ_DIG_SIZE`).
    Mpz {
        /// Bits to a digit.
        dig_bits: u32,
    },
}

/// What a Python float is in C (`MICROPY_FLOAT_IMPL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Float {
    /// There are no floats.
    #[default]
    None,
    /// A C `float`.
    Single,
    /// A C `double`.
    Double,
}

/// What running manifests needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifests {
    /// The VM that runs them, built from the same source.
    pub vm: PathBuf,
    /// The variables that a manifest's paths may have as `$(NAME)`, with their values.
    pub variables: Vec<(String, String)>,
    /// What `FROZEN_MANIFEST` says in the environment of the build: a manifest's path or its source.
    pub frozen_manifest: Option<String>,
    /// The folder that `FROZEN_MPY_DIR` names in the environment of the build.
    pub frozen_mpy_dir: Option<PathBuf>,
}

/// A Python file that belongs to a module of MicroPython's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packaged {
    /// The name that it has in the firmware, for example `asyncio/core.py`.
    pub target: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// Everything about the firmware that freezing depends on.
///
/// The default is of no firmware: the build script sets every field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Context {
    /// MicroPython's release, for example `1.26.1`.
    pub micropython: String,
    /// Cargo's name of the target, for example `thumbv7m-none-eabi`.
    pub target: String,
    /// Whether the target has no operating system, so that statics go into sections of their own.
    pub bare_metal: bool,
    /// The values of the configuration.
    pub facts: Facts,
    /// The `-march` of mpy-cross for native code, if the target runs any.
    pub native_arch: Option<Arch>,
    /// The compiler that was built from the same source.
    pub mpy_cross: PathBuf,
    /// What manifests need; none where the build script knows of no manifest.
    pub manifests: Option<Manifests>,
    /// The Python halves of modules that the firmware has, to be frozen with the application.
    pub packaged: Vec<Packaged>,
    /// Number of the last qstr that a `.mpy` file may name by its number (`QSTR_LAST_STATIC`).
    pub last_static_qstr: usize,
    /// The firmware's qstrs, indexed by their numbers; number 0 is the null qstr.
    pub qstrs: Vec<String>,
    /// The names of Python modules written in Rust that aren't among the firmware's qstrs, sorted; their numbers follow
    /// on the firmware's.
    pub rust_qstrs: Vec<String>,
    /// What the crate's Rust sources name in `freeze!`, which the build script watches.
    pub watched: Vec<PathBuf>,
}

impl Context {
    /// Where `Build` puts the file below Cargo's `OUT_DIR`.
    pub fn path(out_dir: &Path) -> PathBuf {
        out_dir.join("mpy-freeze").join("context")
    }

    /// The error for a crate that has no build script at all, so that there is nothing to load.
    pub fn without_build_script() -> Error {
        missing(Problem::new("this crate has no build script"))
    }

    /// The number that a name has in the firmware, for names of the firmware and of Python modules written in Rust.
    pub fn qstr_number(&self, name: &str) -> Option<u16> {
        let all = self
            .qstrs
            .iter()
            .chain(&self.rust_qstrs)
            .enumerate()
            .skip(1);
        let number = all.into_iter().find(|(_, text)| *text == name)?.0;
        u16::try_from(number).ok()
    }

    /// Reads the file that `Build` left.
    ///
    /// # Errors
    ///
    /// [`Error::Context`] where there is none, or where another version of mpy-freeze wrote it.
    pub fn load(out_dir: &Path) -> Result<Self> {
        let path = Self::path(out_dir);
        let Some(bytes) = fs::read_if_exists(&path)? else {
            return Err(missing(Problem::new(
                "this crate's build script has not built MicroPython",
            )));
        };
        let text = String::from_utf8_lossy(&bytes);
        Self::parse(&text).map_err(|what| {
            Error::Context(vec![
                Problem::new(format!("the build's context can't be used: {what}"))
                    .file(&path)
                    .help(
                        "build.rs and freeze! must come from the same version of mpy-freeze; \
                         `cargo clean -p` this crate rebuilds it",
                    ),
            ])
        })
    }

    /// Writes the file, if it differs.
    pub fn store(&self, out_dir: &Path) -> Result<()> {
        fs::write_if_changed(&Self::path(out_dir), self.to_text().as_bytes())?;
        Ok(())
    }

    fn to_text(&self) -> String {
        let native_arch = self.native_arch.map(Arch::name).unwrap_or_default();
        let lines = [
            ("micropython", escape(&self.micropython)),
            ("target", escape(&self.target)),
            ("bare_metal", self.bare_metal.to_string()),
            ("native_arch", native_arch.to_string()),
            ("mpy_cross", escape(&self.mpy_cross.to_string_lossy())),
            ("last_static_qstr", self.last_static_qstr.to_string()),
        ];
        let facts = self.facts.values().into_iter();
        let facts = facts.map(|(key, value)| (key, value.to_string()));
        let mut text = format!("{HEADER}\n");
        for (key, value) in lines.into_iter().chain(facts) {
            // Writing to a String can't fail.
            let _ = writeln!(text, "{key} {value}");
        }
        if let Some(manifests) = &self.manifests {
            manifests.write(&mut text);
        }
        for file in &self.packaged {
            let line = format!("{}={}", file.target, file.path.display());
            let _ = writeln!(text, "packaged {}", escape(&line));
        }
        for name in &self.rust_qstrs {
            let _ = writeln!(text, "rust_qstr {}", escape(name));
        }
        for path in &self.watched {
            let _ = writeln!(text, "watched {}", escape(&path.to_string_lossy()));
        }
        for qstr in &self.qstrs {
            let _ = writeln!(text, "qstr {}", escape(qstr));
        }
        text
    }

    fn parse(text: &str) -> std::result::Result<Self, String> {
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err("it was written by another version of mpy-freeze".into());
        }
        let mut fields = Fields::default();
        for line in lines {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            fields.0.push((key, value));
        }
        Ok(Self {
            micropython: fields.text("micropython")?,
            target: fields.text("target")?,
            bare_metal: fields.value("bare_metal")?,
            facts: Facts::read(
                |key| fields.value(key),
                |fact| format!("{fact} has a value without a meaning"),
            )?,
            native_arch: match fields.raw("native_arch")? {
                "" => None,
                _ => Some(fields.value("native_arch")?),
            },
            mpy_cross: fields.text("mpy_cross")?.into(),
            manifests: Manifests::read(&fields)?,
            packaged: Packaged::read(&fields)?,
            last_static_qstr: fields.value("last_static_qstr")?,
            qstrs: fields.all("qstr")?,
            rust_qstrs: fields.all("rust_qstr")?,
            watched: fields
                .all("watched")?
                .into_iter()
                .map(PathBuf::from)
                .collect(),
        })
    }
}

impl Packaged {
    fn read(fields: &Fields<'_>) -> std::result::Result<Vec<Self>, String> {
        let lines = fields.pairs("packaged")?.into_iter();
        let files = lines.map(|(target, path)| Self {
            target,
            path: path.into(),
        });
        Ok(files.collect())
    }
}

impl Manifests {
    fn write(&self, text: &mut String) {
        // Writing to a String can't fail.
        let _ = writeln!(text, "manifest_vm {}", escape(&self.vm.to_string_lossy()));
        for (name, value) in &self.variables {
            let _ = writeln!(text, "variable {}", escape(&format!("{name}={value}")));
        }
        if let Some(manifest) = &self.frozen_manifest {
            let _ = writeln!(text, "frozen_manifest {}", escape(manifest));
        }
        if let Some(folder) = &self.frozen_mpy_dir {
            let folder = folder.to_string_lossy();
            let _ = writeln!(text, "frozen_mpy_dir {}", escape(&folder));
        }
    }

    fn read(fields: &Fields<'_>) -> std::result::Result<Option<Self>, String> {
        let Some(vm) = fields.all("manifest_vm")?.pop() else {
            return Ok(None);
        };
        Ok(Some(Self {
            vm: vm.into(),
            variables: fields.pairs("variable")?,
            frozen_manifest: fields.all("frozen_manifest")?.pop(),
            frozen_mpy_dir: fields.all("frozen_mpy_dir")?.pop().map(PathBuf::from),
        }))
    }
}

/// The `key value` lines of the file.
#[derive(Default)]
struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    fn raw(&self, key: &str) -> std::result::Result<&'a str, String> {
        let found = self.0.iter().find(|(name, _)| *name == key);
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| format!("{key} is missing"))
    }

    fn text(&self, key: &str) -> std::result::Result<String, String> {
        unescape(self.raw(key)?).ok_or_else(|| format!("{key} is damaged"))
    }

    fn value<T: std::str::FromStr>(&self, key: &str) -> std::result::Result<T, String> {
        let raw = self.raw(key)?;
        raw.parse().map_err(|_| format!("{key} can't be {raw:?}"))
    }

    fn all(&self, key: &str) -> std::result::Result<Vec<String>, String> {
        let values = self.0.iter().filter(|(name, _)| *name == key);
        values
            .map(|(_, value)| unescape(value).ok_or_else(|| format!("{key} is damaged")))
            .collect()
    }

    /// The values that are `name=value` themselves.
    fn pairs(&self, key: &str) -> std::result::Result<Vec<(String, String)>, String> {
        let lines = self.all(key)?.into_iter();
        let pairs = lines.map(|line| {
            let split = line.split_once('=');
            split
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .ok_or_else(|| format!("{key} is damaged"))
        });
        pairs.collect()
    }
}

/// Makes any text one line: a backslash and a line break can't stand for themselves.
pub fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

/// The reverse of [`escape`]; nothing for an escape that it doesn't write.
pub fn unescape(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        result.push(match c {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            c => c,
        });
    }
    Some(result)
}

/// The error for a crate whose build script doesn't call `Build`: it shows the lines to add.
pub fn missing(problem: Problem) -> Error {
    Error::Context(vec![problem.help(
        "freeze! needs MicroPython, which the crate's build script builds. Add to Cargo.toml\n\
         \x20       [build-dependencies]\n\
         \x20       mpy-freeze = \"0.1\"\n\
         \x20   and beside it a build.rs with\n\
         \x20       fn main() {\n\
         \x20           mpy_freeze::Build::new().build();\n\
         \x20       }",
    )])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A context as a Cortex-M3 with the default configuration has it, with few qstrs.
    pub fn sample() -> Context {
        Context {
            micropython: "1.26.1".into(),
            target: "thumbv7m-none-eabi".into(),
            bare_metal: true,
            native_arch: None,
            facts: Facts {
                mpy_version: 6,
                mpy_sub_version: 3,
                word_bytes: 4,
                small_int_bits: 31,
                obj_repr: ObjRepr::A,
                immediate_objs: true,
                long_int: LongInt::Mpz { dig_bits: 16 },
                float: Float::Single,
                complex: true,
                qstr_bytes_in_hash: 2,
                qstr_bytes_in_len: 1,
                persistent_code_save: false,
                settrace: false,
                machine_code: false,
                inline_asm: false,
                frozen_str: true,
            },
            mpy_cross: "host/mpy-cross".into(),
            manifests: Some(Manifests {
                vm: "manifest/manifest-vm".into(),
                variables: vec![("MPY_DIR".into(), "a\\b=c\nd".into())],
                frozen_manifest: Some("require('x')\n".into()),
                frozen_mpy_dir: None,
            }),
            packaged: Vec::new(),
            last_static_qstr: 4,
            qstrs: ["", "", "__dir__", "\n", " ", "a\\b"]
                .map(String::from)
                .into(),
            rust_qstrs: Vec::new(),
            watched: vec!["app".into()],
        }
    }

    #[test]
    fn what_is_stored_is_what_is_loaded() {
        for native_arch in [None, Some(Arch::Armv7emsp)] {
            let context = Context {
                native_arch,
                rust_qstrs: vec!["board".into(), "led".into()],
                packaged: vec![Packaged {
                    target: "asyncio/core.py".into(),
                    path: "tree/a=b/core.py".into(),
                }],
                ..sample()
            };
            assert_eq!(Context::parse(&context.to_text()), Ok(context));
        }
    }

    #[test]
    fn another_layout_is_refused() {
        assert!(Context::parse("mpy-freeze context 0\n").is_err());
        let text = sample().to_text().replace("mpy_version 6\n", "");
        assert_eq!(
            Context::parse(&text),
            Err("mpy_version is missing".to_string())
        );
    }
}
