//! `#[pyexception]`: a Rust struct that is a class of exceptions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemStruct;

use super::names::{qstr, static_name};
use super::strip;
use crate::Context;
use crate::modules::ExceptionClass;
use crate::tables as rom;

/// Expands the attribute.
pub fn expand(context: &Context, mut item: ItemStruct) -> syn::Result<TokenStream> {
    let class = ExceptionClass::read(&item)?;
    strip::remove(&mut item.attrs);
    let tables = tables(context, &class)?;
    Ok(quote! {
        #item
        #tables
    })
}

/// The items that make a struct a class of exceptions. They stand beside it.
///
/// # Errors
///
/// For a name that has no number.
fn tables(context: &Context, class: &ExceptionClass) -> syn::Result<TokenStream> {
    let ExceptionClass {
        ident,
        name,
        docs: _,
        base,
    } = class;
    let support = rom::common(context);
    let number = qstr(context, name, ident.span())?;
    let name = static_name(context, name, ident.span())?;
    let base = base.as_ref().map_or_else(
        || quote!(::mpy_freeze_rt::ErrorType::EXCEPTION),
        |base| quote!(#base),
    );
    let allow = rom::allow();
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
