//! Finds a crate's items by name, for items that are used far from where they stand.

use syn::{Item, ItemFn, ItemImpl, ItemMod, ItemStruct};

use super::types::{Classes, Known};
use crate::modules::attributes::{has_attribute, is_attribute, python_name};
use crate::modules::exception::ExceptionClass;
use crate::modules::module::{Export, Module};
use crate::modules::{Class, ClassOptions, Methods};

/// The functions and classes of a crate.
#[derive(Default)]
pub(super) struct CrateItems<'a> {
    functions: Vec<Found<'a, &'a ItemFn>>,
    classes: Vec<Found<'a, ClassItem>>,
    methods: Vec<Found<'a, &'a ItemImpl>>,
}

/// An item and where it stands.
struct Found<'a, T> {
    /// Its name in Rust.
    ident: String,
    /// The list of items that it is one of.
    among: &'a [Item],
    /// The Python module that Rust has it in, or that is the first to export it.
    module: Option<String>,
    item: T,
}

/// A class of either kind.
#[derive(Clone)]
pub(super) enum ClassItem {
    /// A class with a Rust value, and the path of its base.
    Class(Box<Class>, Option<syn::Path>),
    /// A class of exceptions.
    Exception(Box<ExceptionClass>),
}

impl ClassItem {
    fn read(item: &ItemStruct) -> Option<Self> {
        if has_attribute(&item.attrs, "pyexception") {
            let class = ExceptionClass::read(item).ok()?;
            return Some(Self::Exception(Box::new(class)));
        }
        let mut attributes = item.attrs.iter();
        let attribute = attributes.find(|attribute| is_attribute(attribute, "pyclass"))?;
        let options = attribute.parse_args::<ClassOptions>();
        let extends = options.unwrap_or_default().extends;
        let class = Class::read(item).ok()?;
        Some(Self::Class(Box::new(class), extends))
    }

    fn name(&self) -> &str {
        match self {
            Self::Class(class, _) => &class.name,
            Self::Exception(class) => &class.name,
        }
    }
}

impl<'a> CrateItems<'a> {
    /// Adds the items of a file.
    pub(super) fn collect(&mut self, items: &'a [Item]) {
        self.items(items, None);
    }

    fn items(&mut self, among: &'a [Item], module: Option<&str>) {
        for item in among {
            match item {
                Item::Fn(function) if has_attribute(&function.attrs, "pyfunction") => {
                    let ident = python_name(&function.sig.ident);
                    self.functions.push(found(ident, among, module, function));
                }
                Item::Struct(class) => {
                    if let Some(item) = ClassItem::read(class) {
                        let ident = python_name(&class.ident);
                        self.classes.push(found(ident, among, module, item));
                    }
                }
                Item::Impl(methods) if has_attribute(&methods.attrs, "pymethods") => {
                    if let Ok(read) = Methods::read(methods) {
                        let ident = python_name(&read.ident);
                        self.methods.push(found(ident, among, module, methods));
                    }
                }
                Item::Mod(inner) => self.inner(inner, module),
                _ => {}
            }
        }
    }

    fn inner(&mut self, item: &'a ItemMod, module: Option<&str>) {
        let Some((_, items)) = &item.content else {
            return;
        };
        if !has_attribute(&item.attrs, "pymodule") {
            return self.items(items, None);
        }
        if let Ok(read) = Module::read(item) {
            let path = match module {
                Some(outer) => format!("{outer}.{}", read.name),
                None => read.name,
            };
            self.items(items, Some(&path));
        }
    }

    /// Gives the classes that stand in no Python module to the first that exports them.
    pub(super) fn give_homes(&mut self, module: &Module, path: &str) {
        for entry in &module.entries {
            if !matches!(entry.export, Export::Used) {
                continue;
            }
            let ident = python_name(&entry.ident);
            let mut classes = self.classes.iter_mut();
            if let Some(class) = classes.find(|class| class.ident == ident) {
                class.module.get_or_insert_with(|| path.to_string());
            }
        }
    }

    /// The function of this name, the one among these items if they have it.
    pub(super) fn function(&self, ident: &str, among: &[Item]) -> Option<&'a ItemFn> {
        nearest(&self.functions, ident, among).map(|found| found.item)
    }

    /// The class of this name, the one among these items if they have it; and the module where it is at home.
    pub(super) fn class(&self, ident: &str, among: &[Item]) -> Option<(&ClassItem, Option<&str>)> {
        let found = nearest(&self.classes, ident, among)?;
        Some((&found.item, found.module.as_deref()))
    }

    /// The methods of a class.
    pub(super) fn methods(&self, ident: &str, among: &[Item]) -> Option<Methods> {
        // They may stand in another file than the class, but those beside it are its own.
        let class = nearest(&self.classes, ident, among)?;
        let found = nearest(&self.methods, ident, class.among)?;
        Methods::read(found.item).ok()
    }

    /// Returns the names of the classes in a module, by their names in Rust.
    pub(super) fn classes(&self, path: &str, among: &[Item]) -> Classes {
        let mut classes = Classes::new();
        for found in &self.classes {
            let Some(module) = &found.module else {
                continue;
            };
            let here = module == path;
            let name = found.item.name();
            let known = Known {
                name: if here {
                    name.to_string()
                } else {
                    format!("{module}.{name}")
                },
                module: (!here).then(|| module.clone()),
            };
            if here || std::ptr::eq(found.among, among) {
                classes.insert(found.ident.clone(), known);
            } else {
                classes.entry(found.ident.clone()).or_insert(known);
            }
        }
        classes
    }
}

fn found<'a, T>(ident: String, among: &'a [Item], module: Option<&str>, item: T) -> Found<'a, T> {
    Found {
        ident,
        among,
        module: module.map(str::to_string),
        item,
    }
}

fn nearest<'f, 'a, T>(
    all: &'f [Found<'a, T>],
    ident: &str,
    among: &[Item],
) -> Option<&'f Found<'a, T>> {
    let named = || all.iter().filter(|found| found.ident == ident);
    named()
        .find(|found| std::ptr::eq(found.among, among))
        .or_else(|| named().next())
}
