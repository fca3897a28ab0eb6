//! Rust values on their way to Python.

use core::fmt;
use core::marker::PhantomData;

use crate::error::IntoException;
use crate::exception::Exception;
use crate::ffi::{self, RawValue};
use crate::function::Return;
use crate::object::Obj;
use crate::vm::Vm;

/// A plain Rust value or an object, in the form in which the shim takes it over. It borrows the text, bytes or object
/// that it was made from.
///
/// A slice of values is an argument list whose length or types are known at run time only:
///
/// ```no_run
/// # use mpy_freeze_rt::{Exception, Obj, Value};
/// # fn example<'a>(log: &Obj<'a>, level: u8, text: Option<&str>) -> Result<(), Exception<'a>> {
/// let all = [Value::from(level), Value::from(text)];
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
    /// Python's `None`.
    pub const NONE: Self = Self::new(Self::RAW_NONE);

    const RAW_NONE: RawValue = RawValue {
        bits: 0,
        data: core::ptr::null(),
        len: 0,
        kind: ffi::VALUE_NONE,
        object: 0,
    };

    pub(crate) const fn new(raw: RawValue) -> Self {
        Self {
            raw,
            source: PhantomData,
        }
    }

    pub(crate) const fn bits(kind: u32, bits: u64) -> Self {
        Self::new(RawValue {
            kind,
            bits,
            ..Self::RAW_NONE
        })
    }

    pub(crate) const fn bytes(kind: u32, bytes: &'a [u8]) -> Self {
        Self::new(RawValue {
            kind,
            data: bytes.as_ptr(),
            len: bytes.len(),
            ..Self::RAW_NONE
        })
    }

    pub(crate) const fn raw(self) -> RawValue {
        self.raw
    }

    pub(crate) const fn as_raw(&self) -> *const RawValue {
        &raw const self.raw
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.raw.kind {
            ffi::VALUE_NONE => "None",
            ffi::VALUE_BOOL => "bool",
            ffi::VALUE_INT | ffi::VALUE_UINT => "int",
            ffi::VALUE_FLOAT => "float",
            ffi::VALUE_STR => "str",
            ffi::VALUE_BYTES => "bytes",
            _ => "object",
        };
        write!(f, "Value({kind})")
    }
}

/// A Rust type whose values become objects of Python's: as an argument of a call, as an attribute or item, by
/// [`Vm::new_obj`], and where a Rust function or closure returns to Python.
///
/// | Rust | Python |
/// |---|---|
/// | `()` | `None` |
/// | `bool` | `bool` |
/// | integers of up to 64 bits | `int` |
/// | `f32`, `f64` | `float` |
/// | `&str` | `str`, a copy |
/// | `&[u8]`, `[u8; N]` | `bytes`, a copy |
/// | `Option` | `None`, or the value |
/// | tuples of up to eight | `tuple` |
/// | arrays of anything but `u8` | `list` |
/// | [`Obj`], `&Obj`, [`Root`](crate::Root), `&Root` | the object itself |
/// | a type with `#[pyclass]` | a new instance, which takes over the value |
/// | `Result` | the value, or the exception raised |
/// | `&T` where `T` is `Copy` | as `T` |
///
/// A type of your own says which of these it becomes:
///
/// ```no_run
/// use mpy_freeze_rt::{Exception, IntoPy, Obj, Vm};
///
/// #[derive(Clone, Copy)]
/// struct Celsius {
///     tenths: i16,
/// }
///
/// impl IntoPy for Celsius {
///     fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
///         self.tenths.into_py(vm)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be converted to a Python object",
    note = "implement `IntoPy` for it, or make it a class with `#[pyclass]` and `#[pymethods]`"
)]
pub trait IntoPy: Sized {
    /// Makes an object of the value.
    ///
    /// # Errors
    ///
    /// `MemoryError`, `OverflowError` for a number that the firmware's Python can't hold, and `TypeError` for a float
    /// in a firmware without floats.
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>>;

