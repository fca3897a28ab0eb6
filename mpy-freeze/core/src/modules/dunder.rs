//! The methods that Python calls by operators: how many arguments each has, and where MicroPython looks for it.

/// A method whose name begins and ends with two underscores, and that MicroPython calls by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dunder {
    /// Its name.
    pub name: &'static str,
    /// Number of arguments, with the receiver; `None` where the method takes any number.
    pub arity: Option<usize>,
    /// The features that the class has because of the method, as constants of the runtime's `has`.
    pub has: &'static str,
    /// Set where another operand's type can make the operation "not implemented".
    pub operator: bool,
    /// The setting without which MicroPython doesn't know it.
    pub define: Option<&'static str>,
}

// The settings that bring the rest of the operators, the in-place ones, and those of the right operand.
const ALL: Option<&str> = Some("MICROPY_PY_ALL_SPECIAL_METHODS");
const INPLACE: Option<&str> = Some("MICROPY_PY_ALL_INPLACE_SPECIAL_METHODS");
const REVERSE: Option<&str> = Some("MICROPY_PY_REVERSE_SPECIAL_METHODS");
// Complex numbers, and the sizes of objects.
const COMPLEX: Option<&str> = Some("MICROPY_PY_BUILTINS_COMPLEX");
const SIZEOF: Option<&str> = Some("MICROPY_PY_SYS_GETSIZEOF");

/// The binary operators with the methods of the right operand and the in-place ones, and whether every firmware has the
/// first and the last of the three.
const OPERATORS: [(&str, &str, &str, bool); 13] = [
    ("__add__", "__radd__", "__iadd__", true),
    ("__sub__", "__rsub__", "__isub__", true),
    ("__mul__", "__rmul__", "__imul__", false),
    ("__matmul__", "__rmatmul__", "__imatmul__", false),
    ("__floordiv__", "__rfloordiv__", "__ifloordiv__", false),
    ("__truediv__", "__rtruediv__", "__itruediv__", false),
    ("__mod__", "__rmod__", "__imod__", false),
    ("__pow__", "__rpow__", "__ipow__", false),
    ("__or__", "__ror__", "__ior__", false),
    ("__xor__", "__rxor__", "__ixor__", false),
    ("__and__", "__rand__", "__iand__", false),
    ("__lshift__", "__rlshift__", "__ilshift__", false),
    ("__rshift__", "__rrshift__", "__irshift__", false),
];

/// The others: name, arity, what the class has, the setting.
const OTHERS: [(&str, Option<usize>, &str, Option<&str>); 30] = [
    ("__repr__", Some(1), "PRINT", None),
    ("__str__", Some(1), "PRINT", None),
    ("__call__", None, "CALL", None),
    ("__len__", Some(1), "UNARY", None),
    ("__bool__", Some(1), "UNARY", None),
    ("__hash__", Some(1), "UNARY", None),
    ("__int__", Some(1), "UNARY", None),
    ("__float__", Some(1), "UNARY", None),
    ("__complex__", Some(1), "UNARY", COMPLEX),
    ("__sizeof__", Some(1), "UNARY", SIZEOF),
    ("__neg__", Some(1), "UNARY", ALL),
    ("__pos__", Some(1), "UNARY", ALL),
    ("__invert__", Some(1), "UNARY", ALL),
    ("__abs__", Some(1), "UNARY", ALL),
    ("__divmod__", Some(2), "BINARY", ALL),
    ("__contains__", Some(2), "BINARY", None),
    ("__eq__", Some(2), "EQ", None),
    ("__ne__", Some(2), "NE", None),
    ("__lt__", Some(2), "BINARY", None),
    ("__le__", Some(2), "BINARY", None),
    ("__gt__", Some(2), "BINARY", None),
    ("__ge__", Some(2), "BINARY", None),
    ("__getitem__", Some(2), "SUBSCR", None),
    ("__setitem__", Some(3), "SUBSCR", None),
    ("__delitem__", Some(2), "SUBSCR", None),
    ("__iter__", Some(1), "ITER", None),
    ("__next__", Some(1), "NEXT", None),
    ("__enter__", Some(1), "LOCALS", None),
    ("__exit__", Some(4), "LOCALS", None),
    ("__reversed__", Some(1), "LOCALS", None),
];

/// Names that mean something to Python, but nothing in a class of Rust's; and what to write instead.
const REFUSED: [(&str, &str); 9] = [
    ("__init__", "a constructor has `#[new]`"),
    ("__new__", "a constructor has `#[new]`"),
    ("__del__", "implement Rust's `Drop` for the type"),
    ("__getattr__", "properties have `#[getter]`"),
    ("__getattribute__", "properties have `#[getter]`"),
    ("__setattr__", "properties have `#[setter]`"),
    (
        "__delattr__",
        "an attribute of a Rust class can't be deleted",
    ),
    ("__class__", "MicroPython has it for every object"),
    ("__name__", "MicroPython has it for every class"),
];

impl Dunder {
    /// The method of this name.
    pub fn find(name: &str) -> Option<Self> {
        operator(name).or_else(|| {
            let mut others = OTHERS.iter();
            let (name, arity, has, define) = others.find(|(other, ..)| *other == name)?;
            let has_operand =
                ["EQ", "NE"].contains(has) || (*has == "BINARY" && *name != "__contains__");
            Some(Self {
                name,
                arity: *arity,
                has,
                operator: has_operand,
                define: *define,
            })
        })
    }
}

/// Returns the advice on what to write instead of a method of this name.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    let mut refused = REFUSED.iter();
    refused
        .find(|(other, _)| *other == name)
        .map(|(_, instead)| *instead)
}

fn operator(name: &str) -> Option<Dunder> {
    for (plain, reverse, inplace, everywhere) in OPERATORS {
        let found = match name {
            _ if name == plain => Some((plain, if everywhere { None } else { ALL })),
            _ if name == reverse => Some((reverse, REVERSE)),
            _ if name == inplace => Some((inplace, if everywhere { None } else { INPLACE })),
            _ => None,
        };
        if let Some((name, define)) = found {
            return Some(Dunder {
                name,
                arity: Some(2),
                has: "BINARY",
                operator: true,
                define,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        let names = OTHERS.iter().map(|(name, ..)| *name);
        let operators = OPERATORS.iter().flat_map(|(a, b, c, _)| [*a, *b, *c]);
        for name in names.chain(operators) {
            assert_eq!(Dunder::find(name).unwrap().name, name);
            assert_eq!(refusal(name), None);
        }
        assert_eq!(Dunder::find("__init__"), None);
        assert_eq!(Dunder::find("__imul__").unwrap().define, INPLACE);
        assert!(!Dunder::find("__contains__").unwrap().operator);
        assert!(Dunder::find("__lt__").unwrap().operator);
    }
}
