//! Handles to Python objects.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use crate::exception::Exception;
use crate::ffi;
use crate::keywords::{Keyword, Keywords};
use crate::place::{FromPy, Place};
use crate::shim;
use crate::text;
use crate::value::{Args, Argument, IntoPy, Value};
use crate::vm::Vm;

/// A Python object, kept alive for as long as this lives.
///
/// It can be stored anywhere, including in a `Box` or a collection: the garbage collector knows the objects that Rust
/// holds. It can't outlive the VM (`'vm`) or leave its thread. `Display` writes Python's `str()` of the object, `Debug`
/// its `repr()`.
///
/// ```compile_fail,E0597
/// # use mpy_freeze_rt::{Obj, Vm};
/// # static HEAP: mpy_freeze_rt::Heap<65536> = mpy_freeze_rt::Heap::new();
/// let text: &str;
/// Vm::run(&HEAP, |vm| {
///     let borrowed = {
///         let object = vm.new_obj("text").unwrap();
///         object.as_str().unwrap() // the text lies in the object
///     };
///     borrowed.len()
/// });
/// ```
///
/// ```compile_fail,E0521
/// # use mpy_freeze_rt::{Obj, Vm};
/// # static HEAP: mpy_freeze_rt::Heap<65536> = mpy_freeze_rt::Heap::new();
/// let mut kept = None;
/// Vm::run(&HEAP, |vm| kept = vm.new_obj(1).ok()); // it would outlive the VM
/// ```
///
/// ```compile_fail,E0277
/// # use mpy_freeze_rt::{Obj, Vm};
/// # static HEAP: mpy_freeze_rt::Heap<65536> = mpy_freeze_rt::Heap::new();
/// # fn scope(object: &Obj<'_>) {
/// std::thread::scope(|threads| {
///     threads.spawn(|| object.is_none()); // MicroPython has one thread
/// });
/// # }
/// ```
#[repr(transparent)]
pub struct Obj<'vm> {
    handle: u32,
    /// Behaves like a reference to the VM: the object doesn't outlive it and stays on its thread.
    vm: PhantomData<&'vm Vm>,
}

impl Drop for Obj<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is ours alone and the VM runs, because `'vm` lasts.
        unsafe { ffi::mpyf_release(self.handle) }
    }
}

impl<'vm> Obj<'vm> {
    pub(crate) fn handle(&self) -> u32 {
        self.handle
    }

    /// The object of a handle.
    ///
    /// # Safety
    ///
    /// The handle is of the VM that `'vm` stands for, and nobody else has it.
    pub(crate) unsafe fn from_handle(handle: u32) -> Self {
        Self {
            handle,
            vm: PhantomData,
        }
    }

    /// The handle, which the caller has to release or to pass on.
    pub(crate) fn into_handle(self) -> u32 {
        ManuallyDrop::new(self).handle
    }

