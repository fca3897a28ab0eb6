//! Rust closures as objects that Python calls.

use core::ffi::c_void;
use core::fmt;
use core::marker::PhantomData;

use crate::error::{ErrorType, Raise};
use crate::exception::Exception;
use crate::ffi;
use crate::function::{RawReturn, finish};
use crate::object::Obj;
use crate::place::{FromPy, Place};
use crate::shim;
use crate::value::IntoPy;
use crate::vm::Vm;

/// The alignment of objects in MicroPython's heap, in bytes.
const ALIGNMENT: usize = 4 * size_of::<usize>();

impl Vm {
    /// Makes a function that Python can call of a Rust closure.
    ///
    /// The closure moves into an object in Python's heap, and is dropped when that is collected or when the VM stops,
    /// in a firmware that has finalisers (which the ROM level `ExtraFeatures` and those above it have). It can be
    /// called again while it runs, by Python that it calls, and so it is a `Fn`: what it changes lies in a `Cell` or
    /// `RefCell`. A panic in it ends the program, as in any function that Python calls.
    ///
    /// It takes arguments by position only: a call with one by name (`add(amount=3)`) raises `TypeError` and doesn't
    /// reach the closure. For names, defaults and `**kwargs` there is `#[pyfunction]`.
    ///
    /// An object is returned as a [`Root`](crate::Root).
    ///
    /// ```no_run
    /// use core::cell::Cell;
    /// use mpy_freeze_rt::{Exception, Vm};
    ///
    /// fn install(vm: &Vm) -> Result<(), Exception<'_>> {
    ///     let total = Cell::new(0);
    ///     let add = vm.new_function(move |args| {
    ///         let (amount,) = args.extract::<(i32,)>()?;
    ///         total.set(total.get() + amount);
    ///         Ok(total.get())
    ///     })?;
    ///     vm.import("main")?.set_attr("add", &add)
    /// }
    /// ```
    ///
    /// The closure can't borrow anything that ends before the VM:
    ///
    /// ```compile_fail,E0597
    /// # use mpy_freeze_rt::Vm;
    /// # fn install(vm: &Vm) {
    /// let count = core::cell::Cell::new(0);
    /// let counter = &count;
    /// let function = vm.new_function(move |_| Ok(counter.get()));
    /// # }
    /// ```
    ///
    /// and can't keep an argument:
    ///
    /// ```compile_fail,E0521
    /// # use mpy_freeze_rt::{Obj, Vm};
    /// # use core::cell::RefCell;
    /// # fn install(vm: &Vm) {
    /// let kept = RefCell::new(None);
    /// let function = vm.new_function(move |args| {
    ///     *kept.borrow_mut() = Some(args.arg::<Obj<'_>>(0)?);
    ///     Ok(())
    /// });
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `MemoryError`. The closure is dropped then.
    pub fn new_function<F, R>(&self, function: F) -> Result<Obj<'_>, Exception<'_>>
    where
        F: for<'a> Fn(&'a Arguments<'a>) -> Result<R, Exception<'a>> + 'static,
        R: IntoPy,
    {
        const {
            assert!(
                align_of::<F>() <= ALIGNMENT,
                "Python's heap can't align this closure"
            )
        };
        let mut state = core::ptr::null_mut();
        // SAFETY: the VM runs. The call leaves an object, and in `state` the address of memory of this size in it.
        let object =
            unsafe { shim::object(|out| ffi::mpyf_closure_new(size_of::<F>(), &mut state, out)) }?;
        // SAFETY: the memory is in the object, which nobody but us has, and is as large and aligned as it must be. Only
        // now that the closure is there may the object call and drop it.
        unsafe {
            state.cast::<F>().write(function);
            ffi::mpyf_closure_set(object.handle(), call::<F, R>, drop_state::<F>);
        }
        Ok(object)
    }
}

/// The shim's callback for a call of the object.
///
/// # Safety
///
/// `state` is of an `F`, which isn't dropped meanwhile; `args` are the `n_args` arguments, as MicroPython passes them.
unsafe extern "C" fn call<F, R>(
    state: *const c_void,
    args: *const c_void,
    n_args: usize,
) -> RawReturn
where
    F: for<'a> Fn(&'a Arguments<'a>) -> Result<R, Exception<'a>>,
    R: IntoPy,
{
    // SAFETY: the caller's promise.
    let function = unsafe { &*state.cast::<F>() };
    let arguments = Arguments {
        args,
        n_args,
        lasts: PhantomData,
    };
    finish(function(&arguments), arguments.vm())
}

