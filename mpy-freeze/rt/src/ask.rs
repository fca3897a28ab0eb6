//! What Python says of objects: how they compare, what they contain and what they are.

use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::shim;
use crate::value::{Argument, IntoPy};

macro_rules! comparisons {
    ($($name:ident $question:ident $sign:literal)*) => {$(
        #[doc = concat!("Whether `self ", $sign, " other`, as Python compares.")]
        ///
        /// # Errors
        ///
        /// `TypeError` where the two can't be compared, and whatever a comparison in Python raises.
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

    /// Whether `value in self`.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object that contains nothing, and whatever a `__contains__` or a comparison raises.
    pub fn contains(&self, value: impl IntoPy) -> Result<bool, Exception<'vm>> {
        self.ask(ffi::ASK_CONTAINS, value).map(|answer| answer != 0)
    }

    /// Whether both are one object, as Python's `is`.
    pub fn is(&self, other: &Obj<'_>) -> bool {
        // SAFETY: both handles are of living objects.
        unsafe { ffi::mpyf_is(self.handle(), other.handle()) != 0 }
    }

    /// Whether the object is an instance of a class or of one of the classes in a tuple, as Python's `isinstance()`.
    ///
    /// # Errors
    ///
    /// `TypeError` where `class` is neither.
    pub fn is_instance(&self, class: &Obj<'_>) -> Result<bool, Exception<'vm>> {
        self.ask(ffi::ASK_INSTANCE, class).map(|answer| answer != 0)
    }

    /// Whether the object can be called, as Python's `callable()`.
    ///
    /// # Errors
    ///
    /// Whatever looking at an instance's class raises.
    pub fn is_callable(&self) -> Result<bool, Exception<'vm>> {
        self.ask(ffi::ASK_CALLABLE, ()).map(|answer| answer != 0)
    }

    /// The object's hash, as Python's `hash()`.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object that has none, and whatever a `__hash__` raises.
    pub fn hash(&self) -> Result<isize, Exception<'vm>> {
        self.ask(ffi::ASK_HASH, ())
    }
}
