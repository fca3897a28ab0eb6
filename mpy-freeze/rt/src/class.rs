//! Rust types that are Python classes, and their values inside of Python objects.

use core::cell::{Cell, UnsafeCell};
use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use crate::error::{ErrorType, IntoException, Raise};
use crate::exception::Exception;
use crate::ffi;
use crate::function::{Call, Lend, Return};
use crate::object::Obj;
use crate::place::{FromPy, Place};
use crate::shim;
use crate::value::IntoPy;
use crate::vm::Vm;

/// A Rust type that is a Python class. The attributes `#[pyclass]` and `#[pymethods]` implement it together.
///
/// # Safety
///
/// `TYPE` is the address of a type object of MicroPython's, made for this type and no other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no Python class",
    note = "a class has `#[pyclass]` at its struct and one `impl` with `#[pymethods]`, which may be empty"
)]
pub unsafe trait PyClass: Sized + 'static {
    /// The type object.
    #[doc(hidden)]
    const TYPE: *const ();

    /// The class's capabilities, as bits of [`crate::class_type::has`].
    #[doc(hidden)]
    const HAS: u16;
}

/// A Python object with a Rust value in it.
#[repr(C)]
pub struct Instance<T> {
    header: Header,
    value: UnsafeCell<MaybeUninit<T>>,
}

/// The beginning of every such object.
#[repr(C)]
struct Header {
    /// The type object, as in every object of MicroPython's.
    kind: *const (),
    state: Cell<usize>,
}

/// The state without a value: it isn't written yet, or `__del__` has dropped it.
const EMPTY: usize = 0;
/// The state of a value that isn't borrowed. Above this, the state counts the shared borrows.
const FREE: usize = 1;
/// The state of a value that is borrowed mutably.
const TAKEN: usize = usize::MAX;

const ALREADY_BORROWED: Raise = Raise::new(ErrorType::RUNTIME_ERROR, "already borrowed");
const ALREADY_TAKEN: Raise = Raise::new(ErrorType::RUNTIME_ERROR, "already mutably borrowed");
const FINALISED: Raise = Raise::new(ErrorType::RUNTIME_ERROR, "the object has been finalised");

impl Header {
    fn share(&self) -> Result<(), Raise> {
        match self.state.get() {
            EMPTY => Err(FINALISED),
            TAKEN => Err(ALREADY_TAKEN),
            state if state == TAKEN - 1 => Err(ALREADY_BORROWED),
            state => {
                self.state.set(state + 1);
                Ok(())
            }
        }
    }

    fn take(&self) -> Result<(), Raise> {
        match self.state.get() {
            EMPTY => Err(FINALISED),
            FREE => {
                self.state.set(TAKEN);
                Ok(())
            }
            TAKEN => Err(ALREADY_TAKEN),
            _ => Err(ALREADY_BORROWED),
        }
    }
}

impl<T> fmt::Debug for Instance<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").finish_non_exhaustive()
    }
}

impl<T> Instance<T> {
    /// The offset of the value in the object.
    pub const VALUE: usize = core::mem::offset_of!(Self, value);

    /// Asserts that the heap's blocks of four words are aligned for the object.
    const FITS: () = assert!(
        align_of::<Self>() <= 4 * size_of::<usize>(),
        "the type needs a larger alignment than Python's heap has"
    );

    /// Drops the value.
    ///
    /// # Safety
    ///
    /// The object is an instance of the class that `T` is, and not of one derived from it.
    unsafe fn finalise(&self) -> Result<(), Raise> {
        let state = &self.header.state;
        match state.get() {
            EMPTY => Ok(()),
            FREE => {
                state.set(EMPTY);
                // SAFETY: the VM runs, since it has called. The collector may be at work, so nothing that the value
                // does may run Python.
                unsafe { ffi::mpyf_outside += 1 }
                // SAFETY: the state said that the value is there and that nobody has it, and says now that there is
                // none. By the caller's promise the value is a `T`.
                unsafe { (*self.value.get()).assume_init_drop() }
                // SAFETY: it was closed above.
                unsafe { ffi::mpyf_outside -= 1 }
                Ok(())
            }
            TAKEN => Err(ALREADY_TAKEN),
            _ => Err(ALREADY_BORROWED),
        }
    }
}

/// Makes an object of a value.
///
/// # Errors
///
/// `MemoryError`. The value is dropped then.
pub fn new_instance<T: PyClass>(value: T, _: &Vm) -> Result<Obj<'_>, Exception<'_>> {
    const { Instance::<T>::FITS }
    let (size, has_drop) = (size_of::<Instance<T>>(), core::mem::needs_drop::<T>());
    let mut instance = core::ptr::null_mut();
    // SAFETY: the VM runs, since it is borrowed. The size is that of the object, and the type object is made for `T`.
    // The call leaves an object, and its address in `instance`.
    let object = unsafe {
        shim::object(|out| {
            ffi::mpyf_new_instance(T::TYPE.cast(), size, has_drop.into(), &mut instance, out)
        })
    }?;
    let instance = instance.cast::<Instance<T>>();
    // SAFETY: the object is new and has room for an `Instance<T>`, aligned as blocks of the heap are. Its handle keeps
    // it, and its state says that it has no value that would have to be dropped.
    unsafe {
        (*instance).value.get().write(MaybeUninit::new(value));
        (*instance).header.state.set(FREE);
    }
    Ok(object)
}

