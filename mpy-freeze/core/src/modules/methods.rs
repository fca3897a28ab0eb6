//! A Rust `impl` whose functions are the methods of a Python class.

use syn::ReceiverKind;
use syn::{Attribute, FnArg, Ident, ImplItem, ImplItemConst, ImplItemFn, ItemImpl, Type};

use super::attributes::{conditions, is_attribute, one_of, python_name};
use super::dunder::{Dunder, refusal};
use super::errors::error;
use super::function::{Function, Receiver, Role};
use super::signature::Options;

/// The attributes that say what a function is to its class.
pub const MARKS: [&str; 6] = [
    "new",
    "staticmethod",
    "classmethod",
    "getter",
    "setter",
    "classattr",
];

/// The methods of a class.
#[derive(Clone)]
pub struct Methods {
    /// The class's type.
    pub ty: Type,
    /// Its name, the last part of the type's path.
    pub ident: Ident,
    /// The method that makes an instance.
    pub constructor: Option<Method>,
    /// The entries of the class's dict, in the order of the source.
    pub members: Vec<Member>,
    /// Attributes that methods get and set.
    pub properties: Vec<Property>,
}

/// A function of a class.
#[derive(Clone)]
pub struct Method {
    /// The function.
    pub function: Function,
    /// The dunder, where Python calls the method by itself.
    pub dunder: Option<Dunder>,
    /// The way the method is bound.
    pub kind: Kind,
}

/// The way a method is found through an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bound to the object.
    Instance,
    /// Bound to nothing.
    Static,
    /// Bound to the object's class.
    Class,
}

/// An entry of the class's dict.
#[derive(Clone)]
pub struct Member {
    /// Its name in Python.
    pub name: String,
    /// The member's value.
    pub value: MemberValue,
    /// The attributes that say whether it is there at all.
    pub conditions: Vec<Attribute>,
}

/// The value of an entry in the class's dict.
#[derive(Clone)]
pub enum MemberValue {
    /// A method.
    Method(Box<Method>),
    /// A constant of this name and type.
    Constant(Ident, Box<Type>),
}

/// An attribute that methods get and set.
#[derive(Clone)]
pub struct Property {
    /// Its name in Python.
    pub name: String,
    /// The getter.
    pub get: Option<Function>,
    /// The setter.
    pub set: Option<Function>,
}

impl Methods {
    /// Reads an `impl` that has the attribute `pymethods`.
    ///
    /// # Errors
    ///
    /// For what can't be a method, at its place.
    pub fn read(item: &ItemImpl) -> syn::Result<Self> {
        let mut methods = Self {
            ident: class_ident(item)?,
            ty: (*item.self_ty).clone(),
            constructor: None,
            members: Vec::new(),
            properties: Vec::new(),
        };
        let mut errors: Option<syn::Error> = None;
        for item in &item.items {
            if let Err(error) = methods.item(item) {
                match &mut errors {
                    Some(all) => all.combine(error),
                    None => errors = Some(error),
                }
            }
        }
        match errors {
            None => Ok(methods),
            Some(errors) => Err(errors),
        }
    }

