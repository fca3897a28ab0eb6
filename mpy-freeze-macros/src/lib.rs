//! The macros of [mpy-freeze](https://docs.rs/mpy-freeze): use them from `mpy_freeze_rt`.
//!
//! This crate parses the macros' arguments and puts errors at the argument that they belong to. What is frozen,
//! and how, and what the attributes of Python modules in Rust say, is in the crate `mpy-freeze`.

mod args;
mod environment;
mod expand;

use mpy_freeze_core::modules::expand as modules;
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
/// `modules = [panel, drivers::motor]` lists the Python modules of the crate that are written in Rust, by their paths:
/// see [`macro@pymodule`]. Python can import them without any registration. A firmware can have them without frozen
/// Python.
///
/// Errors of the Python compiler are shown at the argument that the file belongs to, with the file and line at their
/// beginning and the source text behind: rustc lets no macro point into a file that isn't Rust.
///
/// The crate's build script has to build MicroPython with `mpy_freeze::Build`; an error shows the lines to add.
/// A firmware has one `freeze!`.
#[proc_macro]
pub fn freeze(input: TokenStream) -> TokenStream {
    expand::expand(input.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a Rust function callable from Python.
///
/// ```rust,ignore
/// #[pymodule]
/// mod board {
///     use mpy_freeze_rt::{ErrorType, Exception, Obj, Raise, Vm, pyfunction};
///
///     /// Returns the time that blinking takes.
///     #[pyfunction]
///     #[py(signature = (times, /, pause = 100, *, colour = None))]
///     fn blink(times: u8, pause: u32, colour: Option<&str>) -> Result<u32, Raise> {
///         match colour {
///             Some("pink") => Err(Raise::new(ErrorType::VALUE_ERROR, "no such colour")),
///             _ => Ok(u32::from(times) * pause),
///         }
///     }
///
///     #[pyfunction]
///     fn invert(data: &mut [u8]) {
///         data.iter_mut().for_each(|byte| *byte = !*byte);
///     }
///
///     #[pyfunction]
///     fn swapped(pair: (i32, bool)) -> (bool, i32) {
///         (pair.1, pair.0)
///     }
///
///     #[pyfunction]
///     #[py(signature = (*args, **kwargs), name = "count")]
///     fn count_all<'a>(vm: &'a Vm, args: Obj<'a>, kwargs: Obj<'a>) -> Result<usize, Exception<'a>> {
///         let _ = vm;
///         Ok(args.len()? + kwargs.len()?)
///     }
/// }
/// ```
/// ```python
/// import board
///
/// assert board.blink(2) == 200
/// assert board.blink(2, pause=5, colour="red") == 10
/// data = bytearray(b"\x00\xff")
/// board.invert(data)
/// assert data == b"\xff\x00"
/// assert board.swapped((1, True)) == (True, 1)
/// assert board.count(1, 2, three=3) == 3
/// try:
///     board.blink(1, colour="pink")
/// except ValueError as error:
///     assert str(error) == "no such colour"
/// ```
///
/// `#[py(name = "…")]` gives it another name in Python. `#[py(signature = (…))]` is its signature in Python's notation;
/// without one, all arguments are given by position. A default is a Rust expression of the parameter's type. A function
/// has at most sixteen parameters.
///
/// | parameter | Python passes |
/// |---|---|
/// | `bool` | anything, as `bool()` sees it |
/// | integers of up to 64 bits | `int`; `OverflowError` for one that doesn't fit |
/// | `f32`, `f64` | `float` or `int` |
/// | `&str` | `str`, in place |
/// | `&[u8]` | anything with the buffer protocol, in place |
/// | `&mut [u8]` | anything with a writable buffer, in place |
/// | `Option<T>` | `None`, or as for `T` |
/// | tuples of up to eight | `tuple` of as many |
/// | `[T; N]` of what borrows nothing | `tuple` or `list` of as many |
/// | `&T`, `&mut T` of a `#[pyclass]` | an instance, or one of a derived class |
/// | `Obj`, `&Obj` | anything; `*args` is a tuple, `**kwargs` a dict |
/// | `&Vm` | nothing: it is the calling VM |
/// | a type of your own | as its `FromPy` has it |
///
/// A returned value has `IntoPy`, whose documentation has the table of types. The error of a `Result` is raised.
///
/// # Errors
///
/// Python gets `TypeError` for an argument of another type and for arguments that the signature doesn't allow,
/// `OverflowError` for a number that doesn't fit, and `RuntimeError` for an object whose value is in use.
///
/// # Limits
///
/// - A function isn't `async` and has no type parameters.
/// - While a function has `&[u8]` or `&mut [u8]`, the VM is closed: calling Python from it raises `RuntimeError`. The
///   same buffer can't be passed twice where one of them is `&mut [u8]`.
/// - References have no defaults; `Option<&str>` and `Option<&[u8]>` with `None` have. There is no `Option<&T>` of a
///   class: take an `Option<Ref<T>>`.
/// - A name that a macro of the crate's own writes has to be told to the build script, by `Build::python_name`.
#[proc_macro_attribute]
pub fn pyfunction(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), modules::function).into()
}

