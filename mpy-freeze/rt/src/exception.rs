//! Python exceptions as Rust errors.

use core::fmt;

use crate::error::ErrorType;
use crate::ffi;
use crate::object::Obj;
use crate::text;

/// An exception that Python raised, or that Python is to raise.
///
/// `Display` writes the traceback as Python prints it, without a line break at its end. `Debug` writes the exception's
/// `repr()`. If MicroPython had no memory for the exception, it is a `MemoryError`, or its message and traceback are
/// cut short; the next shortage may then reuse the same object.
pub struct Exception<'vm>(Obj<'vm>);

impl<'vm> Exception<'vm> {
    pub(crate) fn new(object: Obj<'vm>) -> Self {
        Self(object)
    }

    /// Returns the exception as an object, for its attributes.
    pub fn as_obj(&self) -> &Obj<'vm> {
        &self.0
    }

    /// Converts the exception to an object.
    pub fn into_obj(self) -> Obj<'vm> {
        self.0
    }

    /// Returns the name of the exception's class.
    pub fn type_name(&self) -> &'vm str {
        self.0.type_name()
    }

    /// Returns the exception's message for formatting, as Python's `str()` has it.
    pub fn message(&self) -> impl fmt::Display {
        &self.0
    }

    /// Returns `true` if the exception is of this class or of a derived one, as `except ValueError:` checks.
    ///
    /// ```no_run
    /// use mpy_freeze_rt::{ErrorType, Exception, Vm};
    ///
    /// fn configured(vm: &Vm) -> Result<bool, Exception<'_>> {
    ///     match vm.import("settings") {
    ///         Ok(settings) => settings.has_attr("DEBUG"),
    ///         Err(exception) if exception.is_instance_of(ErrorType::IMPORT_ERROR) => Ok(false),
    ///         Err(exception) => Err(exception),
    ///     }
    /// }
    /// ```
    pub fn is_instance_of(&self, class: ErrorType) -> bool {
        // SAFETY: the handle is of a living object, and the class is one.
        unsafe { ffi::mpyf_exception_is(self.0.handle(), class.as_ptr()) != 0 }
    }

    /// Returns the first argument of the exception: the message, or an `OSError`'s number. It is `None` if there are no
    /// arguments.
    ///
    /// # Errors
    ///
    /// Any exception that a property of the exception's class raises.
    pub fn value(&self) -> Result<Obj<'vm>, Exception<'vm>> {
        self.0.attr("value")
    }

    /// Returns the arguments of the exception, as a tuple.
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value).
    pub fn args(&self) -> Result<Obj<'vm>, Exception<'vm>> {
        self.0.attr("args")
    }

    /// Returns `true` if the exception's class or one of its bases has this name.
    ///
    /// `sys.exit()` comes to Rust as a `"SystemExit"`.
    pub fn matches(&self, class: &str) -> bool {
        // SAFETY: the pointer is good for the call and the handle while `self` lives.
        unsafe { ffi::mpyf_exception_matches(self.0.handle(), class.as_ptr(), class.len()) != 0 }
    }

    /// Writes the traceback as Python prints it, without a line break at its end. This takes no memory from Python's
    /// heap.
    ///
    /// # Errors
    ///
    /// The error of `out`. If Python raises another exception meanwhile, in a `__str__` for example, the text names it.
    pub fn write_traceback(&self, out: &mut impl fmt::Write) -> fmt::Result {
        text::write(self.0.handle(), ffi::TEXT_TRACEBACK, out)
    }
}

impl fmt::Display for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_traceback(f)
    }
}

impl fmt::Debug for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl core::error::Error for Exception<'_> {}