    /// The names that Python has to know for them.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec!["__del__".to_string()];
        if let Some(constructor) = &self.constructor {
            // Its own name is the class's.
            names.extend(constructor.function.names().into_iter().skip(1));
        }
        for member in &self.members {
            names.push(member.name.clone());
            if let MemberValue::Method(method) = &member.value {
                names.extend(method.function.names());
            }
        }
        names.extend(self.properties.iter().map(|property| property.name.clone()));
        names
    }

    fn item(&mut self, item: &ImplItem) -> syn::Result<()> {
        match item {
            ImplItem::Fn(function) => self.function(function),
            ImplItem::Const(constant) => self.constant(constant),
            other => Err(error(
                other,
                "an `impl` for Python has functions and constants",
            )),
        }
    }

    fn constant(&mut self, constant: &ImplItemConst) -> syn::Result<()> {
        let Some(mark) = mark(&constant.attrs)? else {
            return Err(error(
                &constant.ident,
                "a constant for Python has `#[classattr]`; others stand in an `impl` of their own",
            ));
        };
        if !is_attribute(mark, "classattr") {
            return Err(error(mark, "a constant has `#[classattr]`"));
        }
        let name = Options::read(&constant.attrs)?
            .name
            .map_or_else(|| python_name(&constant.ident), |name| name.value());
        refuse_dunder(&name, &constant.ident)?;
        let value = MemberValue::Constant(constant.ident.clone(), Box::new(constant.ty.clone()));
        self.member(name, &constant.ident, value, conditions(&constant.attrs))
    }

    fn member(
        &mut self,
        name: String,
        at: &Ident,
        value: MemberValue,
        conditions: Vec<Attribute>,
    ) -> syn::Result<()> {
        let twice = self.members.iter().any(|member| member.name == name)
            || self.properties.iter().any(|property| property.name == name);
        if twice && conditions.is_empty() {
            return Err(error(at, format!("the class has two attributes `{name}`")));
        }
        self.members.push(Member {
            name,
            value,
            conditions,
        });
        Ok(())
    }

    fn function(&mut self, item: &ImplItemFn) -> syn::Result<()> {
        let mark = mark(&item.attrs)?;
        let is = |name: &str| mark.is_some_and(|mark| is_attribute(mark, name));
        if is("new") {
            self.construct(item)
        } else if is("getter") || is("setter") {
            self.property(item, is("setter"))
        } else if is("staticmethod") {
            refuse_self(item, "a static method has no `self`")?;
            self.method(item, Receiver::None, Kind::Static)
        } else if is("classmethod") {
            refuse_self(
                item,
                "a class method has the class as its first parameter, and no `self`",
            )?;
            match item.sig.inputs.first() {
                Some(_) => self.method(item, Receiver::First, Kind::Class),
                None => Err(error(
                    &item.sig.ident,
                    "a class method has the class as its first parameter, an `Obj`",
                )),
            }
        } else if is("classattr") {
            Err(error(mark, "`#[classattr]` stands at a `const`"))
        } else {
            self.method(item, receiver(item)?, Kind::Instance)
        }
    }

    fn construct(&mut self, item: &ImplItemFn) -> syn::Result<()> {
        refuse_self(item, "`#[new]` makes the object, so there is no `self` yet")?;
        if self.constructor.is_some() {
            return Err(error(&item.sig.ident, "a class has one `#[new]`"));
        }
        if let Some(condition) = conditions(&item.attrs).first() {
            return Err(error(condition, "the constructor can't have conditions"));
        }
        self.constructor = Some(Method {
            function: Function::of(&item.attrs, &item.sig, Receiver::None)?,
            dunder: None,
            kind: Kind::Static,
        });
        Ok(())
    }

    fn method(&mut self, item: &ImplItemFn, receiver: Receiver, kind: Kind) -> syn::Result<()> {
        let function = Function::of(&item.attrs, &item.sig, receiver)?;
        let dunder = Dunder::find(&function.name).filter(|_| kind == Kind::Instance);
        if let Some(instead) = refusal(&function.name) {
            let refused = format!(
                "MicroPython doesn't call `{}` here: {instead}",
                function.name
            );
            return Err(error(&item.sig.ident, refused));
        }
        if let Some(dunder) = dunder {
            check_arity(&function, dunder, item)?;
        } else {
            refuse_dunder(&function.name, &item.sig.ident)?;
        }
        let name = function.name.clone();
        let value = MemberValue::Method(Box::new(Method {
            function,
            dunder,
            kind,
        }));
        self.member(name, &item.sig.ident, value, conditions(&item.attrs))
    }

    fn property(&mut self, item: &ImplItemFn, sets: bool) -> syn::Result<()> {
        let receiver = receiver(item)?;
        let mut function = Function::of(&item.attrs, &item.sig, receiver)?;
        if let Some(condition) = conditions(&item.attrs).first() {
            return Err(error(condition, "a property can't have conditions"));
        }
        let wanted = if sets { 2 } else { 1 };
        if function.signature.fixed() != Some(wanted) {
            let shape = if sets {
                "a setter has `&mut self` and the value"
            } else {
                "a getter has `&self` and nothing else"
            };
            return Err(error(&item.sig.inputs, shape));
        }
        let has_name = Options::read(&item.attrs)?.name.is_some();
        let prefix = if sets { "set_" } else { "get_" };
        if !has_name && let Some(rest) = function.name.strip_prefix(prefix) {
            function.name = rest.to_string();
        }
        self.accessor(function, sets)
    }

    fn accessor(&mut self, function: Function, sets: bool) -> syn::Result<()> {
        let name = function.name.clone();
        let ident = function.ident.clone();
        if self.members.iter().any(|member| member.name == name) || name == "__del__" {
            return Err(error(
                &ident,
                format!("the class has two attributes `{name}`"),
            ));
        }
        let index = match self.properties.iter().position(|other| other.name == name) {
            Some(index) => index,
            None => {
                self.properties.push(Property {
                    name,
                    get: None,
                    set: None,
                });
                self.properties.len() - 1
            }
        };
        let Some(property) = self.properties.get_mut(index) else {
            return Ok(());
        };
        let place = if sets {
            &mut property.set
        } else {
            &mut property.get
        };
        match place.replace(function) {
            None => Ok(()),
            Some(_) => Err(error(&ident, "the property has two such methods")),
        }
    }
}

