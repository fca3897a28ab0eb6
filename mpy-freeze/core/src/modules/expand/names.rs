//! The numbers of names, as the build script has given them.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::Context;

/// The number of a name, or the error at the place where the name is.
///
/// # Errors
///
/// For a name that the build script hasn't found.
pub(super) fn qstr(context: &Context, name: &str, at: Span) -> syn::Result<u16> {
    context.qstr_number(name).ok_or_else(|| {
        syn::Error::new(
            at,
            format!(
                "the build script hasn't found the name `{name}` in the crate's sources. It looks into the files below \
                 src, tests, examples and benches; where a macro writes the item, add to build.rs \
                 `.python_name(\"{name}\")` after `Build::new()`"
            ),
        )
    })
}

/// The name as an expression, or the error at the place where the name is.
///
/// # Errors
///
/// The errors of [`qstr`].
pub(super) fn static_name(context: &Context, name: &str, at: Span) -> syn::Result<TokenStream> {
    qstr(context, name, at).map(static_qstr)
}

/// A name for what isn't compiled, because there is an error beside it.
pub(super) fn no_name() -> TokenStream {
    static_qstr(0)
}

pub(super) fn static_qstr(number: u16) -> TokenStream {
    // SAFETY: the build script has put the name into the firmware under this number.
    quote!(unsafe { ::mpy_freeze_rt::__private::Qstr::new(#number) })
}
