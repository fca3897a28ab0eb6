//! The macro itself: arguments in, items or errors out.

use std::path::Path;

use mpy_freeze::frozen::{self, Freeze};
use mpy_freeze::{Context, Problem};
use proc_macro2::{Span, TokenStream};

use crate::args::{Args, Input};
use crate::environment::Environment;

/// Expands `freeze!`.
pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let args: Args = syn::parse2(input)?;
    let environment = Environment::read();
    let base = &environment.manifest_dir;
    let placed = |error: mpy_freeze::Error| place(&error, base, &args.inputs);
    let Some(out_dir) = environment.out_dir else {
        return Err(placed(Context::without_build_script()));
    };
    let context = Context::load(&out_dir).map_err(placed)?;
    let mut freeze = Freeze::new(&context, base);
    freeze
        .optimisation(args.opt)
        .cache(&out_dir.join("mpy-freeze").join("mpy"));
    for input in &args.inputs {
        if input.manifest {
            freeze.manifest(&input.path);
        } else {
            freeze.input(&input.path);
        }
    }
    let frozen = freeze.run().map_err(|error| {
        let recorded = frozen::record_failure(&error, &out_dir);
        placed(recorded.err().unwrap_or(error))
    })?;
    frozen.record_inputs(&context, &out_dir).map_err(placed)?;
    Ok(frozen.tokens)
}

/// Every problem as an error of its own, at the argument whose files it is about.
fn place(error: &mpy_freeze::Error, base: &Path, inputs: &[Input]) -> syn::Error {
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
