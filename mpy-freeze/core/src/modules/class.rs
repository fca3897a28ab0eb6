//! A Rust struct that is a Python class.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Fields, Ident, ItemStruct, Path, Token, Type};

use super::attributes::{docs, python_name};
use super::errors::error;
use super::signature::Options;

/// A class as the struct and its attributes describe it.
#[derive(Clone)]
pub struct Class {
    /// Its name in Rust.
    pub ident: Ident,
    /// Its name in Python.
    pub name: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// The fields that Python reads or writes.
    pub fields: Vec<Field>,
}

/// A field that is an attribute in Python.
#[derive(Clone)]
pub struct Field {
    /// Its name in Rust.
    pub ident: Ident,
    /// Its name in Python.
    pub name: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// Its type.
    pub ty: Type,
    /// Set where Python can read the attribute.
    pub get: bool,
    /// Set where Python can write the attribute.
    pub set: bool,
}

/// The arguments of the attribute `pyclass`: `extends = Base`, or nothing.
#[derive(Clone, Default)]
pub struct ClassOptions {
    /// The class that it is derived from.
    pub extends: Option<Path>,
}

impl Parse for ClassOptions {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self::default());
        }
        let key: Ident = input.parse()?;
        if key != "extends" {
            return Err(error(
                &key,
                format!(
                    "unknown option `{key}`: there is `extends = Base`, and `#[py(name = \"…\")]` beside it"
                ),
            ));
        }
        input.parse::<Token![=]>()?;
        let extends = Some(input.parse()?);
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { extends })
    }
}

impl Class {
    /// Reads a struct that has the attribute `pyclass`.
    ///
    /// # Errors
    ///
    /// For what can't be a class, at its place.
    pub fn read(item: &ItemStruct) -> syn::Result<Self> {
        if let Some(param) = item.generics.params.first() {
            return Err(error(
                param,
                "Python has one class, and keeps its objects as long as it likes: there are no parameters",
            ));
        }
        let options = Options::read(&item.attrs)?;
        if let Some(signature) = options.signature {
            let at = signature.params.first().map(|param| param.ident.clone());
            return Err(error(
                at,
                "the signature stands at the method with `#[new]`",
            ));
        }
        if let Some(flag) = options.flags.first() {
            return Err(error(flag, "this is an option of a field"));
        }
        Ok(Self {
            ident: item.ident.clone(),
            name: options
                .name
                .map_or_else(|| python_name(&item.ident), |name| name.value()),
            docs: docs(&item.attrs),
            fields: fields(&item.fields)?,
        })
    }

    /// The names that Python has to know for it.
    pub fn names(&self) -> Vec<String> {
        let fields = self.fields.iter().map(|field| field.name.clone());
        std::iter::once(self.name.clone()).chain(fields).collect()
    }
}

/// The fields with `#[py(get, set)]`.
fn fields(all: &Fields) -> syn::Result<Vec<Field>> {
    let mut found = Vec::new();
    for field in all {
        let has_options =
            super::attributes::has_attribute(&field.attrs, super::attributes::OPTIONS);
        if !has_options {
            continue;
        }
        let Some(ident) = &field.ident else {
            return Err(error(&field.ty, "a field for Python has a name"));
        };
        found.push(read_field(&field.attrs, ident, &field.ty)?);
    }
    Ok(found)
}

fn read_field(attributes: &[Attribute], ident: &Ident, ty: &Type) -> syn::Result<Field> {
    let options = Options::read(attributes)?;
    let has = |name: &str| options.flags.iter().any(|flag| flag == name);
    let (get, set) = (has("get"), has("set"));
    if !get && !set {
        return Err(error(
            ident,
            "say what Python does with the field: `#[py(get, set)]`",
        ));
    }
    if options.signature.is_some() {
        return Err(error(ident, "a field has no signature"));
    }
    Ok(Field {
        ident: ident.clone(),
        name: options
            .name
            .map_or_else(|| python_name(ident), |name| name.value()),
        docs: docs(attributes),
        ty: ty.clone(),
        get,
        set,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Class, String> {
        let item = syn::parse_str(text).unwrap();
        Class::read(&item).map_err(|error| error.to_string())
    }

    #[test]
    fn fields_with_options_are_attributes() {
        let class = read(
            "#[py(name = \"Led\")] struct Light {
                #[py(get, set)] on: bool,
                #[py(get, name = \"pin\")] number: u8,
                hidden: u8,
            }",
        )
        .unwrap();
        assert_eq!(class.names(), ["Led", "on", "pin"]);
        assert!(class.fields[0].set && !class.fields[1].set);
    }

    #[test]
    fn what_can_be_no_class_is_refused() {
        for (text, message) in [
            ("struct A<T> { a: T }", "no parameters"),
            ("struct A<'a> { a: &'a str }", "no parameters"),
            ("struct A(#[py(get)] u8);", "has a name"),
            ("struct A { #[py(name = \"b\")] a: u8 }", "get, set"),
        ] {
            let error = read(text).err().unwrap();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn a_base_is_named() {
        let options: ClassOptions = syn::parse_str("extends = shapes::Shape").unwrap();
        assert_eq!(options.extends.unwrap().segments.len(), 2);
        assert!(syn::parse_str::<ClassOptions>("frozen").is_err());
    }
}
