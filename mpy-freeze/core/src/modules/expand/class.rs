//! `#[pyclass]`: a Rust struct, and what its class knows of its fields.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Fields, ItemStruct, Path};

use super::names::{no_name, static_name};
use super::strip;
use crate::Context;
use crate::modules::{Class, ClassOptions, Field};

/// Expands the attribute. Where it fails, the type has what its methods' tables need, so that what is wrong is said
/// once.
pub fn expand(
    context: &Context,
    options: syn::Result<ClassOptions>,
    item: ItemStruct,
) -> syn::Result<TokenStream> {
    let stand_in = item.clone();
    let expanded = options.and_then(|options| expand_all(context, &options, item));
    expanded.or_else(|error| {
        if !stand_in.generics.params.is_empty() {
            return Err(error);
        }
        let item = strip::removed(stand_in.to_token_stream());
        let parts = parts(
            &stand_in.ident,
            &no_name(),
            &quote!(::mpy_freeze_rt::__private::Base::NONE),
            &[],
        );
        let error = error.into_compile_error();
        Ok(quote!(#item #parts #error))
    })
}

fn expand_all(
    context: &Context,
    options: &ClassOptions,
    mut item: ItemStruct,
) -> syn::Result<TokenStream> {
    let class = Class::read(&item)?;
    let name = static_name(context, &class.name, class.ident.span())?;
    strip::remove(&mut item.attrs);
    for field in item.fields.iter_mut() {
        strip::remove(&mut field.attrs);
    }
    // The base's value must lie where an object of the base has it.
    let layout = options.extends.as_ref().map(|_| quote!(#[repr(C)]));
    let base = match &options.extends {
        Some(base) => derived(&item, base)?,
        None => quote!(::mpy_freeze_rt::__private::Base::NONE),
    };
    let fields = class
        .fields
        .iter()
        .map(|field| property(context, &class, field))
        .collect::<syn::Result<Vec<_>>>()?;
    let parts = parts(&class.ident, &name, &base, &fields);
    Ok(quote! {
        #layout
        #item
        #parts
    })
}

/// Returns the parts that the class's tables, modules and functions ask of the type.
fn parts(
    ident: &Ident,
    name: &TokenStream,
    base: &TokenStream,
    fields: &[TokenStream],
) -> TokenStream {
    // A class without methods is an error at its name.
    let here = Span::mixed_site().located_at(ident.span());
    let instance = quote_spanned!(here=> ::mpy_freeze_rt::__private::new_instance::<#ident>);
    // SAFETY: the type object of the class is one of MicroPython's.
    let object = quote_spanned! {here=>
        unsafe { ::mpy_freeze_rt::__private::StaticObject::new(<#ident as ::mpy_freeze_rt::PyClass>::TYPE) }
    };
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic, reason = "the class's tables read it")]
        impl #ident {
            pub const __MPY_NAME: ::mpy_freeze_rt::__private::Qstr = #name;
            pub const __MPY_OBJECT: ::mpy_freeze_rt::__private::StaticObject<::mpy_freeze_rt::__private::IsMember> =
                #object;
            pub const __MPY_BASE: ::mpy_freeze_rt::__private::Base<Self> = #base;
            pub const __MPY_FIELDS: &'static [::mpy_freeze_rt::__private::Property] = &[#(#fields),*];
        }
        impl ::mpy_freeze_rt::IntoPy for #ident {
            fn into_py(
                self,
                vm: &::mpy_freeze_rt::Vm,
            ) -> ::core::result::Result<::mpy_freeze_rt::Obj<'_>, ::mpy_freeze_rt::Exception<'_>> {
                #instance(self, vm)
            }
        }
    }
}

/// The base of a derived class, whose value is its first field.
fn derived(item: &ItemStruct, base: &Path) -> syn::Result<TokenStream> {
    let ident = &item.ident;
    let first = match &item.fields {
        Fields::Named(fields) => fields.named.first().map(|field| {
            let ident = &field.ident;
            (quote!(#ident), &field.ty)
        }),
        Fields::Unnamed(fields) => fields.unnamed.first().map(|field| (quote!(0), &field.ty)),
        Fields::Unit => None,
    };
    let Some((first, first_type)) = first else {
        return Err(syn::Error::new_spanned(
            base,
            "the first field of a derived class is the value of its base",
        ));
    };
    let here = Span::mixed_site().located_at(first_type.span());
    // SAFETY: the offset is that of the field.
    Ok(quote_spanned! {here=>
        unsafe {
            ::mpy_freeze_rt::__private::Base::<#ident>::new::<#base, #first_type>(::core::mem::offset_of!(#ident, #first))
        }
    })
}

/// A field as an attribute of the class.
fn property(context: &Context, class: &Class, field: &Field) -> syn::Result<TokenStream> {
    let name = static_name(context, &field.name, field.ident.span())?;
    let get = field.get.then(|| getter(class, field));
    let set = field.set.then(|| setter(class, field));
    let [get, set] = [get, set].map(|code| match code {
        Some(code) => quote!(::core::option::Option::Some({ #code __mpy_code })),
        None => quote!(::core::option::Option::None),
    });
    // SAFETY: the functions read the object and the value, and check their types.
    Ok(quote!(unsafe { ::mpy_freeze_rt::__private::Property::new(#name, #get, #set) }))
}

fn getter(class: &Class, field: &Field) -> TokenStream {
    let here = Span::mixed_site().located_at(field.ty.span());
    let (class, field) = (&class.ident, &field.ident);
    accessor(&quote_spanned! {here=>
        let receiver = call.borrow::<#class>(0)?;
        let returned = call.returned(&receiver.#field);
        ::core::result::Result::Ok(returned)
    })
}

fn setter(class: &Class, field: &Field) -> TokenStream {
    let here = Span::mixed_site().located_at(field.ty.span());
    let (class, field) = (&class.ident, &field.ident);
    accessor(&quote_spanned! {here=>
        let value = call.arg(1)?;
        let mut receiver = call.borrow_mut::<#class>(0)?;
        receiver.#field = value;
        ::core::result::Result::Ok(call.returned(()))
    })
}

fn accessor(body: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    quote_spanned! {here=>
        unsafe extern "C" fn __mpy_code(
            args: *const ::core::ffi::c_void,
        ) -> ::mpy_freeze_rt::__private::RawReturn {
            let mut token = ();
            // SAFETY: the shim calls this with the object, and with the value where one is set.
            let call = unsafe { ::mpy_freeze_rt::__private::Call::new(args, &mut token) };
            call.finish((|| { #body })())
        }
    }
}
