//! The arguments of `freeze!`: paths, manifests, and options as `name = value`.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitInt, LitStr, Path, Token, bracketed};

/// The highest optimisation level.
const MAX_OPT: u8 = 3;

/// The parsed arguments.
pub(crate) struct Args {
    /// The paths.
    pub(crate) inputs: Vec<Input>,
    /// The modules that are written in Rust.
    pub(crate) modules: Vec<Path>,
    /// The optimisation level.
    pub(crate) opt: u8,
}

/// A path, or a manifest's path or source, and where it stands in the source.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) path: String,
    /// Set for `manifest = "…"`.
    pub(crate) manifest: bool,
    pub(crate) span: Span,
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut inputs = Vec::new();
        let mut modules = Vec::new();
        let mut opt = None;
        while !input.is_empty() {
            if input.peek(LitStr) {
                inputs.push(path(&input.parse()?)?);
            } else if input.peek(Ident) {
                option(input, &mut inputs, &mut modules, &mut opt)?;
            } else {
                return Err(input.error(
                    "expected a path in quotes, `manifest = \"…\"`, `modules = […]`, or `opt = 0` to `opt = 3`",
                ));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if inputs.is_empty() && modules.is_empty() {
            return Err(Error::new(
                Span::call_site(),
                "freeze! needs a folder, a .py or .mpy file or a manifest, for example freeze!(\"app/\")",
            ));
        }
        Ok(Self {
            inputs,
            modules,
            opt: opt.unwrap_or(0),
        })
    }
}

fn path(literal: &LitStr) -> syn::Result<Input> {
    let path = literal.value();
    let span = literal.span();
    if path.is_empty() {
        return Err(Error::new(
            span,
            "an empty path: the crate's own folder would be \".\"",
        ));
    }
    Ok(Input {
        path,
        manifest: false,
        span,
    })
}

fn option(
    input: ParseStream<'_>,
    inputs: &mut Vec<Input>,
    modules: &mut Vec<Path>,
    opt: &mut Option<u8>,
) -> syn::Result<()> {
    let name: Ident = input.parse()?;
    if name == "manifest" {
        input.parse::<Token![=]>()?;
        let literal: LitStr = input.parse()?;
        inputs.push(Input {
            path: literal.value(),
            manifest: true,
            span: literal.span(),
        });
        return Ok(());
    }
    if name == "modules" {
        input.parse::<Token![=]>()?;
        let list;
        bracketed!(list in input);
        modules.extend(Punctuated::<Path, Token![,]>::parse_terminated_with(
            &list,
            Path::parse_mod_style,
        )?);
        return Ok(());
    }
    if name != "opt" {
        return Err(Error::new(
            name.span(),
            format!(
                "unknown option `{name}`: freeze! has the options `manifest`, `modules` and `opt`"
            ),
        ));
    }
    input.parse::<Token![=]>()?;
    let value: LitInt = input.parse()?;
    let level = value.base10_parse().ok().filter(|level| *level <= MAX_OPT);
    let Some(level) = level else {
        return Err(Error::new(
            value.span(),
            format!("the optimisation level is a number from 0 to {MAX_OPT}"),
        ));
    };
    match opt.replace(level) {
        None => Ok(()),
        Some(_) => Err(Error::new(name.span(), "`opt` is given twice")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(Vec<String>, u8), String> {
        let args: Args = syn::parse_str(text).map_err(|error| error.to_string())?;
        let paths = args.inputs.into_iter().map(|input| input.path).collect();
        Ok((paths, args.opt))
    }

    #[test]
    fn paths_and_options() {
        assert_eq!(parse("\"app/\""), Ok((vec!["app/".into()], 0)));
        assert_eq!(
            parse("\"app\", \"one.py\", opt = 3,"),
            Ok((vec!["app".into(), "one.py".into()], 3))
        );
        assert_eq!(parse("opt = 1, \"app\""), Ok((vec!["app".into()], 1)));
    }

    #[test]
    fn manifests_are_inputs_too() {
        let args: Args = syn::parse_str("\"app\", manifest = \"require('x')\"").unwrap();
        let inputs = args.inputs.iter();
        let inputs: Vec<_> = inputs
            .map(|input| (input.path.as_str(), input.manifest))
            .collect();
        assert_eq!(inputs, [("app", false), ("require('x')", true)]);
    }

    #[test]
    fn what_else_is_there_is_an_error() {
        for (text, message) in [
            ("", "freeze! needs a folder"),
            ("opt = 1", "freeze! needs a folder"),
            ("\"\"", "an empty path"),
            ("app", "unknown option `app`"),
            ("\"app\", opt = 4", "from 0 to 3"),
            ("\"app\", opt = 1, opt = 1", "given twice"),
            ("\"app\" \"b\"", "expected `,`"),
            ("3", "expected a path in quotes"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
