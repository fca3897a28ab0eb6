//! Objects in place, and their conversion to Rust values.

use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;
use core::ptr::NonNull;

use crate::buffer::RawBuffer;
use crate::error::{ErrorType, Raise};
use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::shim;

/// A place that holds an object: an argument of a call, or an [`Obj`].
///
/// It lends the object for `'a`. Reading the object from its place needs no handle. [`FromPy`] has an example.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The arguments of a call, or null for the table of handles.
    args: *const c_void,
    index: usize,
    lent: PhantomData<&'a Obj<'a>>,
}

impl<'a> Place<'a> {
    /// The place of an argument.
    ///
    /// # Safety
    ///
    /// `args` are the arguments of a Rust function that MicroPython calls, as it passes them, and more than `index`;
    /// the call lasts for `'a`.
    pub(crate) unsafe fn of_argument(args: *const c_void, index: usize) -> Self {
        Self {
            args,
            index,
            lent: PhantomData,
        }
    }

    /// The place of a handle.
    ///
    /// # Safety
    ///
    /// The handle isn't released before what is made of the place is gone.
    pub(crate) unsafe fn of_handle(handle: u32) -> Self {
        Self {
            args: core::ptr::null(),
            index: handle as usize,
            lent: PhantomData,
        }
    }

    /// The place as the shim takes it.
    pub(crate) fn raw(self) -> (*const c_void, usize) {
        (self.args, self.index)
    }

    /// Returns `true` if the place holds an object. An argument with a default may be absent.
    pub(crate) fn is_given(self) -> bool {
        // SAFETY: the place is valid for `'a`, which is what making one has promised.
        unsafe { ffi::mpyf_is_given(self.args, self.index) != 0 }
    }

    /// Returns `true` if the object is `None`.
    pub fn is_none(self) -> bool {
        // SAFETY: as above.
        unsafe { ffi::mpyf_is_none(self.args, self.index) != 0 }
    }

    /// Converts the object to a Rust type.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object of another type, `OverflowError` for a number that doesn't fit.
    pub fn extract<T: FromPy<'a>>(self) -> Result<T, Exception<'a>> {
        T::from_py(self)
    }

    /// Returns the object itself, which is kept alive for as long as the result lives.
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table of objects that Rust holds can't grow.
    pub fn to_obj(self) -> Result<Obj<'a>, Exception<'a>> {
        // SAFETY: as above, and the call leaves a handle in `out`.
        unsafe { shim::object(|out| ffi::mpyf_as_object(self.args, self.index, out)) }
    }

    /// Returns the name of the object's type.
    pub fn type_name(self) -> &'a str {
        let (mut data, mut len) = (core::ptr::null(), 0);
        // SAFETY: as above. Names of types are interned strings, which MicroPython neither moves nor frees while
        // the VM runs.
        let name: &'a [u8] = unsafe {
            ffi::mpyf_type_name(self.args, self.index, &mut data, &mut len);
            borrow(data, len)
        };
        core::str::from_utf8(name).unwrap_or("?")
    }

    #[inline]
    pub(crate) fn to_bool(self) -> Result<bool, Exception<'a>> {
        // SAFETY: as above; what comes back is an exception or a truth.
        unsafe { ffi::mpyf_to_bool(self.args, self.index).payload() }.map(|value| value != 0)
    }

    #[inline]
    pub(crate) fn to_isize(self) -> Result<isize, Exception<'a>> {
        // SAFETY: as above; what comes back is an exception or a number.
        unsafe { ffi::mpyf_to_word(self.args, self.index).payload() }
    }

    pub(crate) fn to_i64(self) -> Result<i64, Exception<'a>> {
        // SAFETY: as above; the call leaves an exception in `out` or nothing.
        unsafe { shim::value(|value, out| ffi::mpyf_to_int(self.args, self.index, value, out)) }
    }

    pub(crate) fn to_u64(self) -> Result<u64, Exception<'a>> {
        // SAFETY: as above; the call leaves an exception in `out` or nothing.
        unsafe { shim::value(|value, out| ffi::mpyf_to_uint(self.args, self.index, value, out)) }
    }

    pub(crate) fn to_f64(self) -> Result<f64, Exception<'a>> {
        // SAFETY: as above; the call leaves an exception in `out` or nothing.
        unsafe { shim::value(|value, out| ffi::mpyf_to_double(self.args, self.index, value, out)) }
    }

    #[cfg(target_pointer_width = "64")]
    pub(crate) fn to_f32(self) -> Result<f32, Exception<'a>> {
        // A float that needs more digits is rounded, as MicroPython does when it stores one in a word.
        self.to_f64().map(|value| value as f32)
    }

    #[cfg(not(target_pointer_width = "64"))]
    #[inline]
    pub(crate) fn to_f32(self) -> Result<f32, Exception<'a>> {
        // SAFETY: as above; what comes back is an exception or the bits of a float.
        let bits = unsafe { ffi::mpyf_to_single(self.args, self.index).payload() }?;
        Ok(f32::from_bits(bits.cast_unsigned() as u32))
    }

    #[inline(never)]
    pub(crate) fn as_str(self) -> Result<&'a str, Exception<'a>> {
        let mut len = 0;
        // SAFETY: as above; what comes back is an exception or an address. The bytes of a `str` stay what they are
        // while the object is held.
        let bytes = unsafe {
            let data = ffi::mpyf_as_str(self.args, self.index, &mut len).payload()?;
            borrow(address(data), len)
        };
        text(bytes).ok_or_else(not_utf8)
    }

    #[inline(never)]
    pub(crate) fn as_bytes(self) -> Result<&'a [u8], Exception<'a>> {
        let mut len = 0;
        // SAFETY: as above. Those of a `bytes` do too.
        unsafe {
            let data = ffi::mpyf_as_bytes(self.args, self.index, &mut len).payload()?;
            Ok(borrow(address(data), len))
        }
    }

    /// Returns the address of an instance of a Rust class, and the handle that keeps it.
    ///
    /// The handle is zero if the instance is the object of this place. For an object of a derived Python class the
    /// instance is another object.
    #[inline]
    pub(crate) fn instance(self, kind: *const ()) -> Result<(NonNull<c_void>, u32), Exception<'a>> {
        let mut keeper = 0;
        // SAFETY: as above; `kind` is the type object of a Rust class. What comes back is an exception, or the address
        // of an object, which isn't null.
        let instance = unsafe {
            let instance =
                ffi::mpyf_as_instance(self.args, self.index, kind.cast(), &mut keeper).payload()?;
            NonNull::new_unchecked(address(instance).cast_mut().cast())
        };
        Ok((instance, keeper))
    }

    pub(crate) fn buffer(self, mutable: bool) -> Result<RawBuffer<'a>, Exception<'a>> {
        let (mut data, mut len) = (core::ptr::null_mut(), 0);
        let writable = u32::from(mutable);
        // SAFETY: as above; the call leaves no object.
        unsafe {
            shim::unit(|out| {
                ffi::mpyf_as_buffer(self.args, self.index, writable, &mut data, &mut len, out)
            })
        }?;
        Ok(RawBuffer::new(data, len, mutable))
    }
}