/// The name of the class.
fn class_ident(item: &ItemImpl) -> syn::Result<Ident> {
    if let Some((path, _)) = &item.trait_ {
        return Err(error(
            path,
            "the methods for Python stand in an `impl` of the type itself",
        ));
    }
    if let Some(param) = item.generics.params.first() {
        return Err(error(param, "a Python class has no parameters"));
    }
    match &*item.self_ty {
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if last.arguments.is_empty() => Ok(last.ident.clone()),
            _ => Err(error(&item.self_ty, "a Python class has no parameters")),
        },
        other => Err(error(other, "a Python class is a struct")),
    }
}

/// The one attribute that says what an item is to its class.
fn mark(attributes: &[Attribute]) -> syn::Result<Option<&Attribute>> {
    for attribute in attributes {
        let mut others = ["pyfunction", "pymethods", "pyclass", "pymodule_export"].iter();
        if others.any(|name| is_attribute(attribute, name)) {
            return Err(error(
                attribute,
                "functions of a class are methods without an attribute, or have `#[new]`, `#[staticmethod]`, \
                 `#[classmethod]`, `#[getter]` or `#[setter]`",
            ));
        }
    }
    one_of(attributes, &MARKS)
}

fn refuse_self(item: &ImplItemFn, message: &str) -> syn::Result<()> {
    match item.sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) => Err(error(receiver, message)),
        _ => Ok(()),
    }
}

/// Returns the receiver that a method's first parameter stands for.
fn receiver(item: &ImplItemFn) -> syn::Result<Receiver> {
    match item.sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) => match &receiver.kind {
            ReceiverKind::Reference(_, _, None) => Ok(Receiver::Shared),
            ReceiverKind::Reference(_, _, Some(_)) => Ok(Receiver::Mutable),
            _ => Err(error(
                receiver,
                "Python keeps the object, so a method takes `&self` or `&mut self`",
            )),
        },
        Some(FnArg::Typed(typed)) if is_slf(typed) => Ok(Receiver::First),
        _ => Err(error(
            &item.sig.ident,
            "a method takes `&self`, `&mut self` or `slf: Obj`; without an object it has `#[staticmethod]`, \
             `#[classmethod]` or `#[new]`",
        )),
    }
}

/// Returns true if a parameter is called `slf`: the object as Python has it.
fn is_slf(typed: &syn::PatType) -> bool {
    matches!(&*typed.pat, syn::Pat::Ident(pattern) if pattern.ident == "slf")
}

/// Refuses an operator's name: MicroPython calls what it finds there with the object, without a look at its kind.
fn refuse_dunder(name: &str, at: &Ident) -> syn::Result<()> {
    match Dunder::find(name) {
        None => Ok(()),
        Some(_) => Err(error(
            at,
            format!(
                "MicroPython calls `{name}` with the object: it is a method with `&self`, `&mut self` or `slf: Obj`"
            ),
        )),
    }
}

