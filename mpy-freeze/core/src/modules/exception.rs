//! A class of exceptions that is written in Rust.

use syn::{Expr, Fields, Ident, ItemStruct};

use super::attributes::{docs, python_name};
use super::errors::error;
use super::signature::Options;

/// A class of exceptions as its attributes describe it.
#[derive(Clone)]
pub struct ExceptionClass {
    /// Its name in Rust.
    pub ident: Ident,
    /// Its name in Python.
    pub name: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// The `ErrorType` of the class that it is derived from; `Exception` where it isn't given.
    pub base: Option<Expr>,
}

impl ExceptionClass {
    /// Reads a struct that has the attribute `pyexception`.
    ///
    /// # Errors
    ///
    /// For a struct with fields or parameters, and for options that there aren't.
    pub fn read(item: &ItemStruct) -> syn::Result<Self> {
        if !matches!(item.fields, Fields::Unit) {
            return Err(error(
                &item.fields,
                "an exception keeps what Python raises it with and has no fields of Rust's: `struct Name;`",
            ));
        }
        if !item.generics.params.is_empty() {
            return Err(error(
                &item.generics,
                "a class for Python has no parameters",
            ));
        }
        let options = Options::read(&item.attrs)?;
        if let Some(signature) = options
            .signature
            .iter()
            .flat_map(|signature| &signature.params)
            .next()
        {
            return Err(error(&signature.ident, "an exception takes any arguments"));
        }
        Ok(Self {
            ident: item.ident.clone(),
            name: options
                .name
                .map_or_else(|| python_name(&item.ident), |name| name.value()),
            docs: docs(&item.attrs),
            base: options.base,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ExceptionClass, String> {
        let item = syn::parse_str(text).unwrap();
        ExceptionClass::read(&item).map_err(|error| error.to_string())
    }

    #[test]
    fn a_class_has_a_name_and_a_base() {
        let class =
            read("/// Text.\n#[py(name = \"E\", base = Other::TYPE)] struct Failed;").unwrap();
        assert_eq!((class.name.as_str(), class.docs.len()), ("E", 1));
        assert!(class.base.is_some());
        let class = read("struct Failed;").unwrap();
        assert_eq!(class.name, "Failed");
        assert!(class.base.is_none());
    }

    #[test]
    fn what_is_no_class_is_refused() {
        for (text, message) in [
            ("struct A(u8);", "no fields"),
            ("struct A { a: u8 }", "no fields"),
            ("struct A<T>;", "no parameters"),
            ("#[py(signature = (a))] struct A;", "any arguments"),
            ("#[py(bass = A)] struct A;", "unknown option"),
        ] {
            let error = read(text).err().unwrap();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
