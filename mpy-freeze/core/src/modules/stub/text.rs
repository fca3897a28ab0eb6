//! The text of a stub.

use std::fmt::Write as _;

use super::HEADER;
use super::types::{self, Classes};
use crate::modules::Named;
use crate::modules::Receiver;
use crate::modules::attributes::python_name;
use crate::modules::exception::ExceptionClass;
use crate::modules::function::{Function, Param, Role};

/// Collects what a stub says, by kind.
pub(super) struct Writer {
    docs: Vec<String>,
    submodules: String,
    constants: String,
    rest: String,
}

impl Writer {
    /// A stub with nothing in it but the module's documentation.
    pub(super) fn new(docs: &[String]) -> Self {
        Self {
            docs: docs.to_vec(),
            submodules: String::new(),
            constants: String::new(),
            rest: String::new(),
        }
    }

    pub(super) fn constant(&mut self, name: &str, ty: &str) {
        // Writing to a String can't fail, here and below.
        let _ = writeln!(self.constants, "{name}: {ty}");
    }

    pub(super) fn submodule(&mut self, name: &str) {
        let _ = writeln!(self.submodules, "from . import {name} as {name}");
    }

    /// A function of the module.
    pub(super) fn function(&mut self, function: &Function, classes: &Classes) {
        let text = definition(function, classes, None, "");
        let _ = write!(self.rest, "\n{text}");
    }

    /// A class of exceptions.
    pub(super) fn exception(&mut self, class: &ExceptionClass, base: &str) {
        let head = format!("class {}({base}):", class.name);
        let text = with_docs(&head, &class.docs, "");
        let _ = write!(self.rest, "\n{text}");
    }

    /// A class, as `class::text` writes it.
    pub(super) fn class(&mut self, text: &str) {
        let _ = write!(self.rest, "\n{text}");
    }

    /// A class of another module.
    pub(super) fn import(&mut self, module: &str, name: &str) {
        let _ = writeln!(self.submodules, "from {module} import {name} as {name}");
    }

    /// The whole text.
    pub(super) fn finish(self, classes: &Classes) -> String {
        let mut text = format!("{HEADER}\n");
        if !self.docs.is_empty() {
            text.push_str(&docstring(&self.docs, ""));
            text.push('\n');
        }
        text.push_str(&imports(&self.constants, &self.rest, classes));
        for part in [self.submodules, self.constants] {
            if !part.is_empty() {
                let _ = write!(text, "\n{part}");
            }
        }
        text.push_str(&self.rest);
        text
    }
}

/// Returns the imports of what the text uses from other modules.
fn imports(constants: &str, rest: &str, classes: &Classes) -> String {
    let uses = |name: &str| constants.contains(name) || rest.contains(name);
    let mut typing = vec!["Any"];
    typing.extend(["ClassVar", "NoReturn"].iter().filter(|name| uses(name)));
    let mut text = format!("from typing import {}\n", typing.join(", "));
    let newer: Vec<&str> = ["Never", "Self"]
        .into_iter()
        .filter(|name| uses(name))
        .collect();
    if !newer.is_empty() {
        // `typing` itself has them from Python 3.11 on.
        let _ = writeln!(text, "from typing_extensions import {}", newer.join(", "));
    }
    let mut modules: Vec<&str> = classes
        .values()
        .filter(|class| uses(&class.name))
        .filter_map(|class| class.module.as_deref())
        .collect();
    modules.sort_unstable();
    modules.dedup();
    for module in modules {
        let _ = writeln!(text, "import {module}");
    }
    text
}

/// A `def` with its documentation. `receiver` is what a method has in front of its arguments.
pub(super) fn definition(
    function: &Function,
    classes: &Classes,
    receiver: Option<&str>,
    indent: &str,
) -> String {
    let parameters = parameters(function, classes, receiver);
    let output = types::returned(function.output.as_ref(), classes);
    let head = format!("{indent}def {}({parameters}) -> {output}:", function.name);
    with_docs(&head, &function.docs, indent)
}

/// The first line of a function or class, and its documentation.
pub(super) fn with_docs(head: &str, docs: &[String], indent: &str) -> String {
    if docs.is_empty() {
        return format!("{head} ...\n");
    }
    let docs = docstring(docs, &format!("{indent}    "));
    format!("{head}\n{docs}")
}

/// Returns true if a name can't be written in Python, though there can be an object of that name.
pub(super) fn is_keyword(name: &str) -> bool {
    const KEYWORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    KEYWORDS.contains(&name)
}

/// The name of a parameter. One that is a keyword can't be given by name.
fn parameter_name(ident: &syn::Ident) -> String {
    let name = python_name(ident);
    if is_keyword(&name) {
        format!("{name}_")
    } else {
        name
    }
}

/// The parameters as Python writes them.
fn parameters(function: &Function, classes: &Classes, receiver: Option<&str>) -> String {
    let signature = &function.signature;
    let named = |named: &Named| {
        let param = function
            .params
            .iter()
            .find(|param| param.ident == named.ident);
        let ty = param.map_or_else(|| "Any".into(), |param| parameter(param, classes));
        let name = parameter_name(&named.ident);
        match &named.default {
            None => format!("{name}: {ty}"),
            Some(value) => format!("{name}: {ty} = {}", types::default(value)),
        }
    };
    let mut parts: Vec<String> = receiver.map(str::to_string).into_iter().collect();
    let (positional, keyword) = signature.params.split_at(signature.n_positional);
    // What a method is called on has no type here, and is the first of those without a name.
    let before = usize::from(function.receiver != Receiver::None);
    for (index, param) in positional.iter().enumerate().skip(before) {
        if index == signature.n_positional_only && index > before {
            parts.push("/".into());
        }
        parts.push(named(param));
    }
    if signature.n_positional_only > before && signature.n_positional_only == positional.len() {
        parts.push("/".into());
    }
    match &signature.args {
        Some(args) => parts.push(format!("*{}: Any", parameter_name(args))),
        None if !keyword.is_empty() => parts.push("*".into()),
        None => {}
    }
    parts.extend(keyword.iter().map(named));
    if let Some(kwargs) = &signature.kwargs {
        parts.push(format!("**{}: Any", parameter_name(kwargs)));
    }
    parts.join(", ")
}

fn parameter(param: &Param, classes: &Classes) -> String {
    match param.role {
        Role::Value | Role::Buffer { .. } | Role::Reference { .. } => {
            types::parameter(&param.ty, classes)
        }
        // Python doesn't pass it.
        Role::Vm => String::new(),
    }
}

/// Documentation as a docstring, with a line break at its end.
pub(super) fn docstring(docs: &[String], indent: &str) -> String {
    let lines: Vec<String> = docs
        .iter()
        .map(|line| line.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\""))
        .collect();
    let mut text = format!("{indent}\"\"\"");
    for (index, line) in lines.iter().enumerate() {
        if index > 0 && !line.is_empty() {
            text.push_str(indent);
        }
        text.push_str(line);
        if index + 1 < lines.len() {
            text.push('\n');
        }
    }
    // A quote at the end would run into the quotes that close.
    if lines.len() > 1 || text.ends_with('"') {
        let _ = write!(text, "\n{indent}");
    }
    text.push_str("\"\"\"\n");
    text
}
