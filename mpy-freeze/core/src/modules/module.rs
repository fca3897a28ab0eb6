//! A Rust `mod` that is a Python module.

use syn::{Attribute, Ident, Item, ItemMod, UseTree};

use super::attributes::{conditions, docs, has_attribute, one_of, python_name};
use super::errors::combine;
use super::errors::error;
use super::signature::Options;

/// A module as its attributes and items describe it.
#[derive(Clone)]
pub struct Module {
    /// Its name in Rust.
    pub ident: Ident,
    /// Its name in Python.
    pub name: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// The entries that Python finds in the module.
    pub entries: Vec<Entry>,
}

/// Something in a module.
#[derive(Clone)]
pub struct Entry {
    /// Its name in Rust, as the module sees it.
    pub ident: Ident,
    /// Its name in Python.
    pub name: String,
    /// The object that the entry names.
    pub export: Export,
    /// The attributes that say whether it is there at all.
    pub conditions: Vec<Attribute>,
}

/// An object that a module has an entry for.
#[derive(Clone)]
pub enum Export {
    /// A function.
    Function,
    /// A class.
    Class,
    /// A class of exceptions.
    Exception,
    /// A module.
    Module,
    /// A constant of this type.
    Constant(Box<syn::Type>),
    /// A function that runs when the module is imported.
    Init,
    /// An item from elsewhere, which knows itself what it is.
    Used,
}

impl Module {
    /// Reads a module that has the attribute `pymodule`.
    ///
    /// # Errors
    ///
    /// For items that can't be exported, at their places.
    pub fn read(item: &ItemMod) -> syn::Result<Self> {
        let Some((_, items)) = &item.content else {
            return Err(error(
                item,
                "a Python module is written with its contents: `mod name { … }`",
            ));
        };
        let (mut entries, mut errors) = (Vec::new(), None);
        for item in items {
            match self::entries(item) {
                Ok(more) => entries.extend(more),
                Err(error) => combine(&mut errors, error),
            }
        }
        if let Some(errors) = errors {
            return Err(errors);
        }
        let options = Options::read(&item.attrs)?;
        Ok(Self {
            ident: item.ident.clone(),
            name: options
                .name
                .map_or_else(|| python_name(&item.ident), |name| name.value()),
            docs: docs(&item.attrs),
            entries,
        })
    }

    /// The names that Python has to know for the module itself. Those of its items are theirs.
    pub fn names(&self) -> Vec<String> {
        let own = |entry: &&Entry| !matches!(entry.export, Export::Used);
        let entries = self.entries.iter().filter(own);
        let entries = entries.map(|entry| entry.name.clone());
        std::iter::once(self.name.clone()).chain(entries).collect()
    }
}

/// The attributes that say what an item is in its module.
const KINDS: [&str; 6] = [
    "pyfunction",
    "pymodule_init",
    "pyclass",
    "pyexception",
    "pymodule",
    "pymodule_export",
];

/// Returns the entries that an item adds to its module.
fn entries(item: &Item) -> syn::Result<Vec<Entry>> {
    one_of(attributes(item), &KINDS)?;
    let (attributes, ident, export) = match item {
        Item::Fn(function) if has_attribute(&function.attrs, "pyfunction") => {
            (&function.attrs, &function.sig.ident, Export::Function)
        }
        Item::Fn(function) if has_attribute(&function.attrs, "pymodule_init") => {
            (&function.attrs, &function.sig.ident, Export::Init)
        }
        Item::Struct(class) if has_attribute(&class.attrs, "pyclass") => {
            (&class.attrs, &class.ident, Export::Class)
        }
        Item::Struct(class) if has_attribute(&class.attrs, "pyexception") => {
            (&class.attrs, &class.ident, Export::Exception)
        }
        Item::Mod(module) if has_attribute(&module.attrs, "pymodule") => {
            (&module.attrs, &module.ident, Export::Module)
        }
        Item::Const(constant) if has_attribute(&constant.attrs, "pymodule_export") => (
            &constant.attrs,
            &constant.ident,
            Export::Constant(constant.ty.clone()),
        ),
        Item::Use(used) if has_attribute(&used.attrs, "pymodule_export") => {
            let mut found = Vec::new();
            used_names(&used.tree, &mut found)?;
            let conditions = conditions(&used.attrs);
            return Ok(found
                .into_iter()
                .map(|ident| Entry {
                    name: python_name(&ident),
                    ident,
                    export: Export::Used,
                    conditions: conditions.clone(),
                })
                .collect());
        }
        _ => return Ok(Vec::new()),
    };
    let name = match &export {
        Export::Init => "__init__".to_string(),
        _ => Options::read(attributes)?
            .name
            .map_or_else(|| python_name(ident), |name| name.value()),
    };
    Ok(vec![Entry {
        ident: ident.clone(),
        name,
        export,
        conditions: conditions(attributes),
    }])
}

/// The attributes of an item that a module can hold.
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(function) => &function.attrs,
        Item::Struct(class) => &class.attrs,
        Item::Mod(module) => &module.attrs,
        Item::Const(constant) => &constant.attrs,
        Item::Use(used) => &used.attrs,
        _ => &[],
    }
}

/// The names that a `use` brings.
fn used_names(tree: &UseTree, found: &mut Vec<Ident>) -> syn::Result<()> {
    match tree {
        UseTree::Path(path) => used_names(&path.tree, found),
        UseTree::Name(name) => {
            found.push(name.ident.clone());
            Ok(())
        }
        UseTree::Rename(rename) => Err(error(
            rename,
            "an item keeps its name where it is exported; `#[py(name = \"…\")]` at the item gives it another",
        )),
        UseTree::Group(group) => group
            .items
            .iter()
            .try_for_each(|tree| used_names(tree, found)),
        UseTree::Glob(glob) => Err(error(glob, "each item that is exported is named")),
    }
}
