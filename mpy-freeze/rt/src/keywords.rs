//! Arguments by name.

use core::marker::PhantomData;

use crate::ffi::RawKeyword;
use crate::value::IntoPy;

/// An argument by name in the form in which the shim takes it over.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Keyword<'a> {
    raw: RawKeyword,
    source: PhantomData<&'a ()>,
}

impl<'a> Keyword<'a> {
    /// The argument `name = value`.
    pub fn new(name: &'a str, value: &'a (impl IntoPy + ?Sized)) -> Self {
        Self {
            raw: RawKeyword {
                name: name.as_ptr(),
                name_len: name.len(),
                value: value.to_value().raw(),
            },
            source: PhantomData,
        }
    }
}

/// The arguments of a call that are given by name: an array or slice of names and values, or a tuple of up to eight
/// of such pairs, whose values are of any kinds.
///
/// ```no_run
/// # fn example<'a>(blink: &mpy_freeze_rt::Obj<'a>) -> Result<(), mpy_freeze_rt::Exception<'a>> {
/// blink.call_with((3,), [("pause", 100)])?;
/// blink.call_with((), (("times", 3), ("colour", "red")))?;
/// # Ok(())
/// # }
/// ```
pub trait Keywords {
    /// Gives `call` the arguments as the shim takes them over.
    fn with<R>(&self, call: impl FnOnce(&[Keyword<'_>]) -> R) -> R;
}

impl Keywords for () {
    fn with<R>(&self, call: impl FnOnce(&[Keyword<'_>]) -> R) -> R {
        call(&[])
    }
}

impl<T: IntoPy, const N: usize> Keywords for [(&str, T); N] {
    fn with<R>(&self, call: impl FnOnce(&[Keyword<'_>]) -> R) -> R {
        call(
            &self
                .each_ref()
                .map(|(name, value)| Keyword::new(name, value)),
        )
    }
}

impl<T: IntoPy, const N: usize> Keywords for &[(&str, T); N] {
    fn with<R>(&self, call: impl FnOnce(&[Keyword<'_>]) -> R) -> R {
        (**self).with(call)
    }
}

impl Keywords for &[Keyword<'_>] {
    fn with<R>(&self, call: impl FnOnce(&[Keyword<'_>]) -> R) -> R {
        call(self)
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: IntoPy),*> Keywords for ($((&str, $name),)*) {
            fn with<Result>(&self, call: impl FnOnce(&[Keyword<'_>]) -> Result) -> Result {
                #[allow(non_snake_case, reason = "each variable has the name of its type")]
                let ($($name,)*) = self;
                call(&[$(Keyword::new($name.0, &$name.1)),*])
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