/// Makes a Rust struct without fields a class of exceptions, which Python catches by its name and by that of its base.
///
/// ```rust,ignore
/// #[pymodule]
/// mod sensors {
///     use mpy_freeze_rt::{ErrorType, Raise, pyexception, pyfunction};
///
///     /// The sensor doesn't answer.
///     #[pyexception]
///     #[py(base = ErrorType::OS_ERROR)]
///     struct SensorError;
///
///     #[pyexception]
///     #[py(base = SensorError::TYPE)]
///     struct Timeout;
///
///     #[pyfunction]
///     fn measure() -> Result<u16, Raise> {
///         Err(Raise::new(Timeout::TYPE, "no answer"))
///     }
/// }
/// ```
/// ```python
/// import sensors
///
/// try:
///     sensors.measure()
/// except sensors.SensorError as error:
///     assert type(error) is sensors.Timeout and isinstance(error, OSError)
///     assert error.args == ("no answer",)
/// else:
///     assert False
/// ```
///
/// In a `#[pymodule]` it is one of the module's entries. Its `TYPE` is an `ErrorType` as that of MicroPython's own
/// classes. The base is `Exception` unless another is given, which can be a class of Rust's too.
#[proc_macro_attribute]
pub fn pyexception(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), modules::exception).into()
}

/// Makes a Rust `mod` a Python module.
///
/// ```rust,ignore
/// mod drivers {
///     use mpy_freeze_rt::pyfunction;
///
///     #[pyfunction]
///     pub fn read(channel: u8) -> u16 {
///         u16::from(channel) * 100
///     }
/// }
///
/// /// The board.
/// #[pymodule]
/// mod board {
///     use mpy_freeze_rt::{pyfunction, pymodule};
///
///     #[pymodule_export]
///     const CHANNELS: u8 = 3;
///     #[pymodule_export]
///     const NAME: &str = "demo";
///
///     // An item of another file keeps its own name.
///     #[pymodule_export]
///     use super::drivers::read;
///
///     #[pyfunction]
///     fn led(on: bool) -> bool {
///         !on
///     }
///
///     #[pymodule]
///     mod pins {
///         #[pymodule_export]
///         const LED: u8 = 25;
///     }
/// }
/// ```
/// ```python
/// import board
/// from board import pins
///
/// assert board.CHANNELS == 3 and board.NAME == "demo"
/// assert board.read(2) == 200
/// assert board.led(True) is False
/// assert pins.LED == 25
/// ```
///
/// Functions, classes, exceptions and modules in it are its entries; constants and what `use` brings are with
/// `#[pymodule_export]`. A constant is a `bool`, an integer, a float, a `&str` or a `&[u8]`. The firmware has the
/// modules that its one `freeze!` lists: `freeze!("app/", modules = [board])`. They lie in ROM and take no heap.
///
/// The expansion stands in crates that forbid unsafe code.
#[proc_macro_attribute]
pub fn pymodule(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), modules::module).into()
}

/// Runs a Rust function when Python imports the module. It belongs in a `#[pymodule]`, and takes nothing or a `&Vm`.
///
/// ```rust,ignore
/// #[pymodule]
/// mod clock {
///     use core::sync::atomic::{AtomicBool, Ordering};
///     use mpy_freeze_rt::{pyfunction, pymodule_init};
///
///     static STARTED: AtomicBool = AtomicBool::new(false);
///
///     #[pymodule_init]
///     fn start() {
///         STARTED.store(true, Ordering::Relaxed);
///     }
///
///     #[pyfunction]
///     fn started() -> bool {
///         STARTED.load(Ordering::Relaxed)
///     }
/// }
/// ```
/// ```python
/// import clock
///
/// assert clock.started()
/// ```
///
/// An error that it returns is raised by the `import`.
#[proc_macro_attribute]
pub fn pymodule_init(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), modules::init).into()
}

