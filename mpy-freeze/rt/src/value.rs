//! Rust values on their way to Python.

use core::marker::PhantomData;

use crate::error::Raise;
use crate::ffi::{self, RawValue};
use crate::function::Return;
use crate::object::Obj;

/// A Rust value in the form in which the shim takes it over. It borrows what it was made from.
///
/// Slices of them are arguments, where their number or kinds aren't known before:
///
/// ```no_run
/// # use mpy_freeze_rt::{Exception, Obj, Value};
/// # fn example<'a>(log: &Obj<'a>, level: u8, text: Option<&str>) -> Result<(), Exception<'a>> {
/// let all = [Value::of(&level), Value::of(&text)];
/// let given = if text.is_some() { &all[..] } else { &all[..1] };
/// log.call(given)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Value<'a> {
    raw: RawValue,
    source: PhantomData<&'a ()>,
}

impl<'a> Value<'a> {
    const NONE: RawValue = RawValue {
        bits: 0,
        data: core::ptr::null(),
        len: 0,
        kind: ffi::VALUE_NONE,
        object: 0,
    };

    fn new(raw: RawValue) -> Self {
        Self {
            raw,
            source: PhantomData,
        }
    }

    fn bits(kind: u32, bits: u64) -> Self {
        Self::new(RawValue {
            kind,
            bits,
            ..Self::NONE
        })
    }

    fn bytes(kind: u32, bytes: &'a [u8]) -> Self {
        Self::new(RawValue {
            kind,
            data: bytes.as_ptr(),
            len: bytes.len(),
            ..Self::NONE
        })
    }

    pub(crate) fn object(handle: u32) -> Self {
        Self::new(RawValue {
            kind: ffi::VALUE_OBJECT,
            object: handle,
            ..Self::NONE
        })
    }

    /// A value of any type that has [`IntoPy`], for lists of arguments whose types differ.
    pub fn of(value: &'a (impl IntoPy + ?Sized)) -> Self {
        value.to_value()
    }

    pub(crate) fn raw(self) -> RawValue {
        self.raw
    }

    pub(crate) fn as_raw(&self) -> *const RawValue {
        &raw const self.raw
    }
}

/// A type whose values Python can be given: as an argument, as an attribute, or as a new object; in an `Option` too,
/// which [`IntoPy`] has.
///
/// | Rust | Python |
/// |---|---|
/// | `()` | `None` |
/// | `bool` | `bool` |
/// | integers of up to 64 bits | `int` |
/// | `f32`, `f64` | `float` |
/// | `str` | `str`, a copy |
/// | `[u8]` | `bytes`, a copy |
/// | [`Obj`] | the object itself |
///
/// A number that the firmware's Python can't hold raises `OverflowError`, or `TypeError` for a float in a
/// firmware without floats.
///
/// A type of your own says what it is by another's value, and is then an argument, and what functions return:
///
/// ```no_run
/// use mpy_freeze_rt::{ToPy, Value};
///
/// struct Celsius {
///     tenths: i16,
/// }
///
/// impl ToPy for Celsius {
///     fn to_py(&self) -> Value<'_> {
///         self.tenths.to_py()
///     }
/// }
/// ```
pub trait ToPy {
    /// The value as the shim takes it over.
    fn to_py(&self) -> Value<'_>;

    /// The value as a Rust function returns it.
    #[doc(hidden)]
    fn returned<'a>(&self, raise: Raise<'a>) -> Return<'a> {
        Return::new_object(self, raise)
    }
}

impl ToPy for () {
    fn to_py(&self) -> Value<'_> {
        Value::new(Value::NONE)
    }

    fn returned<'a>(&self, _: Raise<'a>) -> Return<'a> {
        Return::NONE
    }
}

impl ToPy for bool {
    fn to_py(&self) -> Value<'_> {
        Value::bits(ffi::VALUE_BOOL, u64::from(*self))
    }

    fn returned<'a>(&self, _: Raise<'a>) -> Return<'a> {
        Return::bool(*self)
    }
}