/// MicroPython calls these by itself, with so many arguments.
fn check_arity(function: &Function, dunder: Dunder, item: &ImplItemFn) -> syn::Result<()> {
    let Some(arity) = dunder.arity else {
        return Ok(());
    };
    let signature = &function.signature;
    let count = signature.params.len();
    let plain = signature.n_positional_only == count
        && signature.args.is_none()
        && signature.kwargs.is_none()
        && signature.params.iter().all(|param| param.default.is_none());
    if count == arity && plain {
        return Ok(());
    }
    let others = arity - 1;
    let wanted = match others {
        0 => "no argument besides its object".to_string(),
        1 => "one argument besides its object".to_string(),
        _ => format!("{others} arguments besides its object"),
    };
    let values = function
        .params
        .iter()
        .filter(|param| param.role != Role::Vm);
    let extra = values.skip(others).last().map(|param| &param.ident);
    Err(error(
        extra.unwrap_or(&item.sig.ident),
        format!("`{}` has {wanted}", dunder.name),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Methods, String> {
        let item = syn::parse_str(text).unwrap();
        Methods::read(&item).map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_of_member() {
        let methods = read(
            "impl Led {
                #[new] #[py(signature = (pin, on = false))] fn new(pin: u8, on: bool) -> Self {}
                fn toggle(&mut self) {}
                #[py(signature = (times, pause = 1))] fn blink(&self, times: u8, pause: u32) {}
                #[staticmethod] fn count() -> u8 {}
                #[classmethod] fn first(class: Obj, a: u8) -> u8 {}
                #[getter] fn get_on(&self) -> bool {}
                #[setter] fn set_on(&mut self, on: bool) {}
                #[classattr] const MAX: u8 = 3;
                fn __enter__(slf: Obj) -> Obj {}
                fn __add__(&self, other: u8) -> u8 {}
            }",
        )
        .unwrap();
        let names = methods.names();
        for name in [
            "pin", "on", "toggle", "blink", "times", "count", "first", "MAX", "__add__",
        ] {
            assert!(names.iter().any(|other| other == name), "{name}: {names:?}");
        }
        assert!(!names.iter().any(|name| name == "new" || name == "set_on"));
        assert!(methods.properties[0].get.is_some() && methods.properties[0].set.is_some());
        let kinds: Vec<Kind> = methods
            .members
            .iter()
            .filter_map(|member| match &member.value {
                MemberValue::Method(method) => Some(method.kind),
                MemberValue::Constant(..) => None,
            })
            .collect();
        assert_eq!(
            kinds[..4],
            [Kind::Instance, Kind::Instance, Kind::Static, Kind::Class]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, message) in [
            ("impl A { fn a(self) {} }", "`&self` or `&mut self`"),
            ("impl A { fn a(b: u8) {} }", "slf"),
            (
                "impl A { #[new] fn a() {} #[new] fn b() {} }",
                "one `#[new]`",
            ),
            ("impl A { #[new] fn a(&self) {} }", "no `self` yet"),
            ("impl A { fn __add__(&self) {} }", "one argument"),
            ("impl A { fn __len__(&self, a: u8) {} }", "no argument"),
            ("impl A { fn __exit__(&self, a: u8) {} }", "3 arguments"),
            (
                "impl A { #[staticmethod] fn __len__() -> u8 {} }",
                "with the object",
            ),
            (
                "impl A { #[classmethod] fn __add__(class: Obj, a: u8) {} }",
                "with the object",
            ),
            (
                "impl A { #[classattr] #[py(name = \"__hash__\")] const A: u8 = 1; }",
                "with the object",
            ),
            ("impl A { fn __sizeof__(&self, a: u8) {} }", "no argument"),
            ("impl A { fn __init__(&self) {} }", "#[new]"),
            ("impl A { fn __del__(&mut self) {} }", "Drop"),
            ("impl A { #[getter] fn a(&self, b: u8) {} }", "a getter has"),
            (
                "impl A { #[setter] fn set_a(&mut self) {} }",
                "a setter has",
            ),
            (
                "impl A { #[getter] #[setter] fn a(&self) {} }",
                "`#[getter]` and `#[setter]` contradict each other",
            ),
            (
                "impl A { #[pyfunction] fn a(&self) {} }",
                "without an attribute",
            ),
            ("impl A { const B: u8 = 1; }", "classattr"),
            ("impl A { async fn a(&self) {} }", "await"),
            (
                "impl A { fn a<T>(&self, b: T) {} }",
                "no parameters but lifetimes",
            ),
            (
                "impl A { fn a(&self) {} #[getter] fn a(&self) {} }",
                "two attributes",
            ),
            ("impl<T> A<T> { }", "no parameters"),
            ("impl B for A { }", "of the type itself"),
        ] {
            let error = read(text).err().unwrap_or_default();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