/// Writes the name of the object's type.
impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", self.type_name())
    }
}

/// Bytes as text, if they are UTF-8. MicroPython's `str` can hold others, a surrogate for example.
fn text(bytes: &[u8]) -> Option<&str> {
    if bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8. Looking for it alone takes half of the time that a look at any text does.
        return Some(unsafe { core::str::from_utf8_unchecked(bytes) });
    }
    core::str::from_utf8(bytes).ok()
}

/// The address that the shim has returned.
fn address(payload: isize) -> *const u8 {
    core::ptr::with_exposed_provenance(payload.cast_unsigned())
}

/// A slice of bytes that the shim lends.
///
/// # Safety
///
/// Unless `len` is zero, `data` points to `len` bytes that stay unchanged during `'a`.
unsafe fn borrow<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(data, len) }
}

/// A Rust type that Python objects convert to: a parameter of a Rust function, or the result of [`Obj::extract`].
///
/// | Python | Rust |
/// |---|---|
/// | any object, by its truth | `bool` |
/// | `int`, `bool` | integers; `OverflowError` where the number doesn't fit |
/// | `float`, `int` | `f32`, `f64` |
/// | `str` | `&str`, in place |
/// | `bytes` | `&[u8]`, in place |
/// | `None` or anything else | `Option` |
/// | any object | [`Obj`] |
/// | `tuple` of as many items | tuples of up to eight |
/// | `tuple` or `list` of as many items | arrays of what borrows nothing, numbers for example |
///
/// The items of a tuple are read in place. Those of a list can change at any time, so an array holds copies. Another
/// number of items is a `ValueError`.
///
/// A type of your own can be one too:
///
/// ```no_run
/// use mpy_freeze_rt::{Exception, FromPy, Place};
///
/// struct Percent(u8);
///
/// impl<'a> FromPy<'a> for Percent {
///     fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
///         // A number from 0 to 100, or a share as a float. What a parameter of `u8` refuses is refused here.
///         match place.extract::<f32>() {
///             Ok(share) if share < 1.0 => Ok(Self((share * 100.0) as u8)),
///             _ => Ok(Self(place.extract::<u8>()?.min(100))),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "Python objects can't be converted to `{Self}`",
    note = "implement `FromPy` for it; an object of a `#[pyclass]` is taken by reference, or as a `Ref` or `RefMut`"
)]
pub trait FromPy<'a>: Sized {
    /// Reads the object.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object of another type. Python gets the exception from the call.
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>>;
}

impl<'a> FromPy<'a> for bool {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        place.to_bool()
    }
}

/// The exception for a number beyond a Rust type's range.
#[cold]
#[inline(never)]
fn too_large<'a>() -> Exception<'a> {
    Raise::new(ErrorType::OVERFLOW_ERROR, "int is out of range").exception()
}

/// The exception for a `str` that is no Rust `str`.
#[cold]
#[inline(never)]
fn not_utf8<'a>() -> Exception<'a> {
    Raise::new(ErrorType::VALUE_ERROR, "the str isn't UTF-8").exception()
}

macro_rules! integers {
    ($read:ident: $($int:ty)*) => {$(
        impl<'a> FromPy<'a> for $int {
            #[inline]
            fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
                Self::try_from(place.$read()?).map_err(|_| too_large())
            }
        }
    )*};
}

integers!(to_isize: i8 i16 u8 u16 isize);
#[cfg(target_pointer_width = "64")]
integers!(to_isize: i32 u32 i64);
#[cfg(not(target_pointer_width = "64"))]
integers!(to_isize: i32);
#[cfg(not(target_pointer_width = "64"))]
integers!(to_i64: u32 i64);
integers!(to_u64: u64 usize);

impl<'a> FromPy<'a> for f64 {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        place.to_f64()
    }
}

impl<'a> FromPy<'a> for f32 {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        place.to_f32()
    }
}

impl<'a> FromPy<'a> for &'a str {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        place.as_str()
    }
}

impl<'a> FromPy<'a> for &'a [u8] {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        place.as_bytes()
    }
}

impl<'a> FromPy<'a> for Obj<'a> {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        place.to_obj()
    }
}

impl<'a, T: FromPy<'a>> FromPy<'a> for Option<T> {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        if place.is_none() {
            Ok(None)
        } else {
            T::from_py(place).map(Some)
        }
    }
}
