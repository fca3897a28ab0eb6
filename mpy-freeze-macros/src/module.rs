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
    for item in items.iter_mut() {
        match item {
            Item::Const(constant) => attributes::remove(&mut constant.attrs),
            Item::Use(used) => attributes::remove(&mut used.attrs),
            _ => {}
        }
    }
    items.push(Item::Verbatim(tables));
    Ok(quote!(#item))
}
