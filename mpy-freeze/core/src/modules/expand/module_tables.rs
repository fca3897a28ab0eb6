//! A module's tables in ROM, over the types that bindgen read in MicroPython's own headers.

use proc_macro2::TokenStream;
use quote::quote;

use super::constants::Constant;
use super::names::{no_name, qstr, static_qstr};
use crate::Context;
use crate::modules::errors::combine;
use crate::modules::{Entry, Export, Module};
use crate::tables;

/// Returns the constants that `freeze!` wants of a module that isn't compiled, because there is an error beside it.
pub(super) fn stand_in() -> TokenStream {
    constants(&no_name(), &quote!(::core::ptr::null()))
}

/// The constants by which tables name a module.
fn constants(name: &TokenStream, address: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        pub const __MPY_NAME: ::mpy_freeze_rt::__private::Qstr = #name;
        // SAFETY: the address is that of the module object among the tables.
        #[doc(hidden)]
        pub const __MPY_OBJECT: ::mpy_freeze_rt::__private::StaticObject<::mpy_freeze_rt::__private::IsModule> =
            unsafe { ::mpy_freeze_rt::__private::StaticObject::new(#address) };
    }
}

/// The items that make a `mod` a Python module. They stand in it.
///
/// # Errors
///
/// For names that have no number.
pub(super) fn module(context: &Context, module: &Module) -> syn::Result<TokenStream> {
    let support = tables::common(context);
    let number = qstr(context, &module.name, module.ident.span())?;
    let dunder_name = qstr(context, "__name__", module.ident.span())?;
    let (mut items, mut entries) = (Vec::new(), Vec::new());
    let mut errors = None;
    for (number, entry) in module.entries.iter().enumerate() {
        match self::entry(context, number, entry) {
            Ok((more, entry)) => {
                items.extend(more);
                entries.push(entry);
            }
            Err(error) => combine(&mut errors, error),
        }
    }
    if let Some(error) = errors {
        return Err(error);
    }
    let allow = tables::allow();
    let constants = constants(&static_qstr(number), &quote!(__mpy_tables::OBJECT));
    Ok(quote! {
        #[doc(hidden)]
        #allow
        mod __mpy_tables {
            #support
            const fn object<K>(of: ::mpy_freeze_rt::__private::StaticObject<K>) -> Word {
                p(of.address())
            }
            const fn named(name: ::mpy_freeze_rt::__private::Qstr, object: Word) -> Entry {
                entry(name.number(), object)
            }
            #(#items)*
            const ENTRIES: &[Entry] = &[entry(#dunder_name, q(#number)), #(#entries),*];
            static GLOBALS: Rom<ffi::mp_obj_dict_t> = Rom(dict(ENTRIES));
            static MODULE: Rom<ffi::mp_obj_module_t> = Rom(ffi::mp_obj_module_t {
                base: base(&raw const ffi::mp_type_module),
                globals: (&raw const GLOBALS).cast_mut().cast(),
            });
            pub(super) const OBJECT: *const () = (&raw const MODULE).cast();
        }
        #constants
    })
}

/// Returns one entry of a module's map, and the items that the entry needs.
fn entry(
    context: &Context,
    number: usize,
    entry: &Entry,
) -> syn::Result<(Vec<TokenStream>, TokenStream)> {
    let ident = &entry.ident;
    let conditions = &entry.conditions;
    let object = quote!(object(super::#ident::__MPY_OBJECT));
    if matches!(entry.export, Export::Used) {
        // It has the name that it was given where it was written.
        let name = quote!(super::#ident::__MPY_NAME);
        return Ok((Vec::new(), quote!(#(#conditions)* named(#name, #object))));
    }
    let name = qstr(context, &entry.name, ident.span())?;
    let (items, word) = match &entry.export {
        Export::Constant(ty) => {
            let constant = Constant {
                value: quote!(super::#ident),
                ty,
                number,
                conditions,
            };
            constant.emit(context)?
        }
        Export::Function
        | Export::Init
        | Export::Class
        | Export::Exception
        | Export::Module
        | Export::Used => (Vec::new(), object),
    };
    Ok((items, quote!(#(#conditions)* entry(#name, #word))))
}