macro_rules! integers {
    ($kind:expr, $wide:ty: $($int:ty)*) => {$(
        impl ToPy for $int {
            fn to_py(&self) -> Value<'_> {
                // The wider type of the same signedness keeps the value; the shim takes the bits back as that.
                Value::bits($kind, (*self as $wide) as u64)
            }

            #[inline]
            fn returned<'a>(&self, raise: Raise<'a>) -> Return<'a> {
                match isize::try_from(*self) {
                    Ok(value) => Return::int(value),
                    Err(_) => Return::large(*self as $wide, raise),
                }
            }
        }
    )*};
}

integers!(ffi::VALUE_INT, i64: i8 i16 i32 i64 isize);
integers!(ffi::VALUE_UINT, u64: u8 u16 u32 u64 usize);

impl ToPy for f64 {
    fn to_py(&self) -> Value<'_> {
        Value::bits(ffi::VALUE_FLOAT, self.to_bits())
    }

    #[cfg(target_pointer_width = "64")]
    fn returned<'a>(&self, _: Raise<'a>) -> Return<'a> {
        Return::float(*self)
    }
}

impl ToPy for f32 {
    fn to_py(&self) -> Value<'_> {
        Value::bits(ffi::VALUE_FLOAT, f64::from(*self).to_bits())
    }

    fn returned<'a>(&self, _: Raise<'a>) -> Return<'a> {
        Return::float((*self).into())
    }
}

impl ToPy for str {
    fn to_py(&self) -> Value<'_> {
        Value::bytes(ffi::VALUE_STR, self.as_bytes())
    }
}

impl ToPy for [u8] {
    fn to_py(&self) -> Value<'_> {
        Value::bytes(ffi::VALUE_BYTES, self)
    }
}

impl<const N: usize> ToPy for [u8; N] {
    fn to_py(&self) -> Value<'_> {
        Value::bytes(ffi::VALUE_BYTES, self)
    }
}

impl ToPy for Obj<'_> {
    fn to_py(&self) -> Value<'_> {
        Value::object(self.handle())
    }
}

impl ToPy for Value<'_> {
    fn to_py(&self) -> Value<'_> {
        *self
    }
}

impl<T: ToPy + ?Sized> ToPy for &T {
    fn to_py(&self) -> Value<'_> {
        T::to_py(self)
    }

    #[inline]
    fn returned<'a>(&self, raise: Raise<'a>) -> Return<'a> {
        T::returned(self, raise)
    }
}

/// What Python can be given: whatever has [`ToPy`], or an `Option` of it, whose `None` is Python's.
///
/// An `Option` hasn't `ToPy` itself, so that Rust functions can return one of a class, which hasn't either. A type of
/// your own implements `ToPy`.
#[diagnostic::on_unimplemented(
    message = "Python can't be given a `{Self}`",
    note = "implement `ToPy` for it; a value of a `#[pyclass]` becomes an object with `Vm::instance`"
)]
pub trait IntoPy {
    /// The value as the shim takes it over.
    #[doc(hidden)]
    fn to_value(&self) -> Value<'_>;
}

impl<T: ToPy + ?Sized> IntoPy for T {
    fn to_value(&self) -> Value<'_> {
        self.to_py()
    }
}

impl<T: ToPy> IntoPy for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::new(Value::NONE), T::to_py)
    }
}

impl<T: ToPy> IntoPy for &Option<T> {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

/// The arguments of a call by position: a tuple of up to eight values of any kinds, an array of one kind, or a slice of
/// [`Value`]s.
pub trait Args {
    /// Gives `call` the arguments as the shim takes them over.
    fn with<R>(&self, call: impl FnOnce(&[Value<'_>]) -> R) -> R;
}

impl Args for () {
    fn with<R>(&self, call: impl FnOnce(&[Value<'_>]) -> R) -> R {
        call(&[])
    }
}

impl<T: IntoPy, const N: usize> Args for [T; N] {
    fn with<R>(&self, call: impl FnOnce(&[Value<'_>]) -> R) -> R {
        call(&self.each_ref().map(T::to_value))
    }
}

impl Args for &[Value<'_>] {
    fn with<R>(&self, call: impl FnOnce(&[Value<'_>]) -> R) -> R {
        call(self)
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: IntoPy),*> Args for ($($name,)*) {
            fn with<Result>(&self, call: impl FnOnce(&[Value<'_>]) -> Result) -> Result {
                #[allow(non_snake_case, reason = "each variable has the name of its type")]
                let ($($name,)*) = self;
                call(&[$($name.to_value()),*])
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