/// A borrowed object, of any class: this code is compiled once for all of them.
struct Held<'a> {
    object: NonNull<Header>,
    /// Keeps the object where its place doesn't; zero otherwise.
    handle: u32,
    lent: PhantomData<&'a Header>,
}

impl<'a> Held<'a> {
    /// An object of a class or of one derived from it.
    fn new(place: Place<'a>, kind: *const ()) -> Result<Self, Exception<'a>> {
        let (instance, handle) = place.instance(kind)?;
        Ok(Self {
            object: instance.cast(),
            handle,
            lent: PhantomData,
        })
    }

    #[inline(never)]
    fn shared(place: Place<'a>, kind: *const ()) -> Result<Self, Exception<'a>> {
        let held = Self::new(place, kind)?;
        held.header().share().map_err(Raise::exception)?;
        Ok(held)
    }

    #[inline(never)]
    fn taken(place: Place<'a>, kind: *const ()) -> Result<Self, Exception<'a>> {
        let held = Self::new(place, kind)?;
        held.header().take().map_err(Raise::exception)?;
        Ok(held)
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: every instance begins like this. Its place or the handle keeps it.
        unsafe { self.object.as_ref() }
    }

    /// The object as one of the class `T`.
    ///
    /// # Safety
    ///
    /// The type object was `T`'s.
    #[inline]
    unsafe fn instance<T: PyClass>(&self) -> &Instance<T> {
        // SAFETY: the object is one of the class `T` or of one derived from it, which begins with the same fields. Its
        // place or the handle keeps it.
        unsafe { self.object.cast().as_ref() }
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.handle != 0 {
            // SAFETY: the handle is ours alone; the VM runs while `'a` lasts.
            unsafe { ffi::mpyf_release(self.handle) }
        }
    }
}

/// A shared borrow of the value in an object of a Rust class.
///
/// It is the result of [`Obj::extract`] or a parameter of a Rust function; `Option<Ref<T>>` takes `None` too.
///
/// ```no_run
/// use mpy_freeze_rt::{Exception, Obj, PyClass, Ref, RefMut};
///
/// /// Copies the value of one object to another.
/// fn assign<'a, T: PyClass + Clone>(to: &'a Obj<'_>, from: &'a Obj<'_>) -> Result<(), Exception<'a>> {
///     let from: Ref<'_, T> = from.extract()?;
///     let mut to: RefMut<'_, T> = to.extract()?;
///     *to = from.clone();
///     Ok(())
/// }
/// ```
///
/// While it lives, borrowing the value mutably raises `RuntimeError`, in Python and in Rust: in the example, if both
/// are the same object.
pub struct Ref<'a, T: PyClass> {
    held: Held<'a>,
    class: PhantomData<&'a T>,
}

/// A mutable borrow of the value in an object of a Rust class.
///
/// While it lives, any other use of the value raises `RuntimeError`, in Python and in Rust. [`Ref`] has an example.
pub struct RefMut<'a, T: PyClass> {
    held: Held<'a>,
    class: PhantomData<&'a mut T>,
}

impl<T: PyClass> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the object was asked for as one of `T`. The state counts this reader, so there is a value and nobody
        // changes it.
        unsafe { (*self.held.instance::<T>().value.get()).assume_init_ref() }
    }
}

impl<T: PyClass> Deref for RefMut<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the object was asked for as one of `T`. The state says that there is a value and that it is ours
        // alone.
        unsafe { (*self.held.instance::<T>().value.get()).assume_init_ref() }
    }
}

impl<T: PyClass> DerefMut for RefMut<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { (*self.held.instance::<T>().value.get()).assume_init_mut() }
    }
}

impl<T: PyClass> Drop for Ref<'_, T> {
    fn drop(&mut self) {
        let state = &self.held.header().state;
        state.set(state.get() - 1);
    }
}

impl<T: PyClass> Drop for RefMut<'_, T> {
    fn drop(&mut self) {
        self.held.header().state.set(FREE);
    }
}

impl<T: PyClass + fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: PyClass + fmt::Debug> fmt::Debug for RefMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<'a, T: PyClass> FromPy<'a> for Ref<'a, T> {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        Held::shared(place, T::TYPE).map(|held| Self {
            held,
            class: PhantomData,
        })
    }
}

impl<'a, T: PyClass> FromPy<'a> for RefMut<'a, T> {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        Held::taken(place, T::TYPE).map(|held| Self {
            held,
            class: PhantomData,
        })
    }
}

impl<'a, T: PyClass> Lend<'a> for T {
    type Guard = Ref<'a, T>;

