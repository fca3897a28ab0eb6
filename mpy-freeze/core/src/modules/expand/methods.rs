//! `#[pymethods]`: the functions of a Rust `impl`, and the tables of the class that they make.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ItemImpl, Type};

use super::function::{Callee, Outcome};
use super::names::static_name;
use super::{class_tables, strip, types};
use crate::Context;
use crate::modules::{Function, Kind, MemberValue, Method, Methods, Property};

/// Expands the attribute. Where it fails, the type is a class nevertheless, so that what is wrong is said once.
pub fn expand(context: &Context, item: ItemImpl) -> syn::Result<TokenStream> {
    let stand_in = item.clone();
    expand_all(context, item).or_else(|error| {
        let class = &stand_in.self_ty;
        if stand_in.trait_.is_some() || !stand_in.generics.params.is_empty() {
            return Err(error);
        }
        let item = strip::removed(stand_in.to_token_stream());
        let error = error.into_compile_error();
        Ok(quote! {
            #item
            #error
            // SAFETY: nothing is compiled beside an error.
            unsafe impl ::mpy_freeze_rt::PyClass for #class {
                const TYPE: *const () = ::core::ptr::null();
                const HAS: u16 = 0;
            }
        })
    })
}

fn expand_all(context: &Context, mut item: ItemImpl) -> syn::Result<TokenStream> {
    // The functions that Python calls stand inside of others, which don't know `Self`.
    let ty = &item.self_ty;
    let named: ItemImpl = syn::parse2(types::without_self(item.to_token_stream(), ty))?;
    let methods = Methods::read(&named)?;
    let tables = class_tables::class(context, &methods)?;
    let items = Items {
        context,
        class: &methods.ty,
    };
    let members = items.members(&methods)?;
    let constructor = items.constructor(&methods)?;
    let properties = methods
        .properties
        .iter()
        .map(|property| items.property(property))
        .collect::<syn::Result<Vec<_>>>()?;
    let del = items.del();
    let class = &methods.ty;
    item.items.iter_mut().for_each(strip::remove_from_member);
    Ok(quote! {
        #item
        #[doc(hidden)]
        #[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic, reason = "the class's tables read it")]
        impl #class {
            #(#members)*
            const __MPY_NEW: *const () = #constructor;
            const __MPY_DEL: *const () = #del;
            const __MPY_PROPERTIES: &'static [::mpy_freeze_rt::__private::Property] = &[#(#properties),*];
        }
        #tables
    })
}

/// The constants that the tables are made of.
struct Items<'a> {
    context: &'a Context,
    class: &'a Type,
}

impl Items<'_> {
    fn members(&self, methods: &Methods) -> syn::Result<Vec<TokenStream>> {
        let mut members = Vec::new();
        for (number, member) in methods.members.iter().enumerate() {
            let MemberValue::Method(method) = &member.value else {
                continue;
            };
            let conditions = &member.conditions;
            let name = class_tables::member_ident(number);
            let object = self.object(method)?;
            members.push(quote!(#(#conditions)* const #name: *const () = #object;));
        }
        Ok(members)
    }

    /// The address of a method's object.
    fn object(&self, method: &Method) -> syn::Result<TokenStream> {
        let dunder = method.dunder;
        let is_next = dunder.is_some_and(|dunder| dunder.name == "__next__");
        let callee = Callee {
            is_method: method.kind == Kind::Instance,
            is_operator: dunder.is_some_and(|dunder| dunder.operator),
            outcome: if is_next {
                Outcome::Next
            } else {
                Outcome::Returned
            },
            ..self.callee(&method.function)
        };
        let (kind, value) = callee.object(self.context)?;
        Ok(quote!({
            static OBJECT: #kind = #value;
            (&raw const OBJECT).cast()
        }))
    }

    fn callee<'a>(&'a self, function: &'a Function) -> Callee<'a> {
        Callee {
            function,
            class: Some(self.class),
            is_method: false,
            is_operator: false,
            outcome: Outcome::Returned,
        }
    }

    fn constructor(&self, methods: &Methods) -> syn::Result<TokenStream> {
        let Some(method) = &methods.constructor else {
            return Ok(quote!(::core::ptr::null()));
        };
        let callee = Callee {
            outcome: Outcome::Constructed,
            ..self.callee(&method.function)
        };
        let (kind, value) = callee.object(self.context)?;
        Ok(quote!({
            static OBJECT: #kind = #value;
            (&raw const OBJECT).cast()
        }))
    }

    fn property(&self, property: &Property) -> syn::Result<TokenStream> {
        let either = property.get.as_ref().or(property.set.as_ref());
        let at = either.map_or_else(Span::call_site, |function| function.ident.span());
        let name = static_name(self.context, &property.name, at)?;
        let code = |function: &Option<Function>| match function {
            None => Ok(quote!(::core::option::Option::None)),
            Some(function) => {
                let code = self.callee(function).code()?;
                Ok::<_, syn::Error>(quote!(::core::option::Option::Some({ #code __mpy_code })))
            }
        };
        let (get, set) = (code(&property.get)?, code(&property.set)?);
        // SAFETY: a getter takes the object and a setter the value with it, which reading the methods has seen to.
        Ok(quote!(unsafe { ::mpy_freeze_rt::__private::Property::new(#name, #get, #set) }))
    }

    /// The function that the collector calls where the type has something to drop.
    fn del(&self) -> TokenStream {
        let class = self.class;
        let here = Span::mixed_site();
        quote_spanned! {here=> {
            unsafe extern "C" fn __mpy_code(
                args: *const ::core::ffi::c_void,
            ) -> ::mpy_freeze_rt::__private::RawReturn {
                let mut token = ();
                // SAFETY: MicroPython calls this with the one argument that the object below asks for.
                let call = unsafe { ::mpy_freeze_rt::__private::Call::new(args, &mut token) };
                call.finish(call.finalise::<#class>())
            }
            static OBJECT: ::mpy_freeze_rt::__private::Function =
                ::mpy_freeze_rt::__private::Function::method::<1>(__mpy_code);
            (&raw const OBJECT).cast()
        }}
    }
}
