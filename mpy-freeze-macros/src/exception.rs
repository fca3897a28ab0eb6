//! `#[pyexception]`: a Rust struct that is a class of exceptions.

use mpy_freeze_core::Context;
use mpy_freeze_core::modules::{self, ExceptionClass};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemStruct;

use crate::attributes;

/// Expands the attribute.
pub(crate) fn expand(context: &Context, mut item: ItemStruct) -> syn::Result<TokenStream> {
    let class = ExceptionClass::read(&item)?;
    attributes::remove(&mut item.attrs);
    let tables = modules::exception(context, &class)?;
    Ok(quote! {
        #item
        #tables
    })
}
