//! Stubs: what editors and type checkers read of the modules that are written in Rust (`.pyi`, PEP 484).

mod text;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Item, ItemMod};

use super::exception::ExceptionClass;
use super::function::Function;
use super::module::{Entry, Export, Module};
use super::{has_attribute, python_name};
use text::Writer;
use types::Classes;

use crate::error::Result;
use crate::fs;

/// The first line of every stub, by which one that isn't needed any more is known.
pub(crate) const HEADER: &str =
    "# Written by mpy-freeze from the firmware's Rust sources. Changes to this file are lost.";

/// The stubs of the modules in some Rust sources: paths below the folder of stubs, and contents.
///
/// Sources that aren't Rust, and items that Python can't have, are left out: the compiler reports them.
pub(crate) fn stubs<'a>(sources: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let files: Vec<syn::File> = sources
        .filter_map(|source| syn::parse_file(source).ok())
        .collect();
    let mut crate_items = CrateItems::default();
    for file in &files {
        crate_items.collect(&file.items);
    }
    let mut stubs = BTreeMap::new();
    for file in &files {
        modules(&file.items, &crate_items, &mut stubs);
    }
    stubs
}

/// Writes the stubs below a folder, and removes those of earlier builds that aren't among them.
///
/// # Errors
///
/// [`Error::Io`](crate::Error::Io) where a file can't be written, removed or read.
pub(crate) fn write(folder: &Path, stubs: &BTreeMap<String, String>) -> Result<()> {
    let wanted: BTreeSet<PathBuf> = stubs.keys().map(|path| folder.join(path)).collect();
    let pattern = glob::Pattern::escape(&folder.display().to_string());
    let found = glob::glob(&format!("{pattern}/**/*.pyi")).map(Iterator::flatten);
    for path in found.into_iter().flatten() {
        // A stub that somebody wrote stays.
        if !wanted.contains(&path) && fs::read_to_string(&path)?.starts_with(HEADER) {
            fs::remove_if_exists(&path)?;
        }
    }
    for (path, text) in stubs {
        fs::write_if_changed(&folder.join(path), text.as_bytes())?;
    }
    Ok(())
}

/// What the crate has by name, for items that one module exports and another file has.
#[derive(Default)]
struct CrateItems<'a> {
    functions: BTreeMap<String, &'a syn::ItemFn>,
    classes: Classes,
}

impl<'a> CrateItems<'a> {
    fn collect(&mut self, items: &'a [Item]) {
        for item in items {
            match item {
                Item::Fn(function) if has_attribute(&function.attrs, "pyfunction") => {
                    self.functions
                        .insert(python_name(&function.sig.ident), function);
                }
                Item::Mod(ItemMod {
                    content: Some((_, items)),
                    ..
                }) => self.collect(items),
                _ => {}
            }
        }
    }
}

/// Writes the stubs of the modules among some items. One that stands in another is that one's to write.
fn modules(items: &[Item], known: &CrateItems<'_>, stubs: &mut BTreeMap<String, String>) {
    for item in items {
        let Item::Mod(module) = item else { continue };
        if has_attribute(&module.attrs, "pymodule") {
            write_module(module, "", known, stubs);
        } else if let Some((_, items)) = &module.content {
            modules(items, known, stubs);
        }
    }
}

/// Writes a module: a file, or a folder where it has modules in it.
fn write_module(
    item: &ItemMod,
    package: &str,
    known: &CrateItems<'_>,
    stubs: &mut BTreeMap<String, String>,
) {
    let Ok(module) = Module::read(item) else {
        return;
    };
    let Some((_, items)) = &item.content else {
        return;
    };
    let inner: Vec<&ItemMod> = items
        .iter()
        .filter_map(|item| match item {
            Item::Mod(module) if has_attribute(&module.attrs, "pymodule") => Some(module),
            _ => None,
        })
        .collect();
    let path = format!("{package}{}", module.name);
    let mut writer = Writer::new(&module.docs);
    for entry in &module.entries {
        write_entry(&mut writer, entry, items, known);
    }
    let file = if inner.is_empty() {
        format!("{path}.pyi")
    } else {
        format!("{path}/__init__.pyi")
    };
    stubs.insert(file, writer.finish());
    for module in inner {
        write_module(module, &format!("{path}/"), known, stubs);
    }
}