    fn lend(place: Place<'a>) -> Result<Ref<'a, T>, Exception<'a>> {
        Ref::from_py(place)
    }
}

impl<'a> Call<'a> {
    /// Borrows an object of a Rust class mutably, while the call lasts.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object of another class, `RuntimeError` if the value is in use.
    pub fn borrow_mut<T: PyClass>(&self, index: usize) -> Result<RefMut<'a, T>, Exception<'a>> {
        self.arg(index)
    }

    /// Drops the value of the first argument: the class's `__del__`.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object of another class, also of a derived one; `RuntimeError` if the value is in use.
    pub fn finalise<T: PyClass>(&self) -> Result<Return<'a>, Exception<'a>> {
        let held = Held::new(self.place(0), T::TYPE)?;
        // SAFETY: the line above has asked for an object of `T`.
        let instance = unsafe { held.instance::<T>() };
        if instance.header.kind != T::TYPE {
            let derived = "a derived class has a __del__ of its own";
            return Err(Raise::new(ErrorType::TYPE_ERROR, derived).exception());
        }
        // SAFETY: the object's type is the one that was made for `T`.
        unsafe { instance.finalise() }.map_err(Raise::exception)?;
        Ok(Return::NONE)
    }

    /// Converts the result of a constructor to a new object.
    pub fn constructed<T: PyClass>(&self, value: impl Constructed<T>) -> Return<'a> {
        let instance = value
            .into_value(self.vm())
            .and_then(|value| new_instance(value, self.vm()));
        Return::of(instance)
    }

    /// Converts the result of `__next__` to the shim's ABI.
    pub fn next(&self, value: impl IntoNext) -> Return<'a> {
        value.into_next(self.vm())
    }
}

/// The result of a constructor: the value, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`#[new]` returns `Self` or a `Result` of it",
    label = "this is returned"
)]
pub trait Constructed<T> {
    /// Unwraps the value.
    ///
    /// # Errors
    ///
    /// The constructor's own error.
    fn into_value(self, vm: &Vm) -> Result<T, Exception<'_>>;
}

impl<T: PyClass> Constructed<T> for T {
    fn into_value(self, _: &Vm) -> Result<T, Exception<'_>> {
        Ok(self)
    }
}

impl<T: PyClass, E: IntoException> Constructed<T> for Result<T, E> {
    fn into_value(self, vm: &Vm) -> Result<T, Exception<'_>> {
        self.map_err(|error| error.into_exception(vm))
    }
}

/// The result of `__next__`: an `Option`, whose `None` ends the iteration, or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`__next__` returns an `Option`, or a `Result` of one",
    label = "this is returned"
)]
pub trait IntoNext {
    /// Converts the value to the shim's ABI.
    fn into_next(self, vm: &Vm) -> Return<'_>;
}

impl<T: IntoPy> IntoNext for Option<T> {
    fn into_next(self, vm: &Vm) -> Return<'_> {
        self.map_or(Return::STOP, |value| value.into_return(vm))
    }
}

impl<T: IntoPy, E: IntoException> IntoNext for Result<Option<T>, E> {
    fn into_next(self, vm: &Vm) -> Return<'_> {
        match self {
            Ok(value) => value.into_next(vm),
            Err(error) => Return::raised(error.into_exception(vm)),
        }
    }
}

/// The type of the first field of a class that is derived from `B`, which is `B` itself.
///
/// # Safety
///
/// It is `B` itself.
#[diagnostic::on_unimplemented(
    message = "the first field of a derived class is the value of its base, a `{B}`",
    label = "this is the first field",
    note = "put the field with the base's value before the others"
)]
pub unsafe trait BaseOf<B> {}

// SAFETY: it is.
unsafe impl<B> BaseOf<B> for B {}

/// The base of the class `T`, and its capabilities.
#[derive(Debug)]
pub struct Base<T> {
    kind: *const (),
    has: u16,
    of: PhantomData<T>,
}

impl<T> Base<T> {
    /// No base.
    pub const NONE: Self = Self {
        kind: core::ptr::null(),
        has: 0,
        of: PhantomData,
    };

    /// The base that is `B`, whose value is the first field of `T`.
    ///
    /// # Safety
    ///
    /// `T` has a field of the type `F` at this offset.
    pub const unsafe fn new<B: PyClass, F: BaseOf<B>>(field: usize) -> Self {
        assert!(field == 0, "the base is the first field of the class");
        assert!(
            Instance::<T>::VALUE == Instance::<B>::VALUE,
            "the derived class needs a larger alignment than its base"
        );
        Self {
            kind: B::TYPE,
            has: B::HAS,
            of: PhantomData,
        }
    }

    /// Its type object, or null.
    pub const fn kind(&self) -> *const () {
        self.kind
    }

    /// Its capabilities.
    pub const fn has(&self) -> u16 {
        self.has
    }
}

/// The state follows the type object without padding, as the shim has it.
const _: () = assert!(core::mem::offset_of!(Header, state) == size_of::<*const c_void>());