/// The shim's callback for the end of the object.
///
/// # Safety
///
/// `state` is of an `F` that isn't used again.
unsafe extern "C" fn drop_state<F>(state: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { state.cast::<F>().drop_in_place() }
}

/// The arguments of a call of a closure, which last as long as the call.
///
/// ```no_run
/// # fn example(vm: &mpy_freeze_rt::Vm) -> Result<(), mpy_freeze_rt::Exception<'_>> {
/// // Any number:
/// let sum = vm.new_function(|args| {
///     let mut sum = 0;
///     for index in 0..args.len() {
///         sum += args.arg::<i64>(index)?;
///     }
///     Ok(sum)
/// })?;
/// // Two, or a `TypeError`:
/// let scaled = vm.new_function(|args| {
///     let (value, factor) = args.extract::<(f64, f64)>()?;
///     Ok(value * factor)
/// })?;
/// # Ok(())
/// # }
/// ```
pub struct Arguments<'a> {
    args: *const c_void,
    n_args: usize,
    lasts: PhantomData<&'a ()>,
}

impl<'a> Arguments<'a> {
    /// Returns the calling VM.
    pub fn vm(&self) -> &'a Vm {
        // SAFETY: MicroPython calls, so it runs for as long as the call lasts.
        unsafe { Vm::running() }
    }

    /// Returns the number of arguments.
    pub fn len(&self) -> usize {
        self.n_args
    }

    /// Returns `true` if there are no arguments.
    pub fn is_empty(&self) -> bool {
        self.n_args == 0
    }

    /// Returns the argument of an index, counted from 0, if there is one.
    pub fn get(&'a self, index: usize) -> Option<Place<'a>> {
        // SAFETY: MicroPython has passed more arguments than `index`, and the call lasts for `'a`.
        (index < self.n_args).then(|| unsafe { Place::of_argument(self.args, index) })
    }

    /// Converts the argument of an index, counted from 0, to a Rust type.
    ///
    /// # Errors
    ///
    /// The exception of the conversion, and `TypeError` if there are fewer arguments.
    pub fn arg<T: FromPy<'a>>(&'a self, index: usize) -> Result<T, Exception<'a>> {
        match self.get(index) {
            Some(place) => T::from_py(place),
            None => Err(self.wrong_count(index.saturating_add(1))),
        }
    }

    /// Converts all arguments to a tuple of Rust types: `args.extract::<(i32, &str)>()`.
    ///
    /// # Errors
    ///
    /// The exception of a conversion, and `TypeError` for another number of arguments.
    pub fn extract<T: FromArgs<'a>>(&'a self) -> Result<T, Exception<'a>> {
        T::from_args(self)
    }

    fn wrong_count(&self, wanted: usize) -> Exception<'a> {
        match self.check_count(wanted) {
            Err(exception) => exception,
            Ok(()) => Raise::new(ErrorType::TYPE_ERROR, "wrong number of arguments").exception(),
        }
    }

    fn check_count(&self, wanted: usize) -> Result<(), Exception<'a>> {
        // SAFETY: the VM runs, and the call leaves no object.
        unsafe { shim::unit(|out| ffi::mpyf_check_count(self.n_args, wanted, out)) }
    }
}

impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = (0..self.n_args).filter_map(|index| self.get(index));
        f.debug_list().entries(places).finish()
    }
}

/// The result of [`Arguments::extract`]: a tuple of up to eight types that have [`FromPy`].
pub trait FromArgs<'a>: Sized {
    /// Converts the arguments.
    ///
    /// # Errors
    ///
    /// The exception of a conversion, and `TypeError` for another number of arguments.
    fn from_args(arguments: &'a Arguments<'a>) -> Result<Self, Exception<'a>>;
}

macro_rules! tuples {
    ($count:literal: $($name:ident $index:literal)*) => {
        impl<'a, $($name: FromPy<'a>),*> FromArgs<'a> for ($($name,)*) {
            fn from_args(arguments: &'a Arguments<'a>) -> Result<Self, Exception<'a>> {
                if arguments.len() != $count {
                    return Err(arguments.wrong_count($count));
                }
                Ok(($(arguments.arg::<$name>($index)?,)*))
            }
        }
    };
}

tuples!(0:);
tuples!(1: A 0);
tuples!(2: A 0 B 1);
tuples!(3: A 0 B 1 C 2);
tuples!(4: A 0 B 1 C 2 D 3);
tuples!(5: A 0 B 1 C 2 D 3 E 4);
tuples!(6: A 0 B 1 C 2 D 3 E 4 F 5);
tuples!(7: A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!(8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
