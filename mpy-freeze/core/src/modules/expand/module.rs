//! `#[pymodule]`: a Rust `mod`, and the tables by which Python finds what is in it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, ItemMod};

use super::{module_tables, strip};
use crate::Context;
use crate::modules::Module;

/// Expands the attribute. Where it fails, the module is one for `freeze!` nevertheless, so that what is wrong is said
/// once.
pub fn expand(context: &Context, item: ItemMod) -> syn::Result<TokenStream> {
    let mut stand_in = item.clone();
    expand_all(context, item).or_else(|error| {
        let Some((_, items)) = &mut stand_in.content else {
            return Err(error);
        };
        strip::remove(&mut stand_in.attrs);
        items.iter_mut().for_each(strip::remove_from_entry);
        items.push(Item::Verbatim(module_tables::stand_in()));
        let error = error.into_compile_error();
        Ok(quote!(#stand_in #error))
    })
}

fn expand_all(context: &Context, mut item: ItemMod) -> syn::Result<TokenStream> {
    let module = Module::read(&item)?;
    let tables = module_tables::module(context, &module)?;
    strip::remove(&mut item.attrs);
    let Some((_, items)) = &mut item.content else {
        return Ok(quote!(#item));
    };
    items.iter_mut().for_each(strip::remove_from_entry);
    items.push(Item::Verbatim(tables));
    Ok(quote!(#item))
}
