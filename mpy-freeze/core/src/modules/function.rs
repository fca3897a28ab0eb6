//! A Rust function that Python calls.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, FnArg, GenericParam, Ident, ItemFn, Pat, ReturnType, Safety, Type};

use super::attributes::{docs, python_name};
use super::errors::error;
use super::signature::{MAX_PARAMS, Options, Signature};

/// A function as its attributes and parameters describe it.
#[derive(Clone)]
pub struct Function {
    /// Its name in Rust.
    pub ident: Ident,
    /// Its name in Python.
    pub name: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// The receiver, which comes before the arguments.
    pub receiver: Receiver,
    /// The parameters of the Rust function, in order.
    pub params: Vec<Param>,
    /// The signature that Python sees.
    pub signature: Signature,
    /// The return type, if there is one.
    pub output: Option<Type>,
}

/// The receiver that a method gets before its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// Nothing.
    None,
    /// `&self`.
    Shared,
    /// `&mut self`.
    Mutable,
    /// The first parameter: the class, or the object as Python has it.
    First,
}

/// A parameter of the Rust function.
#[derive(Clone)]
pub struct Param {
    /// Its name.
    pub ident: Ident,
    /// Its type.
    pub ty: Type,
    /// The source of the parameter's value.
    pub role: Role,
}

/// The source of a parameter's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The VM, which Python doesn't pass.
    Vm,
    /// An argument that is converted.
    Value,
    /// The bytes of an argument in place, `&[u8]` or `&mut [u8]`.
    Buffer {
        /// Set where Rust writes to the items.
        mutable: bool,
    },
    /// An object of which Rust wants a reference: `&Obj`, or a class of Rust's.
    Reference {
        /// Set where the reference is `&mut`.
        mutable: bool,
    },
}

impl Function {
    /// Reads a function that has the attribute `pyfunction`.
    ///
    /// # Errors
    ///
    /// For what Python can't call, at its place.
    pub fn read(item: &ItemFn) -> syn::Result<Self> {
        if let Some(FnArg::Receiver(receiver)) = item.sig.inputs.first() {
            let method = "a function has no `self`; methods stand in an `impl` with `#[pymethods]`";
            return Err(error(receiver, method));
        }
        Self::of(&item.attrs, &item.sig, Receiver::None)
    }

    /// Reads a function or method by its attributes and signature.
    pub(super) fn of(
        attributes: &[Attribute],
        signature: &syn::Signature,
        receiver: Receiver,
    ) -> syn::Result<Self> {
        check(signature)?;
        let options = Options::read(attributes)?;
        if let Some(flag) = options.flags.first() {
            return Err(error(flag, "this is an option of a field"));
        }
        if let Some(base) = &options.base {
            return Err(error(base, "this is an option of an exception"));
        }
        let params = params(signature.inputs.iter())?;
        let (first, rest) = match receiver {
            Receiver::First => params.split_at(1.min(params.len())),
            Receiver::None | Receiver::Shared | Receiver::Mutable => params.split_at(0),
        };
        let called = matched(options.signature, rest)?;
        let called = match receiver {
            Receiver::None => called,
            Receiver::Shared | Receiver::Mutable => {
                called.with_receiver(Ident::new("self", Span::call_site()))
            }
            Receiver::First => match first.first() {
                Some(param) => called.with_receiver(param.ident.clone()),
                None => called,
            },
        };
        if called.params.len() > MAX_PARAMS {
            let too_many = format!("a function has at most {MAX_PARAMS} named parameters");
            return Err(error(&signature.inputs, too_many));
        }
        Ok(Self {
            ident: signature.ident.clone(),
            name: options
                .name
                .as_ref()
                .map_or_else(|| python_name(&signature.ident), syn::LitStr::value),
            docs: docs(attributes),
            receiver,
            signature: called,
            params,
            output: match &signature.output {
                ReturnType::Default => None,
                ReturnType::Type(_, ty) => Some((**ty).clone()),
            },
        })
    }

    /// The names that Python has to know for it.
    pub fn names(&self) -> Vec<String> {
        let keywords = self.signature.params.iter();
        let keywords = keywords.skip(self.signature.n_positional_only);
        std::iter::once(self.name.clone())
            .chain(self.signature_names())
            .chain(keywords.map(|param| python_name(&param.ident)))
            .collect()
    }

    /// The names in messages about arguments that are missing.
    fn signature_names(&self) -> Vec<String> {
        if self.signature.fixed().is_some() {
            return Vec::new();
        }
        let params = self.signature.params.iter();
        params.map(|param| python_name(&param.ident)).collect()
    }
}

