//! Rust's types as an editor for Python is told of them.

use std::collections::BTreeMap;

use syn::{Expr, GenericArgument, Lit, PathArguments, PathSegment, Type, UnOp};

/// The classes written in Rust, by their names in Rust.
pub(super) type Classes = BTreeMap<String, Known>;

/// The name by which a module refers to a class.
#[derive(Clone)]
pub(super) struct Known {
    /// The name in the module's stub.
    pub name: String,
    /// The module to import for it.
    pub module: Option<String>,
}

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From Python to Rust.
    In,
    /// From Rust to Python.
    Out,
}

/// Returns the Python type that a function takes for a parameter of this type.
pub(super) fn parameter(ty: &Type, classes: &Classes) -> String {
    value(ty, Way::In, classes)
}

/// Returns the Python type that a function of this return type gives.
pub(super) fn returned(ty: Option<&Type>, classes: &Classes) -> String {
    ty.map_or_else(|| "None".into(), |ty| value(ty, Way::Out, classes))
}

/// A constant of this type.
pub(super) fn constant(ty: &Type, classes: &Classes) -> String {
    value(ty, Way::Out, classes)
}

/// A type without the `None` that stands for another thing.
pub(super) fn without_none(text: &str) -> String {
    text.strip_suffix(" | None").unwrap_or(text).to_string()
}

fn value(ty: &Type, way: Way, classes: &Classes) -> String {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(_) if way == Way::Out => "bytes".into(),
            Type::Slice(_) if reference.mutability.is_some() => "bytearray | memoryview".into(),
            Type::Slice(_) => "bytes | bytearray | memoryview".into(),
            inner => value(inner, way, classes),
        },
        Type::Paren(inner) => value(&inner.elem, way, classes),
        Type::Group(inner) => value(&inner.elem, way, classes),
        Type::Tuple(tuple) if tuple.elems.is_empty() => "None".into(),
        Type::Tuple(tuple) => {
            let items: Vec<String> = tuple
                .elems
                .iter()
                .map(|item| value(item, way, classes))
                .collect();
            format!("tuple[{}]", items.join(", "))
        }
        Type::Array(array) => {
            let item = value(&array.elem, way, classes);
            match way {
                Way::In => format!("list[{item}] | tuple[{item}, ...]"),
                Way::Out if is_byte(&array.elem) => "bytes".into(),
                Way::Out => format!("list[{item}]"),
            }
        }
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map_or_else(|| "Any".into(), |last| named(last, way, classes)),
        _ => "Any".into(),
    }
}

fn is_byte(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("u8"))
}

/// A type with a name.
fn named(segment: &PathSegment, way: Way, classes: &Classes) -> String {
    let name = segment.ident.to_string();
    let argument =
        || first_argument(segment).map_or_else(|| "Any".into(), |ty| value(ty, way, classes));
    match name.as_str() {
        "bool" => "bool".into(),
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => {
            "int".into()
        }
        "f32" | "f64" => "float".into(),
        "str" => "str".into(),
        "Result" | "Ref" | "RefMut" => argument(),
        "Option" => match argument() {
            // `None | None` would be refused, and `Any` has it in it.
            inner if inner == "None" || inner == "Any" => inner,
            inner => format!("{inner} | None"),
        },
        _ => classes
            .get(&name)
            .map_or_else(|| "Any".into(), |class| class.name.clone()),
    }
}

/// The first type among the arguments of a type.
fn first_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// A default as Python writes it, where it is a plain value.
pub(super) fn default(value: &Expr) -> String {
    literal(value).unwrap_or_else(|| "...".into())
}

fn literal(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(int) => Some(int.base10_digits().to_string()),
            Lit::Float(float) => Some(float.base10_digits().to_string()),
            Lit::Bool(truth) => Some(if truth.value { "True" } else { "False" }.into()),
            Lit::Str(text) if plain(&text.value()) => Some(format!("\"{}\"", text.value())),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            Some(format!("-{}", literal(&unary.expr)?))
        }
        Expr::Path(path) if path.path.is_ident("None") => Some("None".into()),
        _ => None,
    }
}

/// Returns true if a text means the same between Python's quotes.
fn plain(text: &str) -> bool {
    let special = |c: char| c == '"' || c == '\\' || c.is_control();
    !text.contains(special)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ty: &str) -> String {
        let known = Known {
            name: "Led".into(),
            module: None,
        };
        let classes = Classes::from([("LedDriver".to_string(), known)]);
        returned(Some(&syn::parse_str(ty).unwrap()), &classes)
    }

    #[test]
    fn types_of_rust_and_their_names_in_python() {
        for (rust, python) in [
            ("bool", "bool"),
            ("u16", "int"),
            ("f32", "float"),
            ("&str", "str"),
            ("&'a [u8]", "bytes"),
            ("()", "None"),
            ("Option<i32>", "int | None"),
            ("Option<Obj<'a>>", "Any"),
            ("Result<Option<&str>, Raise>", "str | None"),
            ("(i32, bool)", "tuple[int, bool]"),
            ("[u8; 4]", "bytes"),
            ("[u16; 4]", "list[int]"),
            ("crate::LedDriver", "Led"),
            ("&LedDriver", "Led"),
            ("Result<Option<LedDriver>, Raise>", "Led | None"),
            ("(LedDriver, Option<LedDriver>)", "tuple[Led, Led | None]"),
            ("[LedDriver; 2]", "list[Led]"),
            ("Obj<'a>", "Any"),
            ("impl Fn()", "Any"),
        ] {
            assert_eq!(shown(rust), python, "{rust}");
        }
    }

    #[test]
    fn plain_defaults_are_shown() {
        for (rust, python) in [
            ("3", "3"),
            ("0x10_u8", "16"),
            ("-1.5", "-1.5"),
            ("true", "True"),
            ("\"a\"", "\"a\""),
            ("\"\\n\"", "..."),
            ("None", "None"),
            ("Some(3)", "..."),
        ] {
            assert_eq!(default(&syn::parse_str(rust).unwrap()), python);
        }
    }
}
