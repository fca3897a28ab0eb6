//! The text of a class.

use std::fmt::Write as _;

use super::text::{definition, docstring, is_keyword};
use super::types::{self, Classes};
use crate::modules::methods::{Kind, Member, MemberValue, Method};
use crate::modules::{Class, Function, Methods, Role};

const INDENT: &str = "    ";

/// Returns a class's part of the stub.
pub(super) fn text(
    class: &Class,
    methods: &Methods,
    base: Option<&str>,
    classes: &Classes,
) -> String {
    let mut body = String::new();
    if !class.docs.is_empty() {
        body.push_str(&docstring(&class.docs, INDENT));
    }
    for member in &methods.members {
        if let MemberValue::Constant(_, ty) = &member.value
            && !is_keyword(&member.name)
        {
            // Writing to a String can't fail, here and below.
            let ty = types::constant(ty, classes);
            let _ = writeln!(body, "{INDENT}{}: ClassVar[{ty}]", member.name);
        }
    }
    body.push_str(&constructor(methods, classes));
    for property in properties(class, methods, classes) {
        body.push_str(&property.text());
    }
    let iterates = methods
        .members
        .iter()
        .any(|member| member.name == "__next__");
    let mut written: Vec<&str> = Vec::new();
    for Member { name, value, .. } in &methods.members {
        // Of two that have conditions one is there; nobody knows which.
        if let MemberValue::Method(method) = value
            && !is_keyword(name)
            && !written.contains(&name.as_str())
        {
            written.push(name);
            body.push_str(&method_text(method, iterates, classes));
        }
    }
    let base = base.map_or_else(String::new, |base| format!("({base})"));
    format!("class {}{base}:\n{body}", class.name)
}

fn constructor(methods: &Methods, classes: &Classes) -> String {
    let Some(constructor) = &methods.constructor else {
        // A call of it raises TypeError: no argument has this type.
        return format!(
            "{INDENT}def __init__(self, only_rust_makes_these: Never, /) -> None: ...\n"
        );
    };
    let function = Function {
        name: "__init__".into(),
        output: None,
        ..constructor.function.clone()
    };
    definition(&function, classes, Some("self"), INDENT)
}

fn method_text(method: &Method, iterates: bool, classes: &Classes) -> String {
    let (decorator, receiver) = match method.kind {
        Kind::Static => ("@staticmethod", None),
        Kind::Class => ("@classmethod", Some("cls")),
        Kind::Instance => ("", Some("self")),
    };
    let known = (method.kind == Kind::Instance)
        .then(|| dunder(&method.function, iterates, classes))
        .flatten();
    let text = known.unwrap_or_else(|| definition(&method.function, classes, receiver, INDENT));
    if decorator.is_empty() {
        text
    } else {
        format!("{INDENT}{decorator}\n{text}")
    }
}

/// The methods that Python itself says the types of.
fn dunder(function: &Function, iterates: bool, classes: &Classes) -> Option<String> {
    let output = types::returned(function.output.as_ref(), classes);
    let (parameters, output) = match function.name.as_str() {
        // Another type isn't equal.
        "__eq__" | "__ne__" => (", other: object", "bool".to_string()),
        "__repr__" | "__str__" => ("", "str".into()),
        "__len__" | "__hash__" | "__int__" => ("", "int".into()),
        "__bool__" => ("", "bool".into()),
        "__float__" => ("", "float".into()),
        // The object itself, which has no other type in Rust than `Obj`.
        "__iter__" if iterates && output == "Any" => ("", "Self".into()),
        "__enter__" if output == "Any" => ("", "Self".into()),
        // `None` ends the iteration.
        "__next__" => ("", types::without_none(&output)),
        _ => return None,
    };
    let head = format!(
        "{INDENT}def {}(self{parameters}, /) -> {output}:",
        function.name
    );
    let head = head.replace("(self, /)", "(self)");
    Some(super::text::with_docs(&head, &function.docs, INDENT))
}

/// An attribute that Python reads or writes by a function.
struct Property {
    name: String,
    get: Option<(String, Vec<String>)>,
    set: Option<(String, Vec<String>)>,
}

impl Property {
    fn text(&self) -> String {
        let name = &self.name;
        let nothing = ("NoReturn".to_string(), Vec::new());
        let (ty, docs) = self.get.as_ref().unwrap_or(&nothing);
        let head = format!("{INDENT}def {name}(self) -> {ty}:");
        let getter = super::text::with_docs(&head, docs, INDENT);
        let mut text = format!("{INDENT}@property\n{getter}");
        if let Some((ty, docs)) = &self.set {
            let head = format!("{INDENT}def {name}(self, value: {ty}) -> None:");
            let setter = super::text::with_docs(&head, docs, INDENT);
            let _ = write!(text, "{INDENT}@{name}.setter\n{setter}");
        }
        text
    }
}

/// The properties: fields, and what has methods.
fn properties(class: &Class, methods: &Methods, classes: &Classes) -> Vec<Property> {
    let mut all: Vec<Property> = Vec::new();
    for field in &class.fields {
        let get = (
            types::returned(Some(&field.ty), classes),
            field.docs.clone(),
        );
        let set = (types::parameter(&field.ty, classes), Vec::new());
        all.push(Property {
            name: field.name.clone(),
            get: field.get.then_some(get),
            set: field.set.then_some(set),
        });
    }
    for property in &methods.properties {
        let get = property.get.as_ref().map(|function| {
            let ty = types::returned(function.output.as_ref(), classes);
            (ty, function.docs.clone())
        });
        let set = property.set.as_ref().map(|function| {
            let mut values = function
                .params
                .iter()
                .filter(|param| param.role != Role::Vm);
            let ty = values
                .next_back()
                .map(|param| types::parameter(&param.ty, classes));
            (ty.unwrap_or_else(|| "Any".into()), function.docs.clone())
        });
        all.push(Property {
            name: property.name.clone(),
            get,
            set,
        });
    }
    all.retain(|property| !is_keyword(&property.name));
    all
}
