//! Stubs: what editors and type checkers read of the modules that are written in Rust (`.pyi`, PEP 484).

mod class;
mod known;
mod text;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Item, ItemMod};

use super::attributes::{has_attribute, python_name};
use super::exception::ExceptionClass;
use super::function::Function;
use super::module::{Entry, Export, Module};
use known::{ClassItem, CrateItems};
use text::Writer;
use types::{Classes, Known};

use crate::error::Result;
use crate::fs;

/// The first line of every stub, by which one that isn't needed any more is known.
pub const HEADER: &str =
    "# Written by mpy-freeze from the firmware's Rust sources. Changes to this file are lost.";

/// The stubs of the modules in some Rust sources: paths below the folder of stubs, and contents.
///
/// Sources that aren't Rust, and items that Python can't have, are left out: the compiler reports them.
pub fn stubs<'a>(sources: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let files: Vec<syn::File> = sources
        .filter_map(|source| syn::parse_file(source).ok())
        .collect();
    let mut crate_items = CrateItems::default();
    for file in &files {
        crate_items.collect(&file.items);
    }
    for file in &files {
        each_module(&file.items, "", &mut |module, path, _| {
            crate_items.give_homes(module, path)
        });
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
pub fn write(folder: &Path, stubs: &BTreeMap<String, String>) -> Result<()> {
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

/// Writes the stubs of the modules among some items: a file each, or a folder where one has modules in it.
fn modules(items: &[Item], known: &CrateItems<'_>, stubs: &mut BTreeMap<String, String>) {
    each_module(items, "", &mut |module, path, items| {
        let scope = Scope {
            path,
            items,
            known,
            classes: known.classes(path, items),
        };
        let has_modules = module
            .entries
            .iter()
            .any(|entry| matches!(entry.export, Export::Module));
        let file = path.replace('.', "/") + if has_modules { "/__init__.pyi" } else { ".pyi" };
        stubs.insert(file, scope.stub(module));
    });
}

/// Calls `act` with every Python module among some items, its path in Python and its items.
fn each_module<'a>(
    items: &'a [Item],
    outer: &str,
    act: &mut impl FnMut(&Module, &str, &'a [Item]),
) {
    for item in items {
        let Item::Mod(ItemMod {
            attrs,
            content: Some((_, inner)),
            ..
        }) = item
        else {
            continue;
        };
        let Item::Mod(module) = item else { continue };
        if !has_attribute(attrs, "pymodule") {
            // A module in a plain `mod` is no part of the one around it.
            each_module(inner, "", act);
        } else if let Ok(read) = Module::read(module) {
            let path = format!("{outer}{}", read.name);
            act(&read, &path, inner);
            each_module(inner, &format!("{path}."), act);
        }
    }
}

/// A module, and what its items can name.
struct Scope<'s, 'a> {
    path: &'s str,
    items: &'s [Item],
    known: &'s CrateItems<'a>,
    classes: Classes,
}

impl Scope<'_, '_> {
    fn stub(&self, module: &Module) -> String {
        let mut writer = Writer::new(&module.docs);
        let mut written = BTreeSet::new();
        for entry in &module.entries {
            // Of two that have conditions one is there; nobody knows which.
            if !text::is_keyword(&entry.name) && written.insert(&entry.name) {
                self.entry(&mut writer, entry);
            }
        }
        writer.finish(&self.classes)
    }

    fn entry(&self, writer: &mut Writer, entry: &Entry) {
        let ident = python_name(&entry.ident);
        match &entry.export {
            Export::Constant(ty) => {
                writer.constant(&entry.name, &types::constant(ty, &self.classes));
            }
            Export::Module => writer.submodule(&entry.name),
            Export::Function => {
                if !self.function(writer, &ident) {
                    writer.constant(&entry.name, "Any");
                }
            }
            Export::Class | Export::Exception => self.class(writer, &ident),
            Export::Used => {
                if self.known.class(&ident, self.items).is_some() {
                    self.class(writer, &ident);
                } else if !self.function(writer, &ident) {
                    writer.constant(&entry.name, "Any");
                }
            }
            // Nobody calls it by its name.
            Export::Init => {}
        }
    }

    /// Writes a function, if there is one of this name in Rust.
    fn function(&self, writer: &mut Writer, ident: &str) -> bool {
        let item = self.known.function(ident, self.items);
        let Some(Ok(function)) = item.map(Function::read) else {
            return false;
        };
        writer.function(&function, &self.classes);
        true
    }

    /// Writes a class, or where to find it if it is at home elsewhere.
    fn class(&self, writer: &mut Writer, ident: &str) {
        let Some((item, home)) = self.known.class(ident, self.items) else {
            return;
        };
        if let Some(home) = home.filter(|home| *home != self.path) {
            let name = match item {
                ClassItem::Class(class, _) => &class.name,
                ClassItem::Exception(class) => &class.name,
            };
            return writer.import(home, name);
        }
        match item {
            ClassItem::Exception(class) => writer.exception(class, &self.exception_base(class)),
            ClassItem::Class(class, extends) => {
                let Some(methods) = self.known.methods(ident, self.items) else {
                    return;
                };
                let mut classes = self.classes.clone();
                let itself = Known {
                    name: class.name.clone(),
                    module: None,
                };
                classes.insert("Self".into(), itself);
                let base = extends.as_ref().and_then(|path| path.segments.last());
                let base = base.and_then(|last| classes.get(&python_name(&last.ident)));
                let base = base.map(|base| base.name.as_str());
                writer.class(&class::text(class, &methods, base, &classes));
            }
        }
    }

    /// The name of the class that a class of exceptions is derived from: `ErrorType::VALUE_ERROR` is `ValueError`,
    /// and `SensorError::TYPE` what that one is called.
    fn exception_base(&self, class: &ExceptionClass) -> String {
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
                self.classes.get(class).map(|class| class.name.clone())
            }
            [.., class, last] if class == "ErrorType" => Some(builtin(last)),
            _ => None,
        };
        name.unwrap_or_else(|| "Exception".into())
    }
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
                fn send(vm: &Vm, data: &[u8], rest: Obj<'_>, pause: u32, options: Obj<'_>) -> Result<usize, Raise> {}
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
    fn classes_have_what_python_sees_of_them() {
        let source = r#"
            #[pymodule]
            mod shapes {
                /// A point.
                #[pyclass]
                struct Point {
                    /// Its place.
                    #[py(get, set)] x: i32,
                    #[py(get, name = "y")] height: f32,
                    hidden: u8,
                }
                #[pymethods]
                impl Point {
                    #[classattr]
                    const UNIT: &str = "m";
                    /// Makes one.
                    #[new]
                    #[py(signature = (x, *, y = 7))]
                    fn new(x: i32, y: i32) -> Result<Self, Raise> {}
                    fn far<'a>(&self, vm: &Vm, other: &Point, r#in: bool) -> bool {}
                    #[setter]
                    fn set_only(&mut self, value: &[u8]) {}
                    #[staticmethod]
                    fn origin() -> Self {}
                    #[classmethod]
                    fn made(class: Obj<'_>, x: i32) -> Obj<'_> {}
                    fn __eq__(&self, other: &Self) -> bool {}
                    fn __iter__<'a>(slf: Obj<'a>) -> Obj<'a> {}
                    fn __next__(&mut self) -> Result<Option<(i32, bool)>, Raise> {}
                    fn __add__(&self, other: &Point) -> Point {}
                }
                #[pyclass(extends = Point)]
                struct Pixel { base: Point }
                #[pymethods]
                impl Pixel {}
            }
        "#;
        let stubs = stubs([source].into_iter());
        let expected = r#"from typing import Any, ClassVar, NoReturn
from typing_extensions import Never, Self

class Point:
    """A point."""
    UNIT: ClassVar[str]
    def __init__(self, x: int, *, y: int = 7) -> None:
        """Makes one."""
    @property
    def x(self) -> int:
        """Its place."""
    @x.setter
    def x(self, value: int) -> None: ...
    @property
    def y(self) -> float: ...
    @property
    def only(self) -> NoReturn: ...
    @only.setter
    def only(self, value: bytes | bytearray | memoryview) -> None: ...
    def far(self, other: Point, in_: bool, /) -> bool: ...
    @staticmethod
    def origin() -> Point: ...
    @classmethod
    def made(cls, x: int, /) -> Any: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> tuple[int, bool]: ...
    def __add__(self, other: Point, /) -> Point: ...

class Pixel(Point):
    def __init__(self, only_rust_makes_these: Never, /) -> None: ...
"#;
        let text = &stubs["shapes.pyi"];
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn classes_of_other_modules_are_imported() {
        let first = r#"
            mod plain {
                #[pyclass]
                #[py(name = "Shared")]
                pub struct Driver;
                #[pymethods]
                impl Driver {}
            }
            #[pymodule]
            mod a {
                #[pymodule_export]
                use super::plain::Driver;
            }
        "#;
        let second = r#"
            #[pymodule]
            mod b {
                #[pymodule_export]
                use super::plain::Driver;
                #[pymodule]
                mod c {
                    #[pyfunction]
                    fn f(driver: &Driver) {}
                    #[pyexception]
                    struct Lost;
                }
                #[pyexception]
                #[py(base = c::Lost::TYPE)]
                struct Gone;
            }
        "#;
        let stubs = stubs([first, second].into_iter());
        assert!(stubs["a.pyi"].contains("class Shared:\n"));
        let b = &stubs["b/__init__.pyi"];
        assert!(b.contains("from a import Shared as Shared\n"), "{b}");
        assert!(b.contains("import b.c\n"), "{b}");
        assert!(b.contains("class Gone(b.c.Lost): ...\n"), "{b}");
        let c = &stubs["b/c.pyi"];
        assert!(
            c.contains("import a\n") && c.contains("def f(driver: a.Shared, /) -> None"),
            "{c}"
        );
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
