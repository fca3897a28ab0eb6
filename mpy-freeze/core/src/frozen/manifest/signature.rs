//! Binds arguments to parameters, as Python does.

use super::failure::Raise;
use super::wire::{Call, Value};

/// The arguments of a call, which are taken one parameter after the other.
pub(super) struct Arguments {
    function: String,
    args: std::vec::IntoIter<Value>,
    kwargs: Vec<(String, Value)>,
    /// The parameters that were asked for.
    parameters: Vec<&'static str>,
}

impl Arguments {
    pub(super) fn new(call: Call) -> Self {
        Self {
            function: call.function,
            args: call.args.into_iter(),
            kwargs: call.kwargs,
            parameters: Vec::new(),
        }
    }

    /// Takes the argument for the next parameter, by its position or its name.
    pub(super) fn optional(&mut self, name: &'static str) -> Result<Option<Value>, Raise> {
        self.parameters.push(name);
        let named = self.kwargs.iter().position(|(known, _)| known == name);
        match (self.args.next(), named) {
            (Some(_), Some(_)) => Err(Raise::type_error(format!(
                "{}() got multiple values for argument '{name}'",
                self.function
            ))),
            (Some(value), None) => Ok(Some(value)),
            (None, Some(at)) => Ok(Some(self.kwargs.remove(at).1)),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn required(&mut self, name: &'static str) -> Result<Value, Raise> {
        self.optional(name)?.ok_or_else(|| {
            Raise::type_error(format!(
                "{}() missing 1 required positional argument: '{name}'",
                self.function
            ))
        })
    }

    /// Takes an argument that has to be a string.
    pub(super) fn text(&mut self, name: &'static str) -> Result<String, Raise> {
        let value = self.required(name)?;
        self.to_text(name, value)
    }

    /// Takes an argument that has to be a string, unless it is missing or `None`.
    pub(super) fn optional_text(&mut self, name: &'static str) -> Result<Option<String>, Raise> {
        match self.optional(name)? {
            None | Some(Value::None) => Ok(None),
            Some(value) => self.to_text(name, value).map(Some),
        }
    }

    fn to_text(&self, name: &str, value: Value) -> Result<String, Raise> {
        match value {
            Value::Str(text) => Ok(text),
            other => Err(Raise::type_error(format!(
                "{}() wants a string for '{name}', and this is of type {}",
                self.function,
                other.type_name()
            ))),
        }
    }

    /// Returns the strings of an argument that has to be an iterable of strings.
    pub(super) fn texts(&self, name: &str, value: Value) -> Result<Vec<String>, Raise> {
        match value {
            Value::List(items) => {
                let items = items.into_iter();
                items.map(|item| self.to_text(name, item)).collect()
            }
            // A string is an iterable to Python too, of its characters. Nobody means that here.
            other => Err(Raise::type_error(format!(
                "{}() wants a list of strings for '{name}', and this is of type {}",
                self.function,
                other.type_name()
            ))),
        }
    }

    /// Takes the optimisation level.
    pub(super) fn level(&mut self) -> Result<Option<u8>, Raise> {
        match self.optional("opt")? {
            None | Some(Value::None) => Ok(None),
            Some(Value::Int(digits)) if matches!(digits.as_str(), "0" | "1" | "2" | "3") => {
                Ok(digits.parse().ok())
            }
            Some(Value::Int(digits)) => Err(Raise::value_error(format!(
                "{}() wants a number from 0 to 3 for 'opt', and this is {digits}",
                self.function
            ))),
            Some(other) => Err(Raise::type_error(format!(
                "{}() wants a number from 0 to 3 for 'opt', and this is of type {}",
                self.function,
                other.type_name()
            ))),
        }
    }

    /// Returns the keyword arguments that no parameter took. A positional argument that is left is an error.
    pub(super) fn rest(mut self) -> Result<Vec<(String, Value)>, Raise> {
        if self.args.next().is_some() {
            let message = format!("{}() got too many positional arguments", self.function);
            let parameters = match self.parameters.as_slice() {
                [] => "keyword arguments only".to_string(),
                names => names.join(", "),
            };
            return Err(
                Raise::type_error(message).help(format!("{}() takes {parameters}", self.function))
            );
        }
        Ok(self.kwargs)
    }

    /// Checks that every argument was taken.
    pub(super) fn end(self) -> Result<(), Raise> {
        let function = self.function.clone();
        let parameters = self.parameters.join(", ");
        match self.rest()?.first() {
            None => Ok(()),
            Some((name, _)) => Err(unexpected(&function, name, &parameters)),
        }
    }
}

/// Returns the error for a keyword argument that isn't one of the parameters.
pub(super) fn unexpected(function: &str, name: &str, parameters: &str) -> Raise {
    let message = format!("{function}() got an unexpected keyword argument '{name}'");
    Raise::type_error(message).help(format!("{function}() takes {parameters}"))
}
