//! `#[py(signature = (a, b = 2, *args, c, **kwargs))]`: how Python calls a function.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, LitStr, Token, parenthesized, token};

use super::attributes::{OPTIONS, is_attribute};
use super::errors::error;

/// The most parameters that a function has, as `MPYF_MAX_PARAMS` in `shim/mpyf.h`.
pub const MAX_PARAMS: usize = 16;

/// The parameters of a function as Python sees them.
#[derive(Clone)]
pub struct Signature {
    /// The parameters with names, those that can be given by position first.
    pub params: Vec<Named>,
    /// Number of parameters that can be given by position.
    pub n_positional: usize,
    /// Number of positional parameters that can't be given by name.
    pub n_positional_only: usize,
    /// The parameter that takes the remaining positional arguments.
    pub args: Option<Ident>,
    /// The parameter that takes the remaining named arguments.
    pub kwargs: Option<Ident>,
}

/// A parameter with a name.
#[derive(Clone)]
pub struct Named {
    /// The name.
    pub ident: Ident,
    /// The value that the parameter has where no argument is given.
    pub default: Option<Default>,
}

/// The value of a parameter that isn't given.
pub type Default = Expr;

impl Signature {
    /// All arguments by position, none optional: what a function without a signature has.
    pub fn positional(params: impl Iterator<Item = Ident>) -> Self {
        let params: Vec<Named> = params
            .map(|ident| Named {
                ident,
                default: None,
            })
            .collect();
        Self {
            n_positional: params.len(),
            n_positional_only: params.len(),
            params,
            args: None,
            kwargs: None,
        }
    }

    /// Returns the number of arguments, if they are only given by position, none is optional and MicroPython has a
    /// kind of function for so many.
    pub fn fixed(&self) -> Option<usize> {
        let count = self.params.len();
        let plain = self.n_positional_only == count
            && self.args.is_none()
            && self.kwargs.is_none()
            && self.params.iter().all(|param| param.default.is_none());
        (plain && count <= 3).then_some(count)
    }

    /// Returns the index at which the shim puts the argument of this name; `*args` and `**kwargs` follow the others.
    pub fn position(&self, name: &Ident) -> Option<usize> {
        let named = self.params.iter().position(|param| param.ident == *name);
        let count = self.params.len();
        let args = self.args.as_ref().filter(|args| *args == name);
        let kwargs = self.kwargs.as_ref().filter(|kwargs| *kwargs == name);
        named
            .or(args.map(|_| count))
            .or(kwargs.map(|_| count + usize::from(self.args.is_some())))
    }

    /// Puts the receiver of a method in front.
    pub fn with_receiver(mut self, receiver: Ident) -> Self {
        self.params.insert(
            0,
            Named {
                ident: receiver,
                default: None,
            },
        );
        self.n_positional += 1;
        self.n_positional_only += 1;
        self
    }
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut reader = Reader::default();
        while !input.is_empty() {
            reader.item(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        reader.finish(input)
    }
}

/// The part of a signature that has been read so far.
#[derive(std::default::Default)]
struct Reader {
    params: Vec<Named>,
    n_positional: Option<usize>,
    n_positional_only: usize,
    args: Option<Ident>,
    kwargs: Option<Ident>,
}

impl Reader {
    fn item(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if self.kwargs.is_some() {
            return Err(input.error("nothing can follow `**kwargs`"));
        }
        if input.peek(Token![/]) {
            let slash: Token![/] = input.parse()?;
            if self.n_positional.is_some() || self.n_positional_only > 0 {
                return Err(error(slash, "`/` stands once, before any `*`"));
            }
            self.n_positional_only = self.params.len();
        } else if input.peek(Token![*]) {
            self.star(input)?;
        } else {
            self.named(input)?;
        }
        Ok(())
    }

    fn star(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let star: Token![*] = input.parse()?;
        if input.peek(Token![*]) {
            input.parse::<Token![*]>()?;
            self.kwargs = Some(input.parse()?);
            return Ok(());
        }
        if self.n_positional.replace(self.params.len()).is_some() {
            return Err(error(star, "there is one `*` or `*args` at most"));
        }
        if input.peek(Ident) {
            self.args = Some(input.parse()?);
        }
        Ok(())
    }

    fn named(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let ident: Ident = input.parse()?;
        let default = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        let after_default = self
            .params
            .last()
            .is_some_and(|last| last.default.is_some());
        if default.is_none() && after_default && self.n_positional.is_none() {
            return Err(error(
                ident,
                "a parameter without a default follows one that has one",
            ));
        }
        if self.params.iter().any(|param| param.ident == ident) {
            return Err(error(&ident, format!("`{ident}` is named twice")));
        }
        self.params.push(Named { ident, default });
        Ok(())
    }

