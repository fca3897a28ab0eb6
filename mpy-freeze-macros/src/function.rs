//! `#[pyfunction]`: a Rust function, and the object by which Python calls it.

use mpy_freeze::Context;
use mpy_freeze::modules::{self, Function, Param, Role, Signature};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemFn, Type};

use crate::attributes;

/// Expands the attribute.
pub(crate) fn expand(context: &Context, mut item: ItemFn) -> syn::Result<TokenStream> {
    let function = Function::read(&item)?;
    attributes::remove(&mut item.attrs);
    let ident = &function.ident;
    let visibility = &item.vis;
    let name = modules::qstr(context, &function.name, ident.span())?;
    let object = format_ident!("__mpy_function_{}", ident, span = Span::call_site());
    let call = quote!(#ident);
    let (kind, value) = object_of(context, &function, &call, None)?;
    Ok(quote! {
        #item
        #[doc(hidden)]
        #[allow(non_upper_case_globals, reason = "it has the function's name")]
        static #object: #kind = #value;
        #[doc(hidden)]
        #visibility mod #ident {
            pub const __MPY_NAME: u16 = #name;
            pub const __MPY_OBJECT: *const () = (&raw const super::#object).cast();
        }
    })
}

/// The type and value of a function's object. `call` is the Rust function; `receiver` converts what comes before its
/// arguments.
pub(crate) fn object_of(
    context: &Context,
    function: &Function,
    call: &TokenStream,
    receiver: Option<&TokenStream>,
) -> syn::Result<(TokenStream, TokenStream)> {
    let code = code(function, call, receiver)?;
    let signature = &function.signature;
    if let Some(count) = signature.fixed() {
        let kind = quote!(::mpy_freeze_rt::__private::Function);
        let value = quote!({ #code #kind::new::<#count>(__mpy_code) });
        return Ok((kind, value));
    }
    let (n_names, signature) = signature_of(context, signature)?;
    let kind = quote!(::mpy_freeze_rt::__private::SignedFunction<#n_names>);
    let value = quote! {{
        #code
        static SIGNATURE: ::mpy_freeze_rt::__private::Signature<#n_names> = #signature;
        <#kind>::new(__mpy_code, &SIGNATURE)
    }};
    Ok((kind, value))
}

/// The function that MicroPython calls: it converts the arguments, calls, and returns what Python gets.
fn code(
    function: &Function,
    call: &TokenStream,
    receiver: Option<&TokenStream>,
) -> syn::Result<TokenStream> {
    // Local names of the expansion and names of the user's don't meet.
    let here = Span::mixed_site();
    let conversions = Conversions::new(function)?;
    let Conversions {
        values,
        buffers,
        passed,
    } = &conversions;
    let lent = if buffers.is_empty() {
        quote_spanned!(here=> ::core::result::Result::Ok(#call(#(#passed),*)))
    } else {
        quote_spanned! {here=>
            let lent = ::mpy_freeze_rt::__private::Lent::new([#(#buffers),*])?;
            // What is returned is made into an object after the buffers are given back.
            let returned = #call(#(#passed),*);
            ::core::mem::drop(lent);
            ::core::result::Result::Ok(returned)
        }
    };
    Ok(quote_spanned! {here=>
        unsafe extern "C" fn __mpy_code(
            args: *const ::core::ffi::c_void,
        ) -> ::mpy_freeze_rt::__private::Return {
            let mut token = ();
            // SAFETY: MicroPython calls this with the arguments that the object or signature asks for.
            let call = unsafe { ::mpy_freeze_rt::__private::Call::new(args, &mut token) };
            ::mpy_freeze_rt::__private::finish((|| {
                #receiver
                #(#values)*
                #lent
            })())
        }
    })
}

/// How the arguments reach the Rust function.
struct Conversions {
    /// Statements that convert.
    values: Vec<TokenStream>,
    /// The buffers, which are looked at when all other arguments have been converted: a conversion can run Python.
    buffers: Vec<TokenStream>,
    /// What is passed, in the order of the parameters.
    passed: Vec<TokenStream>,
}

impl Conversions {
    fn new(function: &Function) -> syn::Result<Self> {
        let mut conversions = Self {
            values: Vec::new(),
            buffers: Vec::new(),
            passed: Vec::new(),
        };
        for (number, param) in function.params.iter().enumerate() {
            conversions.param(&function.signature, number, param)?;
        }
        Ok(conversions)
    }

    fn param(&mut self, signature: &Signature, number: usize, param: &Param) -> syn::Result<()> {
        let here = Span::mixed_site();
        let local = format_ident!("argument_{number}", span = here);
        let index = signature.position(&param.ident).unwrap_or_default();
        let default = signature
            .params
            .get(index)
            .and_then(|named| named.default.as_ref());
        match param.role {
            Role::Vm => self.passed.push(quote_spanned!(here=> call.vm())),
            Role::Value => {
                let value = match default {
                    None => quote_spanned!(here=> call.arg(#index)?),
                    Some(default) => quote_spanned!(here=> call.arg_or(#index, || #default)?),
                };
                self.values
                    .push(quote_spanned!(here=> let #local = #value;));
                self.passed.push(quote_spanned!(here=> #local));
            }
            Role::Reference { mutable } => {
                if let Some(default) = default {
                    return Err(syn::Error::new_spanned(
                        default,
                        "a reference can't have a default: take an `Option` of a value",
                    ));
                }
                self.reference(&local, index, &param.ty, mutable);
            }
            Role::Buffer { mutable } => {
                let number = self.buffers.len();
                self.buffers
                    .push(quote_spanned!(here=> call.buffer(#index, #mutable)?));
                self.passed.push(if mutable {
                    // SAFETY: each buffer is taken once.
                    quote_spanned!(here=> unsafe { lent.slice_mut(#number) })
                } else {
                    quote_spanned!(here=> lent.slice(#number))
                });
            }
        }
        Ok(())
    }

    fn reference(&mut self, local: &Ident, index: usize, ty: &Type, mutable: bool) {
        let Type::Reference(reference) = ty else {
            return;
        };
        let here = Span::mixed_site();
        let inner = &reference.elem;
        if mutable {
            self.values
                .push(quote_spanned!(here=> let mut #local = call.borrow_mut::<#inner>(#index)?;));
            self.passed.push(quote_spanned!(here=> &mut #local));
        } else {
            self.values
                .push(quote_spanned!(here=> let #local = call.borrow::<#inner>(#index)?;));
            self.passed.push(quote_spanned!(here=> &#local));
        }
    }
}

/// A signature as the shim reads it, and how many names it has.
fn signature_of(context: &Context, signature: &Signature) -> syn::Result<(usize, TokenStream)> {
    let mut names = Vec::new();
    let mut required: u32 = 0;
    for (index, param) in signature.params.iter().enumerate() {
        let name = modules::python_name(&param.ident);
        names.push(modules::qstr(context, &name, param.ident.span())?);
        if param.default.is_none() {
            required |= 1 << index;
        }
    }
    let flags = u8::from(signature.args.is_some()) | u8::from(signature.kwargs.is_some()) << 1;
    let n_params = names.len();
    let [count, n_positional, n_positional_only] = [
        n_params,
        signature.n_positional,
        signature.n_positional_only,
    ]
    .map(proc_macro2::Literal::usize_unsuffixed);
    let tokens = quote! {
        ::mpy_freeze_rt::__private::Signature {
            required: #required,
            flags: #flags,
            n_params: #count,
            n_positional: #n_positional,
            n_positional_only: #n_positional_only,
            names: [#(#names),*],
        }
    };
    Ok((n_params, tokens))
}
