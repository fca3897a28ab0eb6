//! `#[pymodule]`: a Rust `mod`, and the tables by which Python finds what is in it.

use mpy_freeze::Context;
use mpy_freeze::modules::{self, Module};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, ItemMod};

use crate::attributes;

/// Expands the attribute.
pub(crate) fn expand(context: &Context, mut item: ItemMod) -> syn::Result<TokenStream> {
    let module = Module::read(&item)?;
    let tables = modules::module(context, &module)?;
    attributes::remove(&mut item.attrs);
    let Some((_, items)) = &mut item.content else {
        return Ok(quote!(#item));
    };
    items.iter_mut().for_each(attributes::remove_from_entry);
    items.push(Item::Verbatim(tables));
    Ok(quote!(#item))
}
