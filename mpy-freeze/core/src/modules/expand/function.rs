//! `#[pyfunction]`: a Rust function, and the object by which Python calls it. Methods have such objects too.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemFn, Type};

use super::names::{qstr, static_name};
use super::{strip, types};
use crate::Context;
use crate::modules::attributes;
use crate::modules::{Function, Param, Receiver, Role, Signature};

/// Expands `pyfunction`.
pub fn expand(context: &Context, item: ItemFn) -> syn::Result<TokenStream> {
    let function = Function::read(&item)?;
    object(context, item, &function)
}

/// Expands `pymodule_init`: a function that MicroPython calls when it imports the module.
pub fn expand_init(context: &Context, item: ItemFn) -> syn::Result<TokenStream> {
    let mut function = Function::read(&item)?;
    if let Some(param) = function.signature.params.first() {
        return Err(syn::Error::new_spanned(
            &param.ident,
            "MicroPython calls it without arguments; only a `&Vm` can be a parameter",
        ));
    }
    function.name = "__init__".to_string();
    object(context, item, &function)
}

/// Returns the function, and beside it the object by which Python calls it.
fn object(context: &Context, mut item: ItemFn, function: &Function) -> syn::Result<TokenStream> {
    strip::remove(&mut item.attrs);
    let ident = &function.ident;
    let visibility = &item.vis;
    let name = static_name(context, &function.name, ident.span())?;
    let object = format_ident!("__mpy_function_{}", ident, span = Span::call_site());
    let callee = Callee::function(function);
    let (kind, value) = callee.object(context)?;
    Ok(quote! {
        #item
        #[doc(hidden)]
        #[allow(non_upper_case_globals, reason = "it has the function's name")]
        static #object: #kind = #value;
        #[doc(hidden)]
        #visibility mod #ident {
            pub const __MPY_NAME: ::mpy_freeze_rt::__private::Qstr = #name;
            // SAFETY: the function object is the one above, whose code reads the arguments that it asks for.
            pub const __MPY_OBJECT: ::mpy_freeze_rt::__private::StaticObject<::mpy_freeze_rt::__private::IsMember> =
                unsafe { ::mpy_freeze_rt::__private::StaticObject::new((&raw const super::#object).cast()) };
        }
    })
}

/// The way in which a Rust function's result is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An object.
    Returned,
    /// A new instance of the class.
    Constructed,
    /// An iterator's next value.
    Next,
}

/// A Rust function that Python calls, and how.
pub(crate) struct Callee<'a> {
    /// The function.
    pub(crate) function: &'a Function,
    /// The class that it belongs to.
    pub(crate) class: Option<&'a Type>,
    /// Set where MicroPython binds the function to an object.
    pub(crate) is_method: bool,
    /// Set where an operand of another type makes the operation "not implemented".
    pub(crate) is_operator: bool,
    /// The conversion of the function's result.
    pub(crate) outcome: Outcome,
}

impl<'a> Callee<'a> {
    /// A function of a module.
    fn function(function: &'a Function) -> Self {
        Self {
            function,
            class: None,
            is_method: false,
            is_operator: false,
            outcome: Outcome::Returned,
        }
    }

