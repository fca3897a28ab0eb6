//! Attributes that mean something to the macros only.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, ImplItem, Item};

use crate::modules::MARKS;
use crate::modules::attributes::is_attribute;

/// The attributes that an expansion must not leave behind.
const OPTIONS: [&str; 2] = ["py", "pymodule_export"];

/// Removes them.
pub(crate) fn remove(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| {
        let mut marks = OPTIONS.iter().chain(&MARKS);
        !marks.any(|mark| is_attribute(attribute, mark))
    });
}

/// An item as it stands, with all such attributes removed from it and from what is in it.
pub fn removed(item: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<Item>(item.clone()) else {
        return item;
    };
    match &mut item {
        Item::Fn(function) => remove(&mut function.attrs),
        Item::Struct(class) => {
            remove(&mut class.attrs);
            let fields = class.fields.iter_mut();
            fields.for_each(|field| remove(&mut field.attrs));
        }
        Item::Impl(methods) => {
            remove(&mut methods.attrs);
            methods.items.iter_mut().for_each(remove_from_member);
        }
        Item::Mod(module) => {
            remove(&mut module.attrs);
            let items = module.content.iter_mut();
            items
                .flat_map(|(_, items)| items)
                .for_each(remove_from_entry);
        }
        _ => {}
    }
    item.to_token_stream()
}

/// Removes the attributes of a member of an `impl`.
pub(crate) fn remove_from_member(item: &mut ImplItem) {
    match item {
        ImplItem::Fn(function) => remove(&mut function.attrs),
        ImplItem::Const(constant) => remove(&mut constant.attrs),
        _ => {}
    }
}

/// Removes the attributes of an item of a module. Those that have macros of their own stay, and these read `py`.
pub(crate) fn remove_from_entry(item: &mut Item) {
    match item {
        Item::Const(constant) => remove(&mut constant.attrs),
        Item::Use(used) => remove(&mut used.attrs),
        Item::Fn(function) => remove_export(&mut function.attrs),
        Item::Struct(class) => remove_export(&mut class.attrs),
        Item::Mod(module) => remove_export(&mut module.attrs),
        _ => {}
    }
}

fn remove_export(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !is_attribute(attribute, "pymodule_export"));
}