/// Makes a Rust struct a Python class, together with [`macro@pymethods`].
///
/// ```rust,ignore
/// #[pymodule]
/// mod lights {
///     use mpy_freeze_rt::{pyclass, pyfunction, pymethods};
///
///     #[pyclass]
///     pub struct Led {
///         #[py(get)]
///         pin: u8,
///         #[py(get, set)]
///         level: u16,
///     }
///
///     #[pymethods]
///     impl Led {
///         #[new]
///         fn new(pin: u8) -> Self {
///             Self { pin, level: 0 }
///         }
///     }
///
///     #[pyclass(extends = Led)]
///     pub struct Flash {
///         base: Led,
///         #[py(get)]
///         count: u32,
///     }
///
///     #[pymethods]
///     impl Flash {
///         #[new]
///         fn new(pin: u8, count: u32) -> Self {
///             Self { base: Led::new(pin), count }
///         }
///
///         fn pin_twice(&self) -> u8 {
///             self.base.pin * 2
///         }
///     }
///
///     #[pyfunction]
///     fn brighter(led: &mut Led) {
///         led.level += 1;
///     }
///
///     #[pyfunction]
///     fn third() -> Led {
///         Led::new(3)
///     }
/// }
/// ```
/// ```python
/// from lights import Led, Flash, brighter, third
///
/// led = Led(25)
/// led.level = 7
/// brighter(led)
/// assert (led.pin, led.level, third().pin) == (25, 8, 3)
/// flash = Flash(2, 5)
/// brighter(flash)
/// assert isinstance(flash, Led) and flash.level == 1
/// assert flash.count == 5 and flash.pin_twice() == 4
///
/// class Blue(Led):
///     def __init__(self):
///         super().__init__(4)
///
/// assert Blue().pin == 4
/// ```
///
/// A value of the type becomes an object where a Rust function returns it, alone or in an `Option`, a tuple or an
/// array, and `&Led` or `&mut Led` as a parameter takes one. Python may use an object at any time, so borrows are
/// checked at run time: a `RuntimeError` says that the value is in use.
///
/// `#[pyclass(extends = Base)]` derives the class from another one of Rust's, whose value is the first field.
///
/// # Limits
///
/// - A class has no parameters, neither types nor lifetimes: Python keeps its objects as long as it likes.
/// - While the collector drops a value, Python doesn't run: a `Drop` that calls it gets `RuntimeError`.
/// - The type's alignment is at most four machine words.
/// - If a derived Python class has a `__setattr__`, it gets every assignment. From there `super().__setattr__` writes
///   to the object's own dict and not to a property.
#[proc_macro_attribute]
pub fn pyclass(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::class(arguments.into(), item.into()).into()
}

/// Makes the functions of an `impl` the methods of a Python class. A class has one such `impl`.
///
/// ```rust,ignore
/// #[pymodule]
/// mod shapes {
///     use mpy_freeze_rt::{Exception, Obj, pyclass, pymethods};
///
///     #[pyclass]
///     pub struct Span {
///         from: i32,
///         to: i32,
///     }
///
///     #[pymethods]
///     impl Span {
///         #[classattr]
///         const MAX: i32 = 1023;
///
///         #[new]
///         #[py(signature = (to, from = 0))]
///         fn new(to: i32, from: i32) -> Self {
///             Self { from, to }
///         }
///
///         fn grow(&mut self, by: i32) {
///             self.to += by;
///         }
///
///         #[getter]
///         fn length(&self) -> i32 {
///             self.to - self.from
///         }
///
///         #[setter]
///         fn set_length(&mut self, value: i32) {
///             self.to = self.from + value;
///         }
///
///         #[staticmethod]
///         fn whole() -> Self {
///             Self { from: 0, to: Self::MAX }
///         }
///
///         #[classmethod]
///         fn of<'a>(class: Obj<'a>, to: i32) -> Result<Obj<'a>, Exception<'a>> {
///             class.call((to,))
///         }
///
///         fn __repr__(&self) -> &'static str {
///             "Span(...)"
///         }
///
///         fn __add__(&self, other: &Self) -> Self {
///             Self { from: self.from, to: other.to }
///         }
///
///         fn __contains__(&self, item: i32) -> bool {
///             (self.from..self.to).contains(&item)
///         }
///
///         fn __iter__<'a>(slf: Obj<'a>) -> Obj<'a> {
///             slf
///         }
///
///         fn __next__(&mut self) -> Option<i32> {
///             self.from += 1;
///             (self.from <= self.to).then_some(self.from - 1)
///         }
///     }
/// }
/// ```
/// ```python
/// from shapes import Span
///
/// span = Span(3)
/// span.grow(2)
/// assert span.length == 5
/// span.length = 4
/// assert 3 in span and 4 not in span
/// assert repr(span) == "Span(...)" and Span.whole().length == Span.MAX
/// assert (span + Span.of(9)).length == 9
/// assert list(span) == [0, 1, 2, 3]
/// try:
///     span + 1
/// except TypeError:
///     pass
/// else:
///     assert False
/// ```
///
/// A method takes `&self` or `&mut self`, or the object itself as `slf: Obj`. `#[new]` is the constructor. `#[getter]`
/// and `#[setter]` make a property, which works on objects of derived classes, in Rust and in Python, too. A
/// `#[classmethod]` has the class as its first parameter. Python's operators call methods such as `__add__`: an
/// argument of another type leaves the operation to the other operand. `__next__` returns an `Option`, whose `None`
/// ends the iteration. The collector drops the Rust value with the object; Python sees that as `__del__`.
///
/// # Errors
///
/// Those of [`macro@pyfunction`], and `RuntimeError` where the object's value is in use: a `&mut self` method that
/// calls Python, which calls a method of the same object.
///
/// # Limits
///
/// - A class can't compute or refuse attributes of any name (`__getattr__`): MicroPython doesn't ask it. Properties
///   have names.
#[proc_macro_attribute]
pub fn pymethods(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into(), modules::methods).into()
}
