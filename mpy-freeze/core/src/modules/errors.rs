//! Errors at the tokens that they are about.

use quote::ToTokens;

/// An error at some tokens.
pub(super) fn error(at: impl ToTokens, message: impl std::fmt::Display) -> syn::Error {
    syn::Error::new_spanned(at, message)
}

/// Adds an error to those that there are.
pub(super) fn combine(errors: &mut Option<syn::Error>, error: syn::Error) {
    match errors {
        Some(all) => all.combine(error),
        None => *errors = Some(error),
    }
}
