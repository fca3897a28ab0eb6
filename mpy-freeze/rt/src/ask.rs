//! Questions that Python answers about objects: comparisons, containment, classes and hashes.

use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::shim;
use crate::value::{Argument, IntoPy};

macro_rules! comparisons {
    ($($name:ident $question:ident $sign:literal)*) => {$(
        #[doc = concat!("Evaluates `self ", $sign, " other`, as Python compares.")]
        ///
        /// # Errors
        ///
        /// `TypeError` if the two can't be compared, and any exception that a comparison in Python raises.
        pub fn $name(&self, other: impl IntoPy) -> Result<bool, Exception<'vm>> {
            self.ask(ffi::$question, other).map(|answer| answer != 0)
        }
    )*};
}

impl<'vm> Obj<'vm> {
    fn ask(&self, question: u32, value: impl IntoPy) -> Result<isize, Exception<'vm>> {
        let value = Argument::new(value, self.vm())?;
        let value = value.value();
        // SAFETY: the value lives through the call, which leaves no object.
        unsafe {
            shim::value(|answer, out| {
                ffi::mpyf_ask(self.handle(), question, value.as_raw(), answer, out)
            })
        }
    }

    comparisons! {
        eq ASK_EQUAL "=="
        ne ASK_NOT_EQUAL "!="
        lt ASK_LESS "<"
        le ASK_LESS_EQUAL "<="
        gt ASK_MORE ">"
        ge ASK_MORE_EQUAL ">="
    }

    /// Evaluates `value in self`.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object that isn't a container, and any exception that a `__contains__` or a comparison
    /// raises.
    pub fn contains(&self, value: impl IntoPy) -> Result<bool, Exception<'vm>> {
        self.ask(ffi::ASK_CONTAINS, value).map(|answer| answer != 0)
    }

    /// Returns `true` if both are the same object, as Python's `is` does.
    pub fn is(&self, other: &Obj<'_>) -> bool {
        // SAFETY: both handles are of living objects.
        unsafe { ffi::mpyf_is(self.handle(), other.handle()) != 0 }
    }

    /// Checks whether the object is an instance of a class, or of one of the classes in a tuple, as Python's
    /// `isinstance()` does.
    ///
    /// # Errors
    ///
    /// `TypeError` if `class` is neither.
    pub fn is_instance(&self, class: &Obj<'_>) -> Result<bool, Exception<'vm>> {
        self.ask(ffi::ASK_INSTANCE, class).map(|answer| answer != 0)
    }

    /// Checks whether the object can be called, as Python's `callable()` does.
    ///
    /// # Errors
    ///
    /// Any exception that the lookup in an instance's class raises.
    pub fn is_callable(&self) -> Result<bool, Exception<'vm>> {
        self.ask(ffi::ASK_CALLABLE, ()).map(|answer| answer != 0)
    }

    /// Returns the object's hash, as Python's `hash()` does.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object without a hash, and any exception that a `__hash__` raises.
    pub fn hash(&self) -> Result<isize, Exception<'vm>> {
        self.ask(ffi::ASK_HASH, ())
    }
}