    /// The object, for as long as its VM is known to run.
    pub(crate) fn in_vm(self, _: &Vm) -> Obj<'_> {
        // SAFETY: the object's VM runs while the object lives, and there is one VM at a time: the one that is borrowed.
        unsafe { Obj::from_handle(self.into_handle()) }
    }

    /// The VM that the object belongs to.
    pub fn vm(&self) -> &'vm Vm {
        // SAFETY: an object doesn't outlive its VM, which `'vm` stands for.
        unsafe { Vm::running() }
    }

    /// Returns the attribute `name`.
    ///
    /// # Errors
    ///
    /// `AttributeError`, or any exception that a `__getattr__` or a property raises.
    pub fn attr(&self, name: &str) -> Result<Obj<'vm>, Exception<'vm>> {
        // SAFETY: the name lives through the call, which leaves an object.
        unsafe { shim::object(|out| ffi::mpyf_attr(self.handle, name.as_ptr(), name.len(), out)) }
    }

    /// Sets the attribute `name` to `value`.
    ///
    /// # Errors
    ///
    /// `AttributeError`, or any exception that a `__setattr__` or a property raises.
    pub fn set_attr(&self, name: &str, value: impl IntoPy) -> Result<(), Exception<'vm>> {
        let value = Argument::new(value, self.vm())?;
        // SAFETY: name and value live through the call, which leaves no object.
        unsafe {
            shim::unit(|out| {
                ffi::mpyf_set_attr(
                    self.handle,
                    name.as_ptr(),
                    name.len(),
                    value.value().as_raw(),
                    out,
                )
            })
        }
    }

    /// Returns the attribute `name`, or `None` if the object has no such attribute.
    ///
    /// # Errors
    ///
    /// Any exception other than `AttributeError` that a `__getattr__` or a property raises.
    pub fn attr_or_none(&self, name: &str) -> Result<Option<Obj<'vm>>, Exception<'vm>> {
        // SAFETY: the name lives through the call, which leaves no object where there is no such attribute.
        unsafe {
            shim::optional(|out| {
                ffi::mpyf_attr_or_none(self.handle, name.as_ptr(), name.len(), out)
            })
        }
    }

    /// Checks for an attribute `name`, as Python's `hasattr()` does.
    ///
    /// # Errors
    ///
    /// As for [`attr_or_none`](Self::attr_or_none).
    pub fn has_attr(&self, name: &str) -> Result<bool, Exception<'vm>> {
        self.attr_or_none(name).map(|found| found.is_some())
    }

    /// Deletes the attribute `name`.
    ///
    /// # Errors
    ///
    /// `AttributeError`, or any exception that a `__delattr__` or a property raises.
    pub fn del_attr(&self, name: &str) -> Result<(), Exception<'vm>> {
        // SAFETY: the name lives through the call, which leaves no object.
        unsafe { shim::unit(|out| ffi::mpyf_del_attr(self.handle, name.as_ptr(), name.len(), out)) }
    }

    /// Calls the object.
    ///
    /// # Errors
    ///
    /// Any exception that the call raises, and `TypeError` if the object can't be called with these arguments.
    pub fn call(&self, args: impl Args) -> Result<Obj<'vm>, Exception<'vm>> {
        args.with(self.vm(), |args| {
            let (args, n_args) = raw_args(args);
            // SAFETY: the arguments live through the call, which leaves an object.
            unsafe { shim::object(|out| ffi::mpyf_call(self.handle, args, n_args, out)) }
        })
    }

    /// Calls the method `name` of the object.
    ///
    /// # Errors
    ///
    /// `AttributeError` if there is no such method, and any exception that the call raises.
    pub fn call_method(&self, name: &str, args: impl Args) -> Result<Obj<'vm>, Exception<'vm>> {
        args.with(self.vm(), |args| {
            let (args, n_args) = raw_args(args);
            let (name, name_len) = (name.as_ptr(), name.len());
            // SAFETY: name and arguments live through the call, which leaves an object.
            unsafe {
                shim::object(|out| {
                    ffi::mpyf_call_method(self.handle, name, name_len, args, n_args, out)
                })
            }
        })
    }

    /// Calls the object with arguments by position and by name.
    ///
    /// ```no_run
    /// # fn example(vm: &mpy_freeze_rt::Vm) -> Result<(), mpy_freeze_rt::Exception<'_>> {
    /// let print = vm.builtin("print")?;
    /// print.call_with(("a", 1), [("end", ".\n")])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`call`](Self::call).
    pub fn call_with(
        &self,
        args: impl Args,
        keywords: impl Keywords,
    ) -> Result<Obj<'vm>, Exception<'vm>> {
        self.call_any(None, args, keywords)
    }

    /// Calls the method `name` of the object with arguments by position and by name.
    ///
    /// # Errors
    ///
    /// As for [`call_method`](Self::call_method).
    pub fn call_method_with(
        &self,
        name: &str,
        args: impl Args,
        keywords: impl Keywords,
    ) -> Result<Obj<'vm>, Exception<'vm>> {
        self.call_any(Some(name), args, keywords)
    }

    fn call_any(
        &self,
        method: Option<&str>,
        args: impl Args,
        keywords: impl Keywords,
    ) -> Result<Obj<'vm>, Exception<'vm>> {
        let vm = self.vm();
        args.with(vm, |args| {
            keywords.with(vm, |keywords| self.call_raw(method, args, keywords))
        })
    }

    fn call_raw(
        &self,
        method: Option<&str>,
        args: &[Value<'_>],
        keywords: &[Keyword<'_>],
    ) -> Result<Obj<'vm>, Exception<'vm>> {
        let (args, n_args) = raw_args(args);
        let name = method.map_or(core::ptr::null(), str::as_ptr);
        // SAFETY: name and arguments live through the call, which leaves an object. A `Keyword` is a
        // `RawKeyword` in a transparent wrapper.
        unsafe {
            shim::object(|out| {
                ffi::mpyf_call_with(
                    self.handle,
                    name,
                    method.map_or(0, str::len),
                    args,
                    n_args,
                    keywords.as_ptr().cast(),
                    keywords.len(),
                    out,
                )
            })
        }
    }

    /// Returns the item `self[key]`.
    ///
    /// # Errors
    ///
    /// `IndexError`, `KeyError`, `TypeError` for an object that has no items, and any exception that a `__getitem__`
    /// raises.
    pub fn item(&self, key: impl IntoPy) -> Result<Obj<'vm>, Exception<'vm>> {
        let key = Argument::new(key, self.vm())?;
        let key = key.value();
        // SAFETY: the key lives through the call, which leaves an object.
        unsafe { shim::object(|out| ffi::mpyf_item(self.handle, key.as_raw(), out)) }
    }

    /// Sets the item `self[key]` to `value`.
    ///
    /// # Errors
    ///
    /// `IndexError`, `TypeError` for an object whose items can't be set, and any exception that a `__setitem__` raises.
    pub fn set_item(&self, key: impl IntoPy, value: impl IntoPy) -> Result<(), Exception<'vm>> {
        let (key, value) = (
            Argument::new(key, self.vm())?,
            Argument::new(value, self.vm())?,
        );
        let (key, value) = (key.value(), value.value());
        // SAFETY: key and value live through the call, which leaves no object.
        unsafe {
            shim::unit(|out| ffi::mpyf_set_item(self.handle, key.as_raw(), value.as_raw(), out))
        }
    }

    /// Deletes the item `self[key]`.
    ///
    /// # Errors
    ///
    /// `IndexError`, `KeyError`, `TypeError` for an object whose items can't be deleted, and any exception that a
    /// `__delitem__` raises.
    pub fn del_item(&self, key: impl IntoPy) -> Result<(), Exception<'vm>> {
        let key = Argument::new(key, self.vm())?;
        let key = key.value();
        // SAFETY: the key lives through the call, which leaves no object.
        unsafe { shim::unit(|out| ffi::mpyf_del_item(self.handle, key.as_raw(), out)) }
    }

    /// Returns the number of items, as Python's `len()` does.
    ///
    /// # Errors
    ///
    /// `TypeError` for an object without a length, and any exception that a `__len__` raises.
    pub fn len(&self) -> Result<usize, Exception<'vm>> {
        // SAFETY: the call writes a length and leaves no object.
        unsafe { shim::value(|len, out| ffi::mpyf_len(self.handle, len, out)) }
    }

    /// Returns `true` if the object has no items.
    ///
    /// # Errors
    ///
    /// As for [`len`](Self::len).
    pub fn is_empty(&self) -> Result<bool, Exception<'vm>> {
        self.len().map(|len| len == 0)
    }

    /// Returns an iterator over the object's items, as a Python `for` loop takes them.
    ///
    /// ```no_run
    /// # fn example<'a>(readings: &mpy_freeze_rt::Obj<'a>) -> Result<f64, mpy_freeze_rt::Exception<'a>> {
    /// let mut sum = 0.0;
    /// for reading in readings.try_iter()? {
    ///     sum += reading?.to_f64()?;
    /// }
    /// # Ok(sum)
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `TypeError` for an object that can't be iterated over. An exception that Python raises instead of an item is
    /// returned by the iterator.
    pub fn try_iter(&self) -> Result<Iter<'vm>, Exception<'vm>> {
        // SAFETY: the object lives through the call, which leaves another.
        unsafe { shim::object(|out| ffi::mpyf_iter(self.handle, out)) }.map(Iter)
    }

    /// Returns a second handle to the same object.
    ///
    /// # Errors
    ///
    /// `MemoryError` where the table of objects that Rust holds can't grow.
    pub fn try_clone(&self) -> Result<Obj<'vm>, Exception<'vm>> {
        self.place_in_vm().to_obj()
    }

    /// Returns `true` if the object is `None`.
    pub fn is_none(&self) -> bool {
        self.place().is_none()
    }

    /// The object as a value of a Rust type: a number, a text, a tuple of such, or whatever else has [`FromPy`].
    ///
    /// # Errors
    ///
    /// `TypeError` for an object of another type, `OverflowError` for a number that doesn't fit.
    pub fn extract<'a, T: FromPy<'a>>(&'a self) -> Result<T, Exception<'a>> {
        T::from_py(self.place())
    }

    /// Returns the object's truth, as an `if` sees it.
    ///
    /// # Errors
    ///
    /// Any exception that a `__bool__` or `__len__` raises.
    pub fn to_bool(&self) -> Result<bool, Exception<'vm>> {
        self.place_in_vm().to_bool()
    }

    /// Returns the value of an `int` or `bool`.
    ///
    /// # Errors
    ///
    /// `TypeError` for any other type, `OverflowError` for a number that 64 bits can't hold.
    pub fn to_i64(&self) -> Result<i64, Exception<'vm>> {
        self.place_in_vm().to_i64()
    }

    /// Returns the value of a `float` or `int`.
    ///
    /// # Errors
    ///
    /// `TypeError` for any other type, and in a firmware without floats.
    pub fn to_f64(&self) -> Result<f64, Exception<'vm>> {
        self.place_in_vm().to_f64()
    }

    /// Returns the text of a `str`, in place. Each call checks that it is UTF-8.
    ///
    /// # Errors
    ///
    /// `TypeError` for any other type, classes derived from `str` included: [`str`](Self::str) makes a `str`
    /// of everything. `ValueError` for a `str` that isn't UTF-8, which Python can make in a firmware without
    /// Unicode. `MemoryError` for the message of an exception that was raised when there was no memory for it.
    pub fn as_str(&self) -> Result<&str, Exception<'vm>> {
        self.place_in_vm().as_str()
    }

    /// Returns the contents of a `bytes`, in place.
    ///
    /// # Errors
    ///
    /// `TypeError` for any other type. A `bytearray` can change while Rust reads it: convert it to `bytes` first.
    pub fn as_bytes(&self) -> Result<&[u8], Exception<'vm>> {
        self.place_in_vm().as_bytes()
    }

    /// The object's place, which is valid while this holds the object.
    pub(crate) fn place(&self) -> Place<'_> {
        // SAFETY: the handle is of a living object while `self` lives.
        unsafe { Place::of_handle(self.handle) }
    }

    /// The same as [`place`](Self::place), for results with the lifetime of the VM.
    ///
    /// A method that returns a borrow of the object must give it the lifetime of `self`, as those above do.
    pub(crate) fn place_in_vm(&self) -> Place<'vm> {
        // SAFETY: the handle is of a living object while `self` lives, and the callers above return nothing that
        // is borrowed for longer.
        unsafe { Place::of_handle(self.handle) }
    }

    /// Calls Python's `str()`, and returns the `str` object.
    ///
    /// # Errors
    ///
    /// Any exception that a `__str__` raises, and `MemoryError`.
    pub fn str(&self) -> Result<Obj<'vm>, Exception<'vm>> {
        self.to_text(ffi::TEXT_STR)
    }

    /// Calls Python's `repr()`, and returns the `str` object.
    ///
    /// # Errors
    ///
    /// Any exception that a `__repr__` raises, and `MemoryError`.
    pub fn repr(&self) -> Result<Obj<'vm>, Exception<'vm>> {
        self.to_text(ffi::TEXT_REPR)
    }

    fn to_text(&self, kind: u32) -> Result<Obj<'vm>, Exception<'vm>> {
        // SAFETY: the object lives through the call, which leaves another.
        unsafe { shim::object(|out| ffi::mpyf_text(self.handle, kind, out)) }
    }

    /// Returns the name of the object's type.
    pub fn type_name(&self) -> &'vm str {
        self.place_in_vm().type_name()
    }
}

/// An iterator over an object's items, from [`Obj::try_iter`].
///
/// Each step can raise. The object decides whether the iterator goes on after that.
#[derive(Debug)]
pub struct Iter<'vm>(Obj<'vm>);

impl<'vm> Iterator for Iter<'vm> {
    type Item = Result<Obj<'vm>, Exception<'vm>>;

    fn next(&mut self) -> Option<Self::Item> {
        // SAFETY: the iterator lives through the call, which leaves no object at the end.
        unsafe { shim::optional(|out| ffi::mpyf_next(self.0.handle, out)) }.transpose()
    }
}

impl fmt::Display for Obj<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(self.handle, ffi::TEXT_STR, f)
    }
}

impl fmt::Debug for Obj<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(self.handle, ffi::TEXT_REPR, f)
    }
}

/// Arguments in the shim's form: a pointer to the first and their number.
pub(crate) fn raw_args(args: &[Value<'_>]) -> (*const ffi::RawValue, usize) {
    // A `Value` is a `RawValue` in a transparent wrapper.
    (args.as_ptr().cast(), args.len())
}
