//! Types as the user wrote them, made fit for another place.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Lifetime;

/// A type whose lifetimes are left to the compiler: those of a function's are unknown outside of it.
pub(crate) fn without_lifetimes(ty: &impl ToTokens) -> TokenStream {
    let anonymous = Lifetime::new("'_", Span::call_site()).to_token_stream();
    let mut out = TokenStream::new();
    let mut tokens = ty.to_token_stream().into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                let name = tokens.next();
                let is_static = matches!(&name, Some(TokenTree::Ident(name)) if name == "static");
                if is_static {
                    out.extend([TokenTree::Punct(punct)]);
                    out.extend(name);
                } else {
                    out.extend(anonymous.clone());
                }
            }
            TokenTree::Group(group) => {
                let inner = without_lifetimes(&group.stream());
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// Tokens with the class in the place of `Self`, which functions inside of others don't know.
pub(crate) fn without_self(tokens: TokenStream, class: &impl ToTokens) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if is_self(&ident) => quote!(#class),
        TokenTree::Group(group) => {
            let inner = without_self(group.stream(), class);
            let mut replaced = Group::new(group.delimiter(), inner);
            replaced.set_span(group.span());
            TokenTree::Group(replaced).into()
        }
        other => other.into(),
    });
    replaced.collect()
}

fn is_self(ident: &Ident) -> bool {
    ident == "Self"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_and_self_are_replaced() {
        let ty = quote!(Option<&'a Obj<'static, Self>>);
        let text = without_lifetimes(&ty).to_string();
        assert_eq!(text, quote!(Option<&'_ Obj<'static, Self>>).to_string());
        let text = without_self(ty, &quote!(Led)).to_string();
        assert_eq!(text, quote!(Option<&'a Obj<'static, Led>>).to_string());
    }
}