/// Refuses what Python can't call.
fn check(signature: &syn::Signature) -> syn::Result<()> {
    if let Some(token) = &signature.asyncness {
        return Err(error(token, "Python can't await a Rust function"));
    }
    if let Some(token) = &signature.abi {
        return Err(error(token, "a function for Python has Rust's own ABI"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        return Err(error(
            token,
            "Python can call any function at any time, so none is unsafe",
        ));
    }
    let mut params = signature.generics.params.iter();
    match params.find(|param| !matches!(param, GenericParam::Lifetime(_))) {
        None => Ok(()),
        Some(param) => Err(error(
            param,
            "Python calls one function, so it has no parameters but lifetimes",
        )),
    }
}

/// The parameters of a Rust function, the receiver left out.
pub(super) fn params<'a>(inputs: impl Iterator<Item = &'a FnArg>) -> syn::Result<Vec<Param>> {
    inputs
        .filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(typed) => Some(typed),
        })
        .map(|typed| {
            let Pat::Ident(pattern) = &*typed.pat else {
                return Err(error(&typed.pat, "a parameter for Python has a plain name"));
            };
            check_type(&typed.ty)?;
            Ok(Param {
                ident: pattern.ident.clone(),
                ty: (*typed.ty).clone(),
                role: role(&typed.ty),
            })
        })
        .collect()
}

/// Refuses types that no argument has, where they can be told from what is written.
fn check_type(ty: &Type) -> syn::Result<()> {
    if let Some(lifetime) = static_lifetime(ty.to_token_stream()) {
        return Err(error(
            lifetime,
            "what Python passes is lent for the call: leave the lifetime out, and keep an object in a `Root`",
        ));
    }
    match ty {
        Type::ImplTrait(_) => Err(error(
            ty,
            "Python's argument is converted to one type, which is named here",
        )),
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) if !may_be_bytes(&slice.elem) => Err(error(
                &slice.elem,
                "a buffer has bytes: take `&[u8]` or `&mut [u8]`, or an array for the items of a tuple or list",
            )),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The lifetime `'static` in a type.
fn static_lifetime(tokens: TokenStream) -> Option<TokenStream> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Group(group) => {
                if let Some(found) = static_lifetime(group.stream()) {
                    return Some(found);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if let Some(TokenTree::Ident(name)) = tokens.peek()
                    && name == "static"
                {
                    return Some(TokenStream::from_iter([token, name.clone().into()]));
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns true if the items of a slice may be `u8`, under this name or another.
fn may_be_bytes(ty: &Type) -> bool {
    const OTHERS: [&str; 17] = [
        "bool", "char", "str", "i8", "i16", "u16", "i32", "u32", "i64", "u64", "i128", "u128",
        "isize", "usize", "f32", "f64", "Obj",
    ];
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| !OTHERS.iter().any(|other| last.ident == other))
}

/// Returns the source of a parameter's value, as its type tells it.
fn role(ty: &Type) -> Role {
    let Type::Reference(reference) = ty else {
        return Role::Value;
    };
    let mutable = reference.mutability.is_some();
    match &*reference.elem {
        Type::Path(path) => {
            let last = path.path.segments.last();
            let name = last.map(|segment| segment.ident.to_string());
            match name.as_deref() {
                Some("Vm") => Role::Vm,
                Some("str") => Role::Value,
                _ => Role::Reference { mutable },
            }
        }
        Type::Slice(_) => Role::Buffer { mutable },
        _ => Role::Value,
    }
}

/// The signature that was written, or the one that a function without has; both name the same parameters.
pub(super) fn matched(written: Option<Signature>, params: &[Param]) -> syn::Result<Signature> {
    let passed = || params.iter().filter(|param| param.role != Role::Vm);
    let Some(signature) = written else {
        return Ok(Signature::positional(
            passed().map(|param| param.ident.clone()),
        ));
    };
    for param in passed() {
        if signature.position(&param.ident).is_none() {
            return Err(error(
                &param.ident,
                format!("`{}` isn't in the signature", param.ident),
            ));
        }
    }
    let named = signature.params.iter().map(|param| &param.ident);
    for ident in named.chain(&signature.args).chain(&signature.kwargs) {
        if !passed().any(|param| param.ident == *ident) {
            return Err(error(
                ident,
                format!("the function has no parameter `{ident}`"),
            ));
        }
    }
    Ok(signature)
}