    /// Returns the type and value of the function's object.
    pub(crate) fn object(&self, context: &Context) -> syn::Result<(TokenStream, TokenStream)> {
        let code = self.code()?;
        let constructor = if self.is_method {
            format_ident!("method")
        } else {
            format_ident!("new")
        };
        let signature = &self.function.signature;
        if let Some(count) = signature.fixed() {
            let kind = quote!(::mpy_freeze_rt::__private::Function);
            let value = quote!({ #code #kind::#constructor::<#count>(__mpy_code) });
            return Ok((kind, value));
        }
        let (n_names, signature) = signature_of(context, signature)?;
        let kind = quote!(::mpy_freeze_rt::__private::SignedFunction<#n_names>);
        let value = quote! {{
            #code
            static SIGNATURE: ::mpy_freeze_rt::__private::Signature<#n_names> = #signature;
            <#kind>::#constructor(__mpy_code, &SIGNATURE)
        }};
        Ok((kind, value))
    }

    /// The function that MicroPython calls: it converts the arguments, calls, and returns what Python gets.
    pub(crate) fn code(&self) -> syn::Result<TokenStream> {
        let conversions = Conversions::new(self)?;
        let Conversions {
            values,
            borrows,
            buffers,
            passed,
        } = &conversions;
        let ident = &self.function.ident;
        let callee = match self.class {
            Some(class) => quote!(<#class>::#ident),
            None => quote!(#ident),
        };
        let called = quote!(#callee(#(#passed),*));
        let (lend, give_back) = lending(buffers, self.output_span());
        let outcome = self.outcome();
        // Local names of the expansion and names of the user's don't meet.
        let here = Span::mixed_site();
        Ok(quote_spanned! {here=>
            unsafe extern "C" fn __mpy_code(
                args: *const ::core::ffi::c_void,
            ) -> ::mpy_freeze_rt::__private::RawReturn {
                let mut token = ();
                // SAFETY: MicroPython calls this with the arguments that the object or signature asks for.
                let call = unsafe { ::mpy_freeze_rt::__private::Call::new(args, &mut token) };
                call.finish((|| {
                    // A value's conversion can run Python, which may want the objects that are borrowed then.
                    #(#values)*
                    #(#borrows)*
                    #lend
                    let returned = #called;
                    #give_back
                    let returned = #outcome;
                    ::core::result::Result::Ok(returned)
                })())
            }
        })
    }

    /// Returns the span of the function's return type.
    fn output_span(&self) -> Span {
        match &self.function.output {
            Some(output) => output.span(),
            None => self.function.ident.span(),
        }
    }

    /// Converts the result for the shim. The result may borrow from the arguments. A type that can't be returned is
    /// reported at the return type.
    fn outcome(&self) -> TokenStream {
        let here = Span::mixed_site().located_at(self.output_span());
        match (self.outcome, self.class) {
            (Outcome::Constructed, Some(class)) => {
                quote_spanned!(here=> call.constructed::<#class>(returned))
            }
            (Outcome::Next, _) => quote_spanned!(here=> call.next(returned)),
            (Outcome::Returned | Outcome::Constructed, _) => {
                quote_spanned!(here=> call.returned(returned))
            }
        }
    }
}

/// Statements that lend buffers, and that give them back before what is returned becomes an object.
fn lending(buffers: &[TokenStream], output: Span) -> (TokenStream, TokenStream) {
    // A result that still holds a part of a buffer is an error at its type.
    let here = Span::mixed_site().located_at(output);
    if buffers.is_empty() {
        return (TokenStream::new(), TokenStream::new());
    }
    (
        quote_spanned!(here=> let lent = ::mpy_freeze_rt::__private::Lent::new([#(#buffers),*])?;),
        quote_spanned!(here=> ::core::mem::drop(lent);),
    )
}

/// The code that passes the arguments to the Rust function.
struct Conversions {
    /// Statements that convert.
    values: Vec<TokenStream>,
    /// Statements that borrow objects.
    borrows: Vec<TokenStream>,
    /// The buffers, which are looked at when all other arguments have been converted: a conversion can run Python.
    buffers: Vec<TokenStream>,
    /// The arguments passed, in the order of the parameters.
    passed: Vec<TokenStream>,
}

impl Conversions {
    fn new(callee: &Callee<'_>) -> syn::Result<Self> {
        let function = callee.function;
        let mut conversions = Self {
            values: Vec::new(),
            borrows: Vec::new(),
            buffers: Vec::new(),
            passed: Vec::new(),
        };
        if let Some(class) = callee.class {
            conversions.receiver(function.receiver, class);
        }
        for (number, param) in function.params.iter().enumerate() {
            let is_operand =
                callee.is_operator && !(number == 0 && function.receiver == Receiver::First);
            conversions.param(&function.signature, number, param, is_operand)?;
        }
        Ok(conversions)
    }

    /// Borrows the object whose method is called.
    fn receiver(&mut self, receiver: Receiver, class: &Type) {
        let here = Span::mixed_site();
        match receiver {
            Receiver::Shared => {
                self.borrows
                    .push(quote_spanned!(here=> let receiver = call.borrow::<#class>(0)?;));
                self.passed.push(quote_spanned!(here=> &receiver));
            }
            Receiver::Mutable => {
                self.borrows
                    .push(quote_spanned!(here=> let mut receiver = call.borrow_mut::<#class>(0)?;));
                self.passed.push(quote_spanned!(here=> &mut receiver));
            }
            Receiver::None | Receiver::First => {}
        }
    }

    fn param(
        &mut self,
        signature: &Signature,
        number: usize,
        param: &Param,
        is_operand: bool,
    ) -> syn::Result<()> {
        let here = Span::mixed_site().located_at(param.ty.span());
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
                    // The type stands here so that a default of another is an error where the default is.
                    Some(default) => {
                        let ty = types::without_lifetimes(&param.ty);
                        let typed = quote_spanned!(here=> call.arg_or::<#ty>(#index, || #default)?);
                        self.values
                            .push(quote_spanned!(here=> let #local = #typed;));
                        self.passed.push(quote_spanned!(here=> #local));
                        return Ok(());
                    }
                    None if is_operand => quote_spanned!(here=> call.operand(call.arg(#index))?),
                    None => quote_spanned!(here=> call.arg(#index)?),
                };
                self.values
                    .push(quote_spanned!(here=> let #local = #value;));
                self.passed.push(quote_spanned!(here=> #local));
            }
            Role::Reference { .. } => {
                if let Some(default) = default {
                    return Err(syn::Error::new_spanned(
                        default,
                        "a reference can't have a default: take an `Option` of a value",
                    ));
                }
                self.reference(&local, index, &param.ty, is_operand);
            }
            Role::Buffer { mutable } => {
                if let Some(default) = default {
                    return Err(syn::Error::new_spanned(
                        default,
                        "a buffer can't have a default: take an `Option<&[u8]>`, whose default is `None`",
                    ));
                }
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

    fn reference(&mut self, local: &Ident, index: usize, ty: &Type, is_operand: bool) {
        let Type::Reference(reference) = ty else {
            return;
        };
        let here = Span::mixed_site().located_at(ty.span());
        let inner = types::without_lifetimes(&reference.elem);
        let is_mutable = reference.mutability.is_some();
        let (binding, borrow, pass) = if is_mutable {
            (
                quote_spanned!(here=> mut #local),
                quote_spanned!(here=> call.borrow_mut::<#inner>(#index)),
                quote_spanned!(here=> &mut #local),
            )
        } else {
            (
                quote_spanned!(here=> #local),
                quote_spanned!(here=> call.borrow::<#inner>(#index)),
                quote_spanned!(here=> &#local),
            )
        };
        let borrow = if is_operand {
            quote_spanned!(here=> call.operand(#borrow)?)
        } else {
            quote_spanned!(here=> #borrow?)
        };
        self.borrows
            .push(quote_spanned!(here=> let #binding = #borrow;));
        self.passed.push(pass);
    }
}

/// A signature as the shim reads it, and how many names it has.
fn signature_of(context: &Context, signature: &Signature) -> syn::Result<(usize, TokenStream)> {
    let mut names = Vec::new();
    let mut required: u32 = 0;
    for (index, param) in signature.params.iter().enumerate() {
        let name = attributes::python_name(&param.ident);
        names.push(qstr(context, &name, param.ident.span())?);
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
