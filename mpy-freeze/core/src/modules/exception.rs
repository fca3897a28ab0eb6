//! A class of exceptions that is written in Rust.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, Fields, Ident, ItemStruct};

use super::signature::Options;
use super::tables::{qstr, static_name};
use super::{docs, error, python_name};
use crate::Context;
use crate::frozen::emit::support;

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

/// The items that make a struct a class of exceptions. They stand beside it.
///
/// # Errors
///
/// For a name that has no number.
pub fn exception(context: &Context, class: &ExceptionClass) -> syn::Result<TokenStream> {
    let ExceptionClass {
        ident,
        name,
        docs: _,
        base,
    } = class;
    let support = support::common(context);
    let number = qstr(context, name, ident.span())?;
    let name = static_name(context, name, ident.span())?;
    let base = base.as_ref().map_or_else(
        || quote!(::mpy_freeze_rt::ErrorType::EXCEPTION),
        |base| quote!(#base),
    );
    let allow = support::allow();
    Ok(quote! {
        impl #ident {
            // It stands outside of the block below, whose names could hide one that it has.
            #[doc(hidden)]
            const __MPY_BASE: ::mpy_freeze_rt::ErrorType = #base;
        }
        #[doc(hidden)]
        #allow
        const _: () = {
            #support
            type Address = *const ::core::ffi::c_void;
            unsafe extern "C" {
                fn mp_obj_exception_make_new();
                fn mp_obj_exception_print();
                fn mp_obj_exception_attr();
            }
            // A type with the slots that C has behind it.
            #[repr(C)]
            struct Class {
                head: ffi::mp_obj_type_t,
                slots: [Address; 4],
            }
            const _: () = assert!(
                ::core::mem::offset_of!(Class, slots) == ::core::mem::offset_of!(ffi::mp_obj_type_t, slots),
                "the slots follow at once"
            );
            // The numbers of the slots are from one; zero is none.
            static CLASS: Rom<Class> = Rom(Class {
                head: ffi::mp_obj_type_t {
                    base: base(&raw const ffi::mp_type_type),
                    flags: 0,
                    name: #number,
                    slot_index_make_new: 1,
                    slot_index_print: 2,
                    slot_index_call: 0,
                    slot_index_unary_op: 0,
                    slot_index_binary_op: 0,
                    slot_index_attr: 3,
                    slot_index_subscr: 0,
                    slot_index_iter: 0,
                    slot_index_buffer: 0,
                    slot_index_protocol: 0,
                    slot_index_parent: 4,
                    slot_index_locals_dict: 0,
                    slots: ffi::__IncompleteArrayField::new(),
                },
                slots: [
                    mp_obj_exception_make_new as Address,
                    mp_obj_exception_print as Address,
                    mp_obj_exception_attr as Address,
                    #ident::__MPY_BASE.as_ptr(),
                ],
            });
            impl #ident {
                /// The class, to raise and catch its exceptions.
                // SAFETY: the type stays where it is, and MicroPython's own function makes its instances.
                pub const TYPE: ::mpy_freeze_rt::ErrorType =
                    unsafe { ::mpy_freeze_rt::ErrorType::from_ptr((&raw const CLASS).cast()) };
                #[doc(hidden)]
                pub const __MPY_NAME: ::mpy_freeze_rt::__private::Qstr = #name;
                // SAFETY: the type object is the one above.
                #[doc(hidden)]
                pub const __MPY_OBJECT: ::mpy_freeze_rt::__private::StaticObject<::mpy_freeze_rt::__private::IsMember> =
                    unsafe { ::mpy_freeze_rt::__private::StaticObject::new((&raw const CLASS).cast()) };
            }
        };
    })
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