    /// The value in the shim's form, where it needs no object to be made.
    #[doc(hidden)]
    #[inline]
    fn as_value(&self) -> Option<Value<'_>> {
        None
    }

    /// The bytes that an array of these is, if it is one of bytes.
    #[doc(hidden)]
    #[inline]
    fn bytes(_items: &[Self]) -> Option<&[u8]> {
        None
    }

    /// The value in the form in which a Rust function returns it to the shim.
    #[doc(hidden)]
    #[inline]
    fn into_return(self, vm: &Vm) -> Return<'_> {
        match self.into_py(vm) {
            Ok(object) => Return::object(object),
            Err(exception) => Return::raised(exception),
        }
    }
}

/// Implements [`IntoPy`] for types that have a [`Value`]. What stands in the braces is `into_return`, if the shim takes
/// the value without an object.
macro_rules! plain {
    ($($plain:ty { $($into_return:tt)* })*) => {$(
        impl IntoPy for $plain {
            fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
                vm.new_value(Value::from(self))
            }

            #[inline]
            fn as_value(&self) -> Option<Value<'_>> {
                Some(Value::from(*self))
            }

            $($into_return)*
        }
    )*};
}

impl From<()> for Value<'_> {
    fn from((): ()) -> Self {
        Self::NONE
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::bits(ffi::VALUE_BOOL, u64::from(value))
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::bits(ffi::VALUE_FLOAT, value.to_bits())
    }
}

impl From<f32> for Value<'_> {
    fn from(value: f32) -> Self {
        Self::from(f64::from(value))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::bytes(ffi::VALUE_STR, text.as_bytes())
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::bytes(ffi::VALUE_BYTES, bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::bytes(ffi::VALUE_BYTES, bytes)
    }
}

impl<'a> From<&'a Obj<'_>> for Value<'a> {
    fn from(object: &'a Obj<'_>) -> Self {
        Self::new(RawValue {
            kind: ffi::VALUE_OBJECT,
            object: object.handle(),
            ..Self::RAW_NONE
        })
    }
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NONE, Self::from)
    }
}

plain! {
    () {
        fn into_return(self, _: &Vm) -> Return<'_> {
            Return::NONE
        }
    }
    bool {
        fn into_return(self, _: &Vm) -> Return<'_> {
            Return::bool(self)
        }
    }
    f32 {
        fn into_return(self, _: &Vm) -> Return<'_> {
            Return::float(self.into())
        }
    }
    f64 {
        #[cfg(target_pointer_width = "64")]
        fn into_return(self, _: &Vm) -> Return<'_> {
            Return::float(self)
        }

        #[cfg(not(target_pointer_width = "64"))]
        fn into_return(self, vm: &Vm) -> Return<'_> {
            Return::large(ffi::VALUE_FLOAT, self.to_bits(), vm)
        }
    }
    &str {
        fn into_return(self, vm: &Vm) -> Return<'_> {
            Return::copied(ffi::VALUE_STR, self.as_bytes(), vm)
        }
    }
    &[u8] {
        fn into_return(self, vm: &Vm) -> Return<'_> {
            Return::copied(ffi::VALUE_BYTES, self, vm)
        }
    }
    &Obj<'_> {
        fn into_return(self, vm: &Vm) -> Return<'_> {
            Return::new_object(Value::from(self), vm)
        }
    }
    Value<'_> {
        fn into_return(self, vm: &Vm) -> Return<'_> {
            Return::new_object(self, vm)
        }
    }
}

macro_rules! integers {
    ($kind:expr, $wide:ty: $($int:ty $({ $($bytes:tt)* })?)*) => {$(
        impl From<$int> for Value<'_> {
            fn from(value: $int) -> Self {
                // The wider type of the same signedness keeps the value; the shim takes the bits back as that.
                Self::bits($kind, (value as $wide) as u64)
            }
        }

        plain! {
            $int {
                #[inline]
                fn into_return(self, vm: &Vm) -> Return<'_> {
                    match isize::try_from(self) {
                        Ok(value) => Return::int(value),
                        Err(_) => Return::large($kind, (self as $wide) as u64, vm),
                    }
                }

                $($($bytes)*)?
            }
        }
    )*};
}

integers!(ffi::VALUE_INT, i64: i8 i16 i32 i64 isize);
integers!(ffi::VALUE_UINT, u64: u16 u32 u64 usize u8 {
    #[inline]
    fn bytes(items: &[Self]) -> Option<&[u8]> {
        Some(items)
    }
});

impl IntoPy for Obj<'_> {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        Ok(self.in_vm(vm))
    }

    #[inline]
    fn as_value(&self) -> Option<Value<'_>> {
        Some(Value::from(self))
    }
}

