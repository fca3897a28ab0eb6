//! Python exceptions as Rust errors.

use core::fmt;

use crate::error::ErrorType;
use crate::ffi;
use crate::object::Obj;
use crate::text;

/// What Python raised.
///
/// `Display` writes the traceback as Python prints it, without a line break at its end; `Debug` writes the
/// exception's `repr()`. When there was no memory for an exception of its own, it is a `MemoryError`, or one
/// whose message and traceback are cut short; the next shortage may then reuse the same object.
pub struct Exception<'vm>(Obj<'vm>);

impl<'vm> Exception<'vm> {
    pub(crate) fn new(object: Obj<'vm>) -> Self {
        Self(object)
    }

    /// The exception as an object, to look at its attributes.
    pub fn as_obj(&self) -> &Obj<'vm> {
        &self.0
    }

    /// The exception as an object.
    pub fn into_obj(self) -> Obj<'vm> {
        self.0
    }

    /// The name of the exception's class.
    pub fn type_name(&self) -> &'vm str {
        self.0.type_name()
    }

    /// The exception's message, to be written: what Python's `str()` gives.
    pub fn message(&self) -> impl fmt::Display {
        &self.0
    }

    /// Whether the exception is of this class or of one derived from it, as in `except ValueError:`.
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

    /// What the exception was raised with: the message, or an `OSError`'s number. `None` where there was nothing.
    ///
    /// # Errors
    ///
    /// Whatever looking at an exception of a class of Python's raises.
    pub fn value(&self) -> Result<Obj<'vm>, Exception<'vm>> {
        self.0.attr("value")
    }

    /// All that the exception was raised with, as a tuple.
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value).
    pub fn args(&self) -> Result<Obj<'vm>, Exception<'vm>> {
        self.0.attr("args")
    }

    /// Whether the exception's class or one of its bases has this name, as in `except ValueError:`.
    ///
    /// `sys.exit()` comes to Rust as a `"SystemExit"`.
    pub fn matches(&self, class: &str) -> bool {
        // SAFETY: the pointer is good for the call and the handle while `self` lives.
        unsafe { ffi::mpyf_exception_matches(self.0.handle(), class.as_ptr(), class.len()) != 0 }
    }

    /// Writes the traceback, as Python prints it, without a line break at its end. It needs no memory of
    /// Python's heap.
    ///
    /// # Errors
    ///
    /// What `out` reports. An exception that Python raises on the way, in a `__str__` for example, is named in
    /// the text.
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
