//! Rust functions as objects that Python calls. The macros' expansions consist of these.

use core::cell::Cell;
use core::ffi::c_void;
use core::marker::PhantomData;

use crate::buffer::RawBuffer;
use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;
use crate::place::{FromPy, Place};
use crate::value::{IntoPy, Value};
use crate::vm::Vm;

/// Two words, of which the first says what the second is.
#[cfg(target_pointer_width = "64")]
#[derive(Debug)]
#[repr(C)]
pub struct RawReturn {
    kind: usize,
    payload: isize,
}

/// Two words in the one integer that a 32-bit ABI returns in registers.
#[cfg(not(target_pointer_width = "64"))]
#[derive(Debug)]
#[repr(transparent)]
pub struct RawReturn(u64);

impl RawReturn {
    #[cfg(target_pointer_width = "64")]
    const fn new(kind: u32, payload: isize) -> Self {
        Self {
            kind: kind as usize,
            payload,
        }
    }

    #[cfg(not(target_pointer_width = "64"))]
    const fn new(kind: u32, payload: isize) -> Self {
        Self((payload as u32 as u64) << 32 | kind as u64)
    }

    #[cfg(target_pointer_width = "64")]
    const fn parts(self) -> (usize, isize) {
        (self.kind, self.payload)
    }

    #[cfg(not(target_pointer_width = "64"))]
    const fn parts(self) -> (usize, isize) {
        let [kind, payload] = [self.0 as u32, (self.0 >> 32) as u32];
        (kind as usize, payload.cast_signed() as isize)
    }

    /// Returns the word that the shim has read, or the exception that it raised.
    ///
    /// # Safety
    ///
    /// The shim has just returned this, in the VM that `'a` stands for.
    #[inline]
    pub(crate) unsafe fn payload<'a>(self) -> Result<isize, Exception<'a>> {
        match self.parts() {
            (kind, handle) if kind == ffi::RETURN_RAISED as usize => {
                // SAFETY: the payload is the handle of an exception, which nobody else has.
                Err(Exception::new(unsafe { Obj::from_handle(handle as u32) }))
            }
            (_, payload) => Ok(payload),
        }
    }
}

/// The result of a Rust function in the shim's ABI.
///
/// It may be a handle, which the shim releases. So it can't be copied, and it can't be kept until another call, which
/// may be one of another VM.
#[derive(Debug)]
#[repr(transparent)]
#[must_use = "it is what Python gets"]
pub struct Return<'a> {
    raw: RawReturn,
    call: PhantomData<&'a Vm>,
}

impl<'a> Return<'a> {
    const fn new(kind: u32, payload: isize) -> Self {
        Self {
            raw: RawReturn::new(kind, payload),
            call: PhantomData,
        }
    }

    pub(crate) const NONE: Self = Self::new(ffi::RETURN_NONE, 0);
    pub(crate) const STOP: Self = Self::new(ffi::RETURN_STOP, 0);
    const NOT_IMPLEMENTED: Self = Self::new(ffi::RETURN_NOT_IMPLEMENTED, 0);

    pub(crate) const fn bool(value: bool) -> Self {
        Self::new(ffi::RETURN_BOOL, value as isize)
    }

    pub(crate) const fn int(value: isize) -> Self {
        Self::new(ffi::RETURN_INT, value)
    }

    /// A number that a word has no room for, as the bits of a [`Value`] of this kind.
    #[cold]
    #[inline(never)]
    pub(crate) fn large(kind: u32, bits: u64, vm: &'a Vm) -> Self {
        Self::new_object(Value::bits(kind, bits), vm)
    }

    /// A new `str` or `bytes`, whichever the kind says.
    #[inline(never)]
    pub(crate) fn copied(kind: u32, bytes: &[u8], vm: &'a Vm) -> Self {
        Self::new_object(Value::bytes(kind, bytes), vm)
    }

    /// A float of the precision that a word has room for.
    #[cfg(target_pointer_width = "64")]
    pub(crate) const fn float(value: f64) -> Self {
        Self::new(ffi::RETURN_FLOAT, value.to_bits().cast_signed() as isize)
    }

    /// A float of the precision that a word has room for.
    #[cfg(not(target_pointer_width = "64"))]
    pub(crate) const fn float(value: f32) -> Self {
        Self::new(ffi::RETURN_FLOAT, value.to_bits().cast_signed() as isize)
    }

