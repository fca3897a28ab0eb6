//! The macros: arguments and items in, items or errors out.

use std::path::Path;

use mpy_freeze_core::frozen::{self, Freeze};
use mpy_freeze_core::modules::expand as modules;
use mpy_freeze_core::{Context, Problem};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::args::{Args, Input};
use crate::environment::Environment;

/// Expands `freeze!`.
pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let args: Args = syn::parse2(input)?;
    let environment = Environment::read();
    let base = &environment.manifest_dir;
    let placed = |error: mpy_freeze_core::Error| place(&error, base, &args.inputs);
    let context = environment.context().map_err(placed)?;
    let out_dir = environment.out_dir.as_deref().unwrap_or(base);
    let mut freeze = Freeze::new(&context, base);
    freeze
        .optimisation(args.opt)
        .cache(&out_dir.join("mpy-freeze").join("mpy"));
    for module in &args.modules {
        freeze.module(from_inside(module));
    }
    for input in &args.inputs {
        if input.manifest {
            freeze.manifest(&input.path);
        } else {
            freeze.input(&input.path);
        }
    }
    let frozen = freeze.run().map_err(|error| {
        let recorded = frozen::record_failure(&error, out_dir);
        placed(recorded.err().unwrap_or(error))
    })?;
    frozen.record_inputs(&context, out_dir).map_err(placed)?;
    Ok(frozen.tokens)
}

/// The path of a module as the emitted items see it, which stand in a `mod` of their own.
fn from_inside(path: &syn::Path) -> TokenStream {
    match path.segments.first() {
        Some(first) if path.leading_colon.is_none() && first.ident != "crate" => {
            // An error is at the path and not at the whole macro.
            let here = Span::call_site().located_at(first.ident.span());
            quote_spanned!(here=> super::#path)
        }
        _ => quote!(#path),
    }
}

/// Expands an attribute without arguments. If that fails, the item stays, so that its absence isn't reported as well.
pub(crate) fn attribute<T: syn::parse::Parse>(
    arguments: TokenStream,
    item: TokenStream,
    expand: fn(&Context, T) -> syn::Result<TokenStream>,
) -> TokenStream {
    let expanded = || {
        if !arguments.is_empty() {
            return Err(syn::Error::new_spanned(
                arguments,
                "options stand in an attribute of their own: `#[py(…)]`",
            ));
        }
        expand(&context()?, parse(&item)?)
    };
    expanded().unwrap_or_else(|error| beside(&item, &error))
}

/// Parses the item below an attribute. For an item of another kind, the error says so.
fn parse<T: syn::parse::Parse>(item: &TokenStream) -> syn::Result<T> {
    syn::parse2(item.clone()).map_err(|error| {
        let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
        let text = error.to_string();
        match text.strip_prefix("expected ") {
            Some(expected) if is_item => {
                let message =
                    format!("this attribute stands at a {expected}, and not at another item");
                syn::Error::new(error.span(), message)
            }
            _ => error,
        }
    })
}

/// Expands `pyclass`, which has arguments.
pub(crate) fn class(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = || {
        let options = syn::parse2(arguments);
        modules::class(&context()?, options, parse(&item)?)
    };
    expanded().unwrap_or_else(|error| beside(&item, &error))
}

/// Loads the context that the build script left.
fn context() -> syn::Result<Context> {
    Environment::read().context().map_err(|error| {
        syn::Error::new(
            Span::call_site(),
            error
                .problems()
                .first()
                .map_or_else(|| error.to_string(), Problem::to_string),
        )
    })
}

/// An item beside its error. Attributes that only the expansion knows are removed: they would be errors of their own.
fn beside(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    let item = modules::strip::removed(item.clone());
    quote!(#item #error)
}

/// Makes an error of each problem, at the argument that its file belongs to.
fn place(error: &mpy_freeze_core::Error, base: &Path, inputs: &[Input]) -> syn::Error {
    let mut problems = error.problems().iter();
    let at = |problem: &Problem| syn::Error::new(span(problem, base, inputs), problem);
    let first = problems.next().map(at);
    let first = first.unwrap_or_else(|| syn::Error::new(Span::call_site(), error));
    problems.map(at).fold(first, |mut all, error| {
        all.combine(error);
        all
    })
}

/// The argument that a problem's file was found under.
fn span(problem: &Problem, base: &Path, inputs: &[Input]) -> Span {
    let holds = |input: &&Input| {
        let path = base.join(&input.path);
        problem
            .file
            .as_ref()
            .is_some_and(|file| file.starts_with(path))
    };
    // The longest path that fits is the closest; without any the whole macro is meant.
    let closest = inputs
        .iter()
        .filter(holds)
        .max_by_key(|input| input.path.len());
    closest.map_or_else(Span::call_site, |input| input.span)
}
