//! Python objects made from Rust.

use core::fmt;

use crate::error::{ErrorType, Raise};
use crate::exception::Exception;
use crate::ffi;
use crate::object::{Obj, raw_args};
use crate::shim;
use crate::value::{Args, IntoPy};
use crate::vm::Vm;

impl Vm {
    /// Makes a `tuple`: of up to eight values of any types, of an array, or of a slice of [`Value`](crate::Value)s.
    ///
    /// ```no_run
    /// # fn example(vm: &mpy_freeze_rt::Vm) -> Result<(), mpy_freeze_rt::Exception<'_>> {
    /// let reading = vm.new_tuple(("temperature", 21.5))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `MemoryError`, and the errors of [`IntoPy::into_py`].
    pub fn new_tuple(&self, items: impl Args) -> Result<Obj<'_>, Exception<'_>> {
        items.with(self, |items| {
            let (items, n_items) = raw_args(items);
            // SAFETY: the VM runs, and the items live through the call, which leaves an object.
            unsafe { shim::object(|out| ffi::mpyf_tuple(items, n_items, out)) }
        })
    }

    /// Makes a `list`: of up to eight values of any types, of an array, or of a slice of [`Value`](crate::Value)s.
    ///
    /// # Errors
    ///
    /// `MemoryError`, and the errors of [`IntoPy::into_py`].
    pub fn new_list(&self, items: impl Args) -> Result<Obj<'_>, Exception<'_>> {
        items.with(self, |items| {
            let (items, n_items) = raw_args(items);
            // SAFETY: the VM runs, and the items live through the call, which leaves an object.
            unsafe { shim::object(|out| ffi::mpyf_list(items, n_items, out)) }
        })
    }

    /// Makes a `dict` of keys and values.
    ///
    /// ```no_run
    /// # fn example(vm: &mpy_freeze_rt::Vm) -> Result<(), mpy_freeze_rt::Exception<'_>> {
    /// let pins = vm.new_dict([("led", 13), ("button", 2)])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `MemoryError`, `TypeError` for a key that has no hash, and the errors of [`IntoPy::into_py`].
    pub fn new_dict<K: IntoPy, V: IntoPy>(
        &self,
        items: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Obj<'_>, Exception<'_>> {
        // SAFETY: the VM runs, and the call leaves an object.
        let dict = unsafe { shim::object(|out| ffi::mpyf_dict(out)) }?;
        for (key, value) in items {
            dict.set_item(key, value)?;
        }
        Ok(dict)
    }

    /// Formats a `str` piece by piece in Python's heap.
    ///
    /// ```no_run
    /// # fn example(vm: &mpy_freeze_rt::Vm) -> Result<(), mpy_freeze_rt::Exception<'_>> {
    /// let pin = 13;
    /// let text = vm.new_str(format_args!("pin {pin}"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `MemoryError`, and `RuntimeError` if a formatted value reports an error.
    pub fn new_str(&self, text: fmt::Arguments<'_>) -> Result<Obj<'_>, Exception<'_>> {
        if let Some(text) = text.as_str() {
            return self.new_obj(text);
        }
        // SAFETY: the VM runs, and the call leaves an object.
        let object = unsafe { shim::object(|out| ffi::mpyf_text_new(out)) }?;
        let mut builder = Builder {
            object,
            raised: None,
        };
        let result = fmt::write(&mut builder, text);
        match (builder.raised, result) {
            (Some(exception), _) => Err(exception),
            (None, Err(_)) => {
                let failed = Raise::new(ErrorType::RUNTIME_ERROR, "a text couldn't be formatted");
                Err(failed.exception())
            }
            (None, Ok(())) => {
                // SAFETY: the handle is of a text that hasn't been finished, and the call leaves an object.
                unsafe { shim::object(|out| ffi::mpyf_text_finish(builder.object.handle(), out)) }
            }
        }
    }

    /// Returns the builtin of a name, such as `print` or `ValueError`.
    ///
    /// # Errors
    ///
    /// `AttributeError` if there is no such builtin.
    pub fn builtin(&self, name: &str) -> Result<Obj<'_>, Exception<'_>> {
        self.import("builtins")?.attr(name)
    }

    /// Returns the `dict` of the module `__main__`, in which [`exec`](Self::exec) and [`eval`](Self::eval) run.
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table of objects that Rust holds can't grow.
    pub fn globals(&self) -> Result<Obj<'_>, Exception<'_>> {
        // SAFETY: the VM runs, and the call leaves an object.
        unsafe { shim::object(|out| ffi::mpyf_main(out)) }
    }

    /// Makes an exception of a class, with a message. It is a `MemoryError` if there is no room for one.
    ///
    /// ```no_run
    /// use mpy_freeze_rt::{ErrorType, Exception, Vm};
    ///
    /// fn check(vm: &Vm, pin: u8) -> Result<(), Exception<'_>> {
    ///     if pin > 30 {
    ///         return Err(vm.new_exception(ErrorType::VALUE_ERROR, format_args!("no pin {pin}")));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn new_exception(&self, class: ErrorType, message: fmt::Arguments<'_>) -> Exception<'_> {
        match self.new_str(message) {
            Ok(message) => self.new_exception_with(class, (message,)),
            Err(exception) => exception,
        }
    }

    /// Makes an exception of a class, with any arguments: the number of an `OSError`, for example. It is a
    /// `MemoryError` if there is no room for one, and the exception of an argument that can't be converted.
    pub fn new_exception_with(&self, class: ErrorType, args: impl Args) -> Exception<'_> {
        let made = args.with(self, |args| {
            let (args, n_args) = raw_args(args);
            let mut out = 0;
            // SAFETY: the VM runs, the class is one of exceptions, and the arguments live through the call, which
            // always leaves an exception.
            unsafe {
                ffi::mpyf_new_exception_with(class.as_ptr(), args, n_args, &mut out);
                Ok(Exception::new(Obj::from_handle(out)))
            }
        });
        made.unwrap_or_else(|exception| exception)
    }
}

/// A text that is being formatted.
struct Builder<'vm> {
    object: Obj<'vm>,
    raised: Option<Exception<'vm>>,
}

impl fmt::Write for Builder<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        // SAFETY: the handle is of a text that hasn't been finished. The piece lives through the call, which leaves an
        // exception in `out` or nothing.
        let added = unsafe {
            shim::unit(|out| {
                ffi::mpyf_text_add(self.object.handle(), piece.as_ptr(), piece.len(), out)
            })
        };
        added.map_err(|exception| {
            self.raised = Some(exception);
            fmt::Error
        })
    }
}