    /// The object, which Python gets.
    #[inline]
    pub(crate) fn object(object: Obj<'_>) -> Self {
        Self::new(ffi::RETURN_OBJECT, object.into_handle() as isize)
    }

    /// The exception, which the shim raises.
    #[inline]
    pub(crate) fn raised(exception: Exception<'_>) -> Self {
        let handle = exception.into_obj().into_handle();
        Self::new(ffi::RETURN_RAISED, handle as isize)
    }

    /// The result of a call of the shim.
    #[inline]
    pub(crate) fn of(result: Result<Obj<'_>, Exception<'_>>) -> Self {
        match result {
            Ok(object) => Self::object(object),
            Err(exception) => Self::raised(exception),
        }
    }

    /// A new object of a value.
    pub(crate) fn new_object(value: Value<'_>, vm: &'a Vm) -> Self {
        Self::of(vm.new_value(value))
    }
}

/// The code of a Rust function that Python calls.
pub type Code = unsafe extern "C" fn(*const c_void) -> RawReturn;

/// A function with a fixed number of arguments, as an object in ROM.
#[derive(Debug)]
#[repr(C)]
pub struct Function {
    kind: *const Type,
    code: Code,
}

/// A function with keywords, defaults or a varying number of arguments, as an object in ROM.
#[derive(Debug)]
#[repr(C)]
pub struct SignedFunction<const N: usize> {
    function: Function,
    signature: &'static Signature<N>,
}

// SAFETY: the addresses are of a type and of code, which nobody writes to.
unsafe impl Sync for Function {}
// SAFETY: as above; a signature is numbers only.
unsafe impl<const N: usize> Sync for SignedFunction<N> {}

/// The parameters of a [`SignedFunction`], as `mpyf_signature_t` has them.
#[derive(Debug)]
#[repr(C)]
pub struct Signature<const N: usize> {
    /// The required ones, the first in the lowest bit.
    pub required: u32,
    /// 1 for `*args`, 2 for `**kwargs`.
    pub flags: u8,
    /// The number of those with names.
    pub n_params: u8,
    /// The number of those that can be given by position.
    pub n_positional: u8,
    /// The number of those that can be given by position only.
    pub n_positional_only: u8,
    /// The qstrs of their names.
    pub names: [u16; N],
}

/// A type of MicroPython's, of which only the address is used.
#[derive(Debug)]
#[repr(C)]
pub struct Type([usize; 0]);

unsafe extern "C" {
    static mpyf_type_function_0: Type;
    static mpyf_type_function_1: Type;
    static mpyf_type_function_2: Type;
    static mpyf_type_function_3: Type;
    static mpyf_type_function_any: Type;
    static mpyf_type_method_1: Type;
    static mpyf_type_method_2: Type;
    static mpyf_type_method_3: Type;
    static mpyf_type_method_any: Type;
}

impl Function {
    /// A function that takes `N` arguments, at most three, all by position.
    pub const fn new<const N: usize>(code: Code) -> Self {
        let kind = match N {
            0 => &raw const mpyf_type_function_0,
            1 => &raw const mpyf_type_function_1,
            2 => &raw const mpyf_type_function_2,
            3 => &raw const mpyf_type_function_3,
            _ => panic!("a function of more arguments has a signature"),
        };
        Self { kind, code }
    }

    /// A method that takes `N` arguments with its receiver, at most three, all by position.
    pub const fn method<const N: usize>(code: Code) -> Self {
        let kind = match N {
            1 => &raw const mpyf_type_method_1,
            2 => &raw const mpyf_type_method_2,
            3 => &raw const mpyf_type_method_3,
            _ => panic!("a method of more arguments has a signature"),
        };
        Self { kind, code }
    }
}

impl<const N: usize> SignedFunction<N> {
    /// A function that takes its arguments by a signature.
    pub const fn new(code: Code, signature: &'static Signature<N>) -> Self {
        Self {
            function: Function {
                kind: &raw const mpyf_type_function_any,
                code,
            },
            signature,
        }
    }

    /// A method that takes its arguments by a signature.
    pub const fn method(code: Code, signature: &'static Signature<N>) -> Self {
        Self {
            function: Function {
                kind: &raw const mpyf_type_method_any,
                code,
            },
            signature,
        }
    }
}

