//! The macros of [mpy-freeze](https://docs.rs/mpy-freeze): use them from `mpy_freeze_rt`.
//!
//! This crate parses the macros' arguments and puts errors at the argument that they belong to. What is frozen,
//! and how, and what the attributes of Python modules in Rust say, is in the crate `mpy-freeze`.

mod args;
mod attributes;
mod class;
mod environment;
mod exception;
mod expand;
mod function;
mod methods;
mod module;
mod types;

use proc_macro::TokenStream;

/// Compiles Python and puts it into the firmware's ROM.
///
/// ```text
/// mpy_freeze_rt::freeze!("app/", "lib/one.py", opt = 2);
/// ```
///
/// Each argument is a folder, whose modules keep their paths below it, or a `.py` or `.mpy` file, which is frozen under
/// its own name. Paths start at the folder of the crate's `Cargo.toml`. Hidden files and folders and
/// `__pycache__` are left out.
///
/// A file that is called `manifest.py` or `manifest_*.py` is a manifest, as MicroPython's own ports have them: it
/// lists what to freeze. `manifest = "…"` takes a manifest of any other name, or its source. Where
/// `FROZEN_MANIFEST` is set in the environment of the build, that is taken instead of all manifests; the folder that
/// `FROZEN_MPY_DIR` names is frozen too.
///
/// ```text
/// mpy_freeze_rt::freeze!("boards/manifest.py");
/// mpy_freeze_rt::freeze!("app/", manifest = "require('aiorepl')");
/// ```
///
/// `opt` is the compiler's optimisation level: 0 is the default, 1 drops `assert`, 2 also makes `__debug__`
/// false, 3 also drops line numbers. A manifest may set another for its files.
///
/// The crate's build script has to build MicroPython with `mpy_freeze::Build`; an error shows the lines to add.
/// A firmware has one `freeze!`.
#[proc_macro]
pub fn freeze(input: TokenStream) -> TokenStream {
    expand::expand(input.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a Rust function one that Python calls.
///
/// ```text
/// /// Blinks `times` times.
/// #[pyfunction]
/// #[py(signature = (times, /, pause = 100))]
/// fn blink(times: u8, pause: u32) -> Result<(), PyErr> { … }
/// ```
#[proc_macro_attribute]
pub fn pyfunction(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), function::expand).into()
}

/// Makes a Rust struct without fields a class of exceptions, which Python catches by its name and by that of its base.
///
/// ```text
/// /// The sensor doesn't answer.
/// #[pyexception]
/// #[py(base = ErrorType::OS_ERROR)]
/// struct SensorError;
///
/// #[pyfunction]
/// fn measure() -> Result<u16, PyErr> {
///     Err(PyErr::new(SensorError::TYPE, "no answer"))
/// }
/// ```
///
/// In a `#[pymodule]` it is one of the module's entries. Its `TYPE` is an `ErrorType` as that of MicroPython's own
/// classes. The base is `Exception` unless another is given, which can be a class of Rust's too.
#[proc_macro_attribute]
pub fn pyexception(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), exception::expand).into()
}

/// Makes a Rust `mod` a Python module.
///
/// ```text
/// #[pymodule]
/// mod board {
///     #[pyfunction]
///     fn led(on: bool) { … }
/// }
///
/// mpy_freeze_rt::freeze!("app/", modules = [board]);
/// ```
#[proc_macro_attribute]
pub fn pymodule(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), module::expand).into()
}

/// Makes a Rust function run when the module is imported: it stands in a `#[pymodule]`, and takes nothing or a `&Vm`.
#[proc_macro_attribute]
pub fn pymodule_init(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), function::expand_init).into()
}

/// Makes a Rust struct a Python class, together with [`macro@pymethods`].
///
/// ```text
/// #[pyclass]
/// struct Led {
///     #[py(get)]
///     pin: u8,
///     #[py(get, set)]
///     level: u16,
/// }
/// ```
///
/// A value of the type becomes an object where a Rust function returns it, and `&Led` or `&mut Led` as a parameter
/// takes one. Python may use an object at any time, so that borrowing is checked when it happens: `RuntimeError`
/// says that the value is in use.
///
/// `#[pyclass(extends = Base)]` derives the class from another one of Rust's, whose value is the first field.
#[proc_macro_attribute]
pub fn pyclass(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::class(arguments.into(), item.into()).into()
}

/// Makes the functions of an `impl` the methods of a Python class. A class has one such `impl`.
///
/// ```text
/// #[pymethods]
/// impl Led {
///     #[classattr]
///     const MAX: u16 = 1023;
///
///     #[new]
///     #[py(signature = (pin, level = 0))]
///     fn new(pin: u8, level: u16) -> Self { … }
///
///     fn toggle(&mut self) { … }
///
///     #[getter]
///     fn is_on(&self) -> bool { … }
///
///     #[staticmethod]
///     fn count() -> usize { … }
///
///     fn __repr__(&self) -> &str { … }
/// }
/// ```
///
/// A method takes `&self` or `&mut self`, or the object itself as `slf: Obj`. `#[new]` is the constructor,
/// `#[getter]` and `#[setter]` make a property, a `#[classmethod]` has the class as its first parameter. Methods
/// such as `__add__` are what Python's operators call: an argument of another type leaves the operation to the other
/// operand. `__next__` returns an `Option`, whose `None` ends the iteration. What Rust drops with the value is
/// Python's `__del__`.
#[proc_macro_attribute]
pub fn pymethods(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), methods::expand).into()
}