    fn finish(self, input: ParseStream<'_>) -> syn::Result<Signature> {
        let count = self.params.len();
        if count > MAX_PARAMS {
            return Err(input.error(format!(
                "a function has at most {MAX_PARAMS} named parameters"
            )));
        }
        Ok(Signature {
            n_positional: self.n_positional.unwrap_or(count),
            n_positional_only: self.n_positional_only,
            params: self.params,
            args: self.args,
            kwargs: self.kwargs,
        })
    }
}

/// The options that `#[py(…)]` gives an item.
#[derive(Clone, std::default::Default)]
pub struct Options {
    /// The name that Python has for it.
    pub name: Option<LitStr>,
    /// The signature of a function.
    pub signature: Option<Signature>,
    /// The class that an exception's is derived from.
    pub base: Option<Expr>,
    /// Words without a value, such as `get`.
    pub flags: Vec<Ident>,
}

impl Options {
    /// Reads the attributes of an item.
    ///
    /// # Errors
    ///
    /// For options that there aren't.
    pub fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut options = Self::default();
        for attribute in attributes {
            if is_attribute(attribute, OPTIONS) {
                attribute.parse_args_with(|input: ParseStream<'_>| options.parse_into(input))?;
            }
        }
        Ok(options)
    }

    fn parse_into(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let list = Punctuated::<Item, Token![,]>::parse_terminated(input)?;
        for item in list {
            match item {
                Item::Name(name) => self.name = Some(name),
                Item::Signature(signature) => self.signature = Some(signature),
                Item::Base(base) => self.base = Some(base),
                Item::Flag(flag) => self.flags.push(flag),
            }
        }
        Ok(())
    }
}

/// An option of `#[py(…)]`.
enum Item {
    Name(LitStr),
    Signature(Signature),
    Base(Expr),
    Flag(Ident),
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key: Ident = input.parse()?;
        if key == "name" {
            input.parse::<Token![=]>()?;
            let name: LitStr = input.parse()?;
            if !is_identifier(&name.value()) {
                let no_name =
                    "a name in Python has letters, digits and `_`, and begins with no digit";
                return Err(error(name, no_name));
            }
            return Ok(Self::Name(name));
        }
        if key == "signature" {
            input.parse::<Token![=]>()?;
            if !input.peek(token::Paren) {
                return Err(
                    input.error("a signature stands in parentheses, for example (a, b = 2)")
                );
            }
            let inner;
            parenthesized!(inner in input);
            return Ok(Self::Signature(inner.parse()?));
        }
        if key == "base" {
            input.parse::<Token![=]>()?;
            return Ok(Self::Base(input.parse()?));
        }
        if key == "get" || key == "set" {
            return Ok(Self::Flag(key));
        }
        Err(error(
            &key,
            format!(
                "unknown option `{key}`: there are `name`, `signature`, `base`, `get` and `set`"
            ),
        ))
    }
}

/// Returns true if a name is an identifier in Python.
fn is_identifier(name: &str) -> bool {
    let fits = |c: char| c == '_' || c.is_alphanumeric();
    name.chars().all(fits) && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Signature, String> {
        syn::parse_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_of_parameter() {
        let signature = parse("a, /, b = 2, *args, c, d = None, **kwargs").unwrap();
        let names: Vec<String> = signature
            .params
            .iter()
            .map(|param| param.ident.to_string())
            .collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(
            (signature.n_positional, signature.n_positional_only),
            (2, 1)
        );
        let position = |name: &str| signature.position(&quote::format_ident!("{name}"));
        assert_eq!(position("d"), Some(3));
        assert_eq!(position("args"), Some(4));
        assert_eq!(position("kwargs"), Some(5));
        assert_eq!(position("e"), None);
        assert_eq!(signature.fixed(), None);
    }

    #[test]
    fn a_function_of_few_arguments_by_position_is_fixed() {
        assert_eq!(parse("").unwrap().fixed(), Some(0));
        assert_eq!(parse("a, b, /").unwrap().fixed(), Some(2));
        assert_eq!(parse("a, b").unwrap().fixed(), None);
        assert_eq!(parse("a, b, c, d, /").unwrap().fixed(), None);
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for (text, message) in [
            ("a = 1, b", "follows one that has one"),
            ("a, a", "named twice"),
            ("*a, *b", "one `*`"),
            ("**k, a", "nothing can follow"),
            ("a, /, b, /", "once"),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