/// A call of Rust by Python, for as long as it lasts.
#[derive(Debug)]
pub struct Call<'a> {
    args: *const c_void,
    /// Set when an operator doesn't take its other operand.
    declined: Cell<bool>,
    lasts: PhantomData<&'a ()>,
}

impl<'a> Call<'a> {
    /// The call that has these arguments. `token` is a local variable of the called function, so that nothing of
    /// the call is used after it.
    ///
    /// # Safety
    ///
    /// `args` is what MicroPython has just passed.
    #[inline]
    pub unsafe fn new(args: *const c_void, _token: &'a mut ()) -> Self {
        Self {
            args,
            declined: Cell::new(false),
            lasts: PhantomData,
        }
    }

    /// The VM that calls.
    #[inline]
    pub fn vm(&self) -> &'a Vm {
        // SAFETY: MicroPython calls, so it runs for as long as the call lasts.
        unsafe { Vm::running() }
    }

    pub(crate) fn place(&self, index: usize) -> Place<'a> {
        // SAFETY: the macros ask for arguments that the function's object or signature has.
        unsafe { Place::of_argument(self.args, index) }
    }

    /// An argument.
    ///
    /// # Errors
    ///
    /// The exception of the conversion.
    #[inline]
    pub fn arg<T: FromPy<'a>>(&self, index: usize) -> Result<T, Exception<'a>> {
        T::from_py(self.place(index))
    }

    /// An argument that may be absent.
    ///
    /// # Errors
    ///
    /// The exception of the conversion.
    #[inline]
    pub fn arg_or<T: FromPy<'a>>(
        &self,
        index: usize,
        default: impl FnOnce() -> T,
    ) -> Result<T, Exception<'a>> {
        let place = self.place(index);
        if place.is_given() {
            T::from_py(place)
        } else {
            Ok(default())
        }
    }

    /// The bytes of an argument in place, as [`Lent`](crate::buffer::Lent) takes them.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object that has none, or none that can be written to.
    #[inline]
    pub fn buffer(&self, index: usize, mutable: bool) -> Result<RawBuffer<'a>, Exception<'a>> {
        self.place(index).buffer(mutable)
    }

    /// An object by reference, for as long as the call lasts.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object of another class.
    pub fn borrow<T: Lend<'a>>(&self, index: usize) -> Result<T::Guard, Exception<'a>> {
        T::lend(self.place(index))
    }

    /// The other operand of an operator. If it has another type, Python asks that type.
    pub fn operand<T>(&self, converted: Result<T, Exception<'a>>) -> Result<T, Exception<'a>> {
        if let Err(exception) = &converted {
            self.declined.set(exception.matches("TypeError"));
        }
        converted
    }

    /// Converts what the Rust function returned to the shim's ABI.
    pub fn returned(&self, value: impl IntoPy) -> Return<'a> {
        value.into_return(self.vm())
    }

    /// Converts the result of the whole call to the shim's ABI.
    pub fn finish(&self, result: Result<Return<'a>, Exception<'a>>) -> RawReturn {
        let returned = match result {
            Ok(returned) => returned,
            Err(_) if self.declined.get() => Return::NOT_IMPLEMENTED,
            Err(exception) => Return::raised(exception),
        };
        returned.raw
    }
}

/// A type that a Rust function can take by reference.
#[diagnostic::on_unimplemented(
    message = "a function for Python can't take a reference to `{Self}`",
    note = "make it a class with `#[pyclass]` and `#[pymethods]`"
)]
pub trait Lend<'a> {
    /// The guard that holds the object meanwhile.
    type Guard: core::ops::Deref;

    /// Takes hold of the object.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object of another class.
    fn lend(place: Place<'a>) -> Result<Self::Guard, Exception<'a>>;
}

/// An object that is lent.
#[derive(Debug)]
pub struct LentObj<'a>(Obj<'a>);

impl<'a> core::ops::Deref for LentObj<'a> {
    type Target = Obj<'a>;

    fn deref(&self) -> &Obj<'a> {
        &self.0
    }
}

impl<'a> Lend<'a> for Obj<'_> {
    type Guard = LentObj<'a>;

    fn lend(place: Place<'a>) -> Result<LentObj<'a>, Exception<'a>> {
        place.to_obj().map(LentObj)
    }
}

/// Converts what a closure returned to the shim's ABI.
#[inline]
pub(crate) fn finish<'a>(result: Result<impl IntoPy, Exception<'a>>, vm: &'a Vm) -> RawReturn {
    result.into_return(vm).raw
}