fn write_entry(writer: &mut Writer, entry: &Entry, items: &[Item], known: &CrateItems<'_>) {
    let ident = python_name(&entry.ident);
    match &entry.export {
        Export::Constant(ty) => {
            writer.constant(&entry.name, &types::value(ty, &known.classes));
        }
        Export::Module => writer.submodule(&entry.name),
        Export::Function | Export::Used => {
            let here = items.iter().find_map(|item| match item {
                Item::Fn(function) if function.sig.ident == entry.ident => Some(function),
                _ => None,
            });
            let function = here.or_else(|| known.functions.get(&ident).copied());
            match function.map(Function::read) {
                Some(Ok(function)) => writer.function(&function, &known.classes),
                _ => writer.constant(&entry.name, "Any"),
            }
        }
        Export::Exception => {
            if let Some(class) = exception_class(&ident, items) {
                writer.exception(&class, &base(&class, items));
            }
        }
        Export::Class => {}
        // Nobody calls it by its name.
        Export::Init => {}
    }
}

/// A class of exceptions by its name in Rust.
fn exception_class(ident: &str, items: &[Item]) -> Option<ExceptionClass> {
    items.iter().find_map(|item| match item {
        Item::Struct(class)
            if has_attribute(&class.attrs, "pyexception") && python_name(&class.ident) == ident =>
        {
            ExceptionClass::read(class).ok()
        }
        _ => None,
    })
}

/// The name of the class that a class of exceptions is derived from: `ErrorType::VALUE_ERROR` is `ValueError`, and
/// `SensorError::TYPE` what that one is called. One that isn't in the same module is an `Exception` at least.
fn base(class: &ExceptionClass, items: &[Item]) -> String {
    let segments: Vec<String> = match &class.base {
        Some(syn::Expr::Path(path)) => {
            let segments = path.path.segments.iter();
            segments
                .map(|segment| python_name(&segment.ident))
                .collect()
        }
        _ => Vec::new(),
    };
    let name = match segments.as_slice() {
        [.., class, last] if last == "TYPE" => {
            exception_class(class, items).map(|class| class.name)
        }
        [.., class, last] if class == "ErrorType" => Some(builtin(last)),
        _ => None,
    };
    name.unwrap_or_else(|| "Exception".into())
}

/// The Python name of a constant of `ErrorType`.
fn builtin(constant: &str) -> String {
    let words = constant.split('_').map(|word| match word {
        "OS" | "EOF" => word.to_string(),
        _ => {
            let (first, rest) = word.split_at(word.len().min(1));
            format!("{first}{}", rest.to_lowercase())
        }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_a_file_and_one_with_modules_a_folder() {
        let source = r#"
            /// The board.
            #[pymodule]
            mod board {
                /// Switches the LED.
                ///
                /// It is green.
                #[pyfunction]
                fn led(on: bool) {}
                #[pyfunction]
                #[py(signature = (data, *rest, pause = 2, **options))]
                fn send(vm: &Vm, data: &[u8], rest: Obj<'_>, pause: u32, options: Obj<'_>) -> Result<usize, PyErr> {}
                #[pymodule_export]
                const PINS: u8 = 3;
                #[pymodule_export]
                use super::helpers::total;
                #[pymodule]
                mod pins {}
            }
            mod helpers {
                #[pyfunction]
                #[py(signature = (a, b = None))]
                pub fn total(a: f32, b: Option<f32>) -> f32 {}
            }
        "#;
        let stubs = stubs([source].into_iter());
        let board = &stubs["board/__init__.pyi"];
        let expected = format!(
            "{HEADER}\n\"\"\"The board.\"\"\"\n\nfrom typing import Any\n\nfrom . import pins as pins\n\n\
             PINS: int\n\n\
             def led(on: bool, /) -> None:\n    \"\"\"Switches the LED.\n\n    It is green.\n    \"\"\"\n\n\
             def send(data: bytes | bytearray | memoryview, *rest: Any, pause: int = 2, **options: Any) -> int: ...\n\n\
             def total(a: float, b: float | None = None) -> float: ...\n"
        );
        assert_eq!(*board, expected);
        assert!(stubs.contains_key("board/pins.pyi"));
        assert_eq!(stubs.len(), 2);
    }

    #[test]
    fn exceptions_are_classes_with_their_bases() {
        let source = r#"
            #[pymodule]
            mod sensors {
                /// No answer.
                #[pyexception]
                #[py(name = "Failed", base = ErrorType::OS_ERROR)]
                struct Failure;
                #[pyexception]
                #[py(base = Failure::TYPE)]
                struct Timeout;
                #[pyexception]
                struct Other;
            }
        "#;
        let stubs = stubs([source].into_iter());
        let expected = "class Failed(OSError):\n    \"\"\"No answer.\"\"\"\n\n\
             class Timeout(Failed): ...\n\nclass Other(Exception): ...\n";
        let text = &stubs["sensors.pyi"];
        assert!(text.ends_with(expected), "{text}");
        assert_eq!(builtin("NOT_IMPLEMENTED_ERROR"), "NotImplementedError");
    }
}
