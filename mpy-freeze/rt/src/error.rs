//! Python exceptions that Rust raises.

use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;

use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::vm::Vm;

/// A class of exceptions, such as `ValueError`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ErrorType(*const c_void);

// SAFETY: the address is of a type object in ROM, which nobody writes to.
unsafe impl Sync for ErrorType {}
// SAFETY: as above.
unsafe impl Send for ErrorType {}

macro_rules! classes {
    ($($constant:ident $symbol:ident $name:literal)*) => {
        unsafe extern "C" {
            $(static $symbol: ClassObject;)*
        }

        impl ErrorType {
            $(
                #[doc = concat!("Python's `", $name, "`.")]
                pub const $constant: Self = Self((&raw const $symbol).cast());
            )*
        }
    };
}

impl ErrorType {
    /// A class of exceptions by its address.
    ///
    /// # Safety
    ///
    /// There is a type object of MicroPython's, for ever, whose instances `mp_obj_exception_make_new` makes.
    #[doc(hidden)]
    pub const unsafe fn from_ptr(class: *const c_void) -> Self {
        Self(class)
    }

    /// The address.
    #[doc(hidden)]
    pub const fn as_ptr(self) -> *const c_void {
        self.0
    }
}

/// A class of MicroPython's, of which only the address is used here.
#[repr(C)]
struct ClassObject([usize; 0]);

classes! {
    ARITHMETIC_ERROR mp_type_ArithmeticError "ArithmeticError"
    ASSERTION_ERROR mp_type_AssertionError "AssertionError"
    ATTRIBUTE_ERROR mp_type_AttributeError "AttributeError"
    EOF_ERROR mp_type_EOFError "EOFError"
    EXCEPTION mp_type_Exception "Exception"
    IMPORT_ERROR mp_type_ImportError "ImportError"
    INDEX_ERROR mp_type_IndexError "IndexError"
    KEYBOARD_INTERRUPT mp_type_KeyboardInterrupt "KeyboardInterrupt"
    KEY_ERROR mp_type_KeyError "KeyError"
    LOOKUP_ERROR mp_type_LookupError "LookupError"
    MEMORY_ERROR mp_type_MemoryError "MemoryError"
    NAME_ERROR mp_type_NameError "NameError"
    NOT_IMPLEMENTED_ERROR mp_type_NotImplementedError "NotImplementedError"
    OS_ERROR mp_type_OSError "OSError"
    OVERFLOW_ERROR mp_type_OverflowError "OverflowError"
    RUNTIME_ERROR mp_type_RuntimeError "RuntimeError"
    STOP_ITERATION mp_type_StopIteration "StopIteration"
    SYSTEM_EXIT mp_type_SystemExit "SystemExit"
    TYPE_ERROR mp_type_TypeError "TypeError"
    VALUE_ERROR mp_type_ValueError "ValueError"
    ZERO_DIVISION_ERROR mp_type_ZeroDivisionError "ZeroDivisionError"
}

impl fmt::Debug for ErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorType({:p})", self.0)
    }
}

/// An exception that a Rust function raises: a class and a message.
///
/// It needs no VM and no memory to be made, so that code which knows nothing of Python can return it.
/// [`Vm::exception`](crate::Vm::exception) makes one whose message is put together at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PyErr {
    class: ErrorType,
    message: &'static str,
}

impl PyErr {
    /// An exception of a class, with a message, or without one where that is empty.
    pub const fn new(class: ErrorType, message: &'static str) -> Self {
        Self { class, message }
    }

    /// The class.
    pub const fn class(&self) -> ErrorType {
        self.class
    }

    /// The message.
    pub const fn message(&self) -> &'static str {
        self.message
    }

    /// The exception as an object. It is a `MemoryError` where there is no room for one.
    pub(crate) fn raise<'a>(self) -> Exception<'a> {
        raise(self.class, self.message)
    }
}

macro_rules! conversions {
    ($($error:ty => $class:ident $message:literal)*) => {$(
        #[doc = concat!("`", $message, "`.")]
        impl From<$error> for PyErr {
            fn from(_: $error) -> Self {
                Self::new(ErrorType::$class, $message)
            }
        }
    )*};
}

// What parsing and converting in Rust's core library reports.
conversions! {
    core::num::TryFromIntError => OVERFLOW_ERROR "number out of range"
    core::num::ParseIntError => VALUE_ERROR "invalid syntax for integer"
    core::num::ParseFloatError => VALUE_ERROR "invalid syntax for number"
    core::str::ParseBoolError => VALUE_ERROR "invalid syntax for bool"
    core::str::Utf8Error => VALUE_ERROR "invalid UTF-8"
    core::array::TryFromSliceError => VALUE_ERROR "wrong number of bytes"
    core::cell::BorrowError => RUNTIME_ERROR "already borrowed"
    core::cell::BorrowMutError => RUNTIME_ERROR "already borrowed"
    fmt::Error => RUNTIME_ERROR "a text couldn't be formatted"
}

/// An exception as an object, for the VM that runs: the callers are inside of a call of its.
pub(crate) fn raise<'a>(class: ErrorType, message: &str) -> Exception<'a> {
    let mut out = 0;
    // SAFETY: the class is one of MicroPython's, and the pointers are good for the call, which always leaves an
    // exception in `out`.
    unsafe {
        ffi::mpyf_new_exception(class.0, message.as_ptr(), message.len(), &mut out);
        Exception::new(Obj::from_handle(out))
    }
}

/// What a Rust function can return as its error: [`PyErr`], or an [`Exception`] that came from Python.
///
/// An error of your own becomes a [`PyErr`] by `From`, and `?` makes it one:
///
/// ```no_run
/// use mpy_freeze_rt::{ErrorType, PyErr};
///
/// struct NoSignal;
///
/// impl From<NoSignal> for PyErr {
///     fn from(_: NoSignal) -> Self {
///         PyErr::new(ErrorType::OS_ERROR, "no signal")
///     }
/// }
///
/// # fn receive() -> Result<u16, NoSignal> { Err(NoSignal) }
/// // With `#[pyfunction]`:
/// fn level() -> Result<u16, PyErr> {
///     Ok(receive()? / 2)
/// }
/// ```
pub trait IntoException<'a> {
    /// The exception as an object.
    #[doc(hidden)]
    fn into_exception(self, raise: Raise<'a>) -> Exception<'a>;
}

/// Says that a VM runs, which only a call of Rust by Python can. It stays on the VM's thread.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Raise<'a>(pub(crate) PhantomData<&'a Vm>);

impl<'a> IntoException<'a> for PyErr {
    fn into_exception(self, _: Raise<'a>) -> Exception<'a> {
        self.raise()
    }
}

impl<'a> IntoException<'a> for Exception<'a> {
    fn into_exception(self, _: Raise<'a>) -> Exception<'a> {
        self
    }
}
