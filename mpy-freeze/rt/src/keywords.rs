//! Arguments by name.

use core::fmt;
use core::marker::PhantomData;

use crate::exception::Exception;
use crate::ffi::RawKeyword;
use crate::value::{Args, Argument, IntoPy, Value};
use crate::vm::Vm;

/// An argument by name, in the form in which the shim takes it over.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Keyword<'a> {
    raw: RawKeyword,
    source: PhantomData<&'a ()>,
}

impl<'a> Keyword<'a> {
    /// Makes the argument `name = value`.
    pub fn new(name: &'a str, value: impl Into<Value<'a>>) -> Self {
        Self {
            raw: RawKeyword {
                name: name.as_ptr(),
                name_len: name.len(),
                value: value.into().raw(),
            },
            source: PhantomData,
        }
    }
}

impl fmt::Debug for Keyword<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Value::new(self.raw.value);
        f.debug_tuple("Keyword").field(&value).finish()
    }
}

/// The arguments of a call by name: an array of names and values, a tuple of up to eight such pairs whose values have
/// any types, or a slice of [`Keyword`]s.
///
/// ```no_run
/// # fn example<'a>(blink: &mpy_freeze_rt::Obj<'a>) -> Result<(), mpy_freeze_rt::Exception<'a>> {
/// blink.call_with((3,), [("pause", 100)])?;
/// blink.call_with((), (("times", 3), ("colour", "red")))?;
/// # Ok(())
/// # }
/// ```
pub trait Keywords {
    /// Gives `call` the arguments in the shim's form.
    #[doc(hidden)]
    fn with<'vm, R>(
        self,
        vm: &'vm Vm,
        call: impl FnOnce(&[Keyword<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>>;
}

impl Keywords for () {
    fn with<'vm, R>(
        self,
        _: &'vm Vm,
        call: impl FnOnce(&[Keyword<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>> {
        call(&[])
    }
}

impl<T: IntoPy, const N: usize> Keywords for [(&str, T); N] {
    fn with<'vm, R>(
        self,
        vm: &'vm Vm,
        call: impl FnOnce(&[Keyword<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>> {
        let names = self.each_ref().map(|(name, _)| *name);
        self.map(|(_, value)| value).with(vm, |values| {
            let mut keywords = names.map(|name| Keyword::new(name, Value::NONE));
            for (keyword, value) in keywords.iter_mut().zip(values) {
                keyword.raw.value = value.raw();
            }
            call(&keywords)
        })
    }
}

impl Keywords for &[Keyword<'_>] {
    fn with<'vm, R>(
        self,
        _: &'vm Vm,
        call: impl FnOnce(&[Keyword<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>> {
        call(self)
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: IntoPy),*> Keywords for ($((&str, $name),)*) {
            fn with<'vm, Output>(
                self,
                vm: &'vm Vm,
                call: impl FnOnce(&[Keyword<'_>]) -> Result<Output, Exception<'vm>>,
            ) -> Result<Output, Exception<'vm>> {
                #[allow(non_snake_case, reason = "each variable has the name of its type")]
                let ($($name,)*) = self;
                #[allow(non_snake_case, reason = "as above")]
                let ($($name,)*) = ($(($name.0, Argument::new($name.1, vm)?),)*);
                call(&[$(Keyword::new($name.0, $name.1.value())),*])
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
