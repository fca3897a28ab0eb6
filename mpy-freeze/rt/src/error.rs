//! Exceptions that Rust raises in Python.

use core::ffi::c_void;
use core::fmt;

use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::vm::Vm;

/// A class of exceptions, such as `ValueError`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

/// An exception that Rust code has Python raise: a class and a message.
///
/// Making one needs neither a VM nor memory, so that code which knows nothing of Python can return it as its error. An
/// exception that Python has raised is an [`Exception`]; [`Vm::new_exception`] makes one whose message is formatted at
/// run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Raise {
    class: ErrorType,
    message: &'static str,
}

impl Raise {
    /// Makes the description of an exception. An empty message stands for none.
    pub const fn new(class: ErrorType, message: &'static str) -> Self {
        Self { class, message }
    }

    /// Returns the class.
    pub const fn class(&self) -> ErrorType {
        self.class
    }

    /// Returns the message.
    pub const fn message(&self) -> &'static str {
        self.message
    }

    /// Makes the exception. It is a `MemoryError` if there is no room for one.
    ///
    /// The lifetime is that of the VM that runs: the callers are inside of a call of its.
    pub(crate) fn exception<'vm>(self) -> Exception<'vm> {
        let (message, len) = (self.message.as_ptr(), self.message.len());
        let mut out = 0;
        // SAFETY: the class is one of MicroPython's, and the message lives through the call, which always leaves an
        // exception.
        unsafe {
            ffi::mpyf_new_exception(self.class.0, message, len, &mut out);
            Exception::new(Obj::from_handle(out))
        }
    }
}

impl fmt::Display for Raise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl core::error::Error for Raise {}

macro_rules! conversions {
    ($($error:ty => $class:ident $message:literal)*) => {$(
        #[doc = concat!("`", $message, "`.")]
        impl From<$error> for Raise {
            fn from(_: $error) -> Self {
                Self::new(ErrorType::$class, $message)
            }
        }
    )*};
}

// The errors of parsing and converting in Rust's core library.
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

/// An error that Python gets as an exception: [`Raise`], an [`Exception`] that came from Python, or an error type of
/// your own.
///
/// It is the error of a Rust function that Python calls. Where class and message are constants, an error of your own is
/// best turned into a [`Raise`] by `From`, so that `?` does it:
///
/// ```no_run
/// use mpy_freeze_rt::{ErrorType, Raise};
///
/// struct NoSignal;
///
/// impl From<NoSignal> for Raise {
///     fn from(_: NoSignal) -> Self {
///         Raise::new(ErrorType::OS_ERROR, "no signal")
///     }
/// }
///
/// # fn receive() -> Result<u16, NoSignal> { Err(NoSignal) }
/// // With `#[pyfunction]`:
/// fn level() -> Result<u16, Raise> {
///     Ok(receive()? / 2)
/// }
/// ```
///
/// Otherwise it makes the exception itself, with the number of an `OSError` for example:
///
/// ```no_run
/// use mpy_freeze_rt::{ErrorType, Exception, IntoException, Vm};
///
/// struct BusError {
///     errno: i32,
/// }
///
/// impl IntoException for BusError {
///     fn into_exception(self, vm: &Vm) -> Exception<'_> {
///         vm.new_exception_with(ErrorType::OS_ERROR, (self.errno,))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that Python gets as an exception",
    note = "return `Raise` or `Exception`, or implement `IntoException` for it"
)]
pub trait IntoException {
    /// Makes the exception. It is a `MemoryError` if there is no room for one.
    fn into_exception(self, vm: &Vm) -> Exception<'_>;
}

impl IntoException for Raise {
    fn into_exception(self, _: &Vm) -> Exception<'_> {
        self.exception()
    }
}

impl IntoException for Exception<'_> {
    fn into_exception(self, vm: &Vm) -> Exception<'_> {
        Exception::new(self.into_obj().in_vm(vm))
    }
}
