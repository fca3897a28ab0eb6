//! The names in the crate's Rust sources that Python has to know.

use std::collections::BTreeSet;

use syn::Item;

use super::attributes::has_attribute;
use super::class::Class;
use super::exception::ExceptionClass;
use super::function::Function;
use super::methods::Methods;
use super::module::Module;

/// The names in a file; none where it isn't Rust, as rustc will say so better.
pub fn names(text: &str) -> BTreeSet<String> {
    let mut scan = Scan::default();
    // Most files have none of the attributes, and needn't be parsed.
    let attributes = [
        "pymodule",
        "pyfunction",
        "pyclass",
        "pymethods",
        "pyexception",
    ];
    if attributes.iter().any(|name| text.contains(name))
        && let Ok(file) = syn::parse_file(text)
    {
        scan.items(&file.items);
    }
    scan.0
}

/// The names that were found.
#[derive(Default)]
struct Scan(BTreeSet<String>);

impl Scan {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    /// Takes the names of an item. What can't be read has none here, and an error from its macro.
    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(function) if has_attribute(&function.attrs, "pyfunction") => {
                self.add(Function::read(function).map(|function| function.names()));
            }
            Item::Struct(class) if has_attribute(&class.attrs, "pyexception") => {
                self.add(ExceptionClass::read(class).map(|class| vec![class.name]));
            }
            Item::Fn(function) if has_attribute(&function.attrs, "pymodule_init") => {
                self.0.insert("__init__".to_string());
            }
            Item::Struct(class) if has_attribute(&class.attrs, "pyclass") => {
                self.add(Class::read(class).map(|class| class.names()));
            }
            Item::Impl(methods) if has_attribute(&methods.attrs, "pymethods") => {
                self.add(Methods::read(methods).map(|methods| methods.names()));
            }
            Item::Mod(module) => {
                if has_attribute(&module.attrs, "pymodule") {
                    self.add(Module::read(module).map(|module| module.names()));
                }
                if let Some((_, items)) = &module.content {
                    self.items(items);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, names: syn::Result<Vec<String>>) {
        self.0.extend(names.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_modules_functions_and_parameters() {
        let found = names(
            r#"
            #[mpy_freeze_rt::pymodule]
            mod board {
                #[pyfunction]
                fn led(on: bool) {}
                #[pyfunction]
                #[py(name = "blink", signature = (times, /, pause = 1))]
                fn blink_led(times: u8, pause: u32) {}
                #[pymodule_export]
                const PINS: u8 = 3;
                #[pymodule_export]
                use elsewhere::Unnamed;
                #[pyclass]
                struct Led { #[py(get)] pin: u8 }
                #[pymethods]
                impl Led { fn toggle(&mut self) {} }
                fn helper(hidden: u8) {}
                #[pyexception]
                #[py(name = "BoardError")]
                struct Failed;
            }
            "#,
        );
        let names: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "BoardError",
                "Led",
                "PINS",
                "__del__",
                "blink",
                "board",
                "led",
                "pause",
                "pin",
                "times",
                "toggle"
            ]
        );
    }
}