impl<T: IntoPy> IntoPy for Option<T> {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        match self {
            Some(value) => value.into_py(vm),
            None => ().into_py(vm),
        }
    }

    #[inline]
    fn as_value(&self) -> Option<Value<'_>> {
        match self {
            Some(value) => value.as_value(),
            None => Some(Value::NONE),
        }
    }

    #[inline]
    fn into_return(self, vm: &Vm) -> Return<'_> {
        self.map_or(Return::NONE, |value| value.into_return(vm))
    }
}

impl<T: IntoPy, E: IntoException> IntoPy for Result<T, E> {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        match self {
            Ok(value) => value.into_py(vm),
            Err(error) => Err(error.into_exception(vm)),
        }
    }

    #[inline]
    fn into_return(self, vm: &Vm) -> Return<'_> {
        match self {
            Ok(value) => value.into_return(vm),
            Err(error) => Return::raised(error.into_exception(vm)),
        }
    }
}

impl<T: IntoPy + Copy> IntoPy for &T {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        match self.as_value() {
            Some(value) => vm.new_value(value),
            None => (*self).into_py(vm),
        }
    }

    #[inline]
    fn as_value(&self) -> Option<Value<'_>> {
        T::as_value(self)
    }

    #[inline]
    fn into_return(self, vm: &Vm) -> Return<'_> {
        match self.as_value() {
            // A long array of bytes isn't copied to the stack first.
            Some(value) if size_of::<T>() > size_of::<Value<'_>>() => Return::new_object(value, vm),
            _ => (*self).into_return(vm),
        }
    }
}

/// An argument that is about to be passed: the value, or the object that was made of it.
pub(crate) enum Argument<'vm, T> {
    Value(T),
    Object(Obj<'vm>),
}

impl<'vm, T: IntoPy> Argument<'vm, T> {
    #[inline]
    pub(crate) fn new(value: T, vm: &'vm Vm) -> Result<Self, Exception<'vm>> {
        match value.as_value() {
            Some(_) => Ok(Self::Value(value)),
            None => value.into_py(vm).map(Self::Object),
        }
    }

    /// The argument as the shim takes it, for as long as this lives.
    #[inline]
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Value(value) => value.as_value().unwrap_or(Value::NONE),
            Self::Object(object) => Value::from(object),
        }
    }
}

/// The arguments of a call by position: a tuple of up to eight values of any types, an array, or a slice of [`Value`]s.
pub trait Args {
    /// Gives `call` the arguments in the shim's form.
    #[doc(hidden)]
    fn with<'vm, R>(
        self,
        vm: &'vm Vm,
        call: impl FnOnce(&[Value<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>>;
}

impl Args for () {
    fn with<'vm, R>(
        self,
        _: &'vm Vm,
        call: impl FnOnce(&[Value<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>> {
        call(&[])
    }
}

impl<T: IntoPy, const N: usize> Args for [T; N] {
    fn with<'vm, R>(
        self,
        vm: &'vm Vm,
        call: impl FnOnce(&[Value<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>> {
        let mut arguments = [const { None }; N];
        for (argument, value) in arguments.iter_mut().zip(self) {
            *argument = Some(Argument::new(value, vm)?);
        }
        let values = arguments
            .each_ref()
            .map(|argument| argument.as_ref().map_or(Value::NONE, Argument::value));
        call(&values)
    }
}

impl Args for &[Value<'_>] {
    fn with<'vm, R>(
        self,
        _: &'vm Vm,
        call: impl FnOnce(&[Value<'_>]) -> Result<R, Exception<'vm>>,
    ) -> Result<R, Exception<'vm>> {
        call(self)
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: IntoPy),*> Args for ($($name,)*) {
            fn with<'vm, Output>(
                self,
                vm: &'vm Vm,
                call: impl FnOnce(&[Value<'_>]) -> Result<Output, Exception<'vm>>,
            ) -> Result<Output, Exception<'vm>> {
                #[allow(non_snake_case, reason = "each variable has the name of its type")]
                let ($($name,)*) = self;
                #[allow(non_snake_case, reason = "as above")]
                let ($($name,)*) = ($(Argument::new($name, vm)?,)*);
                call(&[$($name.value()),*])
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
