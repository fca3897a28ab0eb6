//! Helpers that the readers of items share: for attributes, documentation and names.

use super::errors::error;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The attribute that says how Python sees an item: `#[py(name = "…", signature = (…))]`.
pub(super) const OPTIONS: &str = "py";

/// Returns true if an attribute has this name, whatever the path before it.
pub(super) fn is_attribute(attribute: &Attribute, name: &str) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == name)
}

/// Returns true if an item has an attribute of this name.
pub(super) fn has_attribute(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .any(|attribute| is_attribute(attribute, name))
}

/// The one attribute of these names that an item has.
pub(super) fn one_of<'a>(
    attributes: &'a [Attribute],
    names: &[&str],
) -> syn::Result<Option<&'a Attribute>> {
    let mut found: Option<(&str, &Attribute)> = None;
    for attribute in attributes {
        let Some(name) = names.iter().find(|name| is_attribute(attribute, name)) else {
            continue;
        };
        if let Some((other, _)) = found.replace((name, attribute)) {
            let message = if other == *name {
                format!("`#[{name}]` stands here twice")
            } else {
                format!(
                    "`#[{other}]` and `#[{name}]` contradict each other: an item has one of them"
                )
            };
            return Err(error(attribute, message));
        }
    }
    Ok(found.map(|(_, attribute)| attribute))
}

/// The `cfg` attributes.
pub(super) fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    let all = attributes.iter();
    all.filter(|attribute| attribute.path().is_ident("cfg"))
        .cloned()
        .collect()
}

/// The lines of the documentation comments, without the space that follows the slashes.
pub(super) fn docs(attributes: &[Attribute]) -> Vec<String> {
    let texts = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else {
            return None;
        };
        match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if meta.path.is_ident("doc") => Some(text.value()),
            _ => None,
        }
    });
    let lines: Vec<String> = texts
        .flat_map(|text| text.split('\n').map(str::to_string).collect::<Vec<_>>())
        .collect();
    let lines = lines.iter();
    lines
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(line)
                .trim_end()
                .to_string()
        })
        .collect()
}

/// A name as Python has it: without the `r#` that lets Rust use a keyword.
pub(super) fn python_name(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_string()
}
