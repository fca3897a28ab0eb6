//! Objects that outlive the call that made them.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{ErrorType, Raise};
use crate::exception::Exception;
use crate::object::Obj;
use crate::value::{IntoPy, Value};
use crate::vm::Vm;

/// Counts the starts and ends of VMs. Only the holder of the VM's lock writes to it. Dropping a root reads it, on any
/// thread.
static GENERATION: AtomicUsize = AtomicUsize::new(0);

/// The count saturates here. From then on there are no new roots.
const LAST: usize = usize::MAX;

/// Invalidates all existing roots. The caller holds the VM's lock.
pub(crate) fn next_generation() {
    let generation = GENERATION.load(Ordering::Relaxed);
    GENERATION.store(generation.saturating_add(1), Ordering::Relaxed);
}

/// A handle without a lifetime that keeps a Python object alive: in a driver, in a variable outside of [`Vm::run`], or
/// in a closure that Python calls.
///
/// After its VM has stopped it is empty, and dropping it does nothing.
///
/// The collector doesn't look into Rust values and takes every `Root` for one in use. A `Root` inside of a Python
/// object, a closure for example, that leads back to this object keeps both until the VM stops.
///
/// ```no_run
/// use mpy_freeze_rt::{Exception, Root, Vm};
///
/// struct Button {
///     pressed: Option<Root>,
/// }
///
/// impl Button {
///     fn on_press<'vm>(&self, vm: &'vm Vm) -> Result<(), Exception<'vm>> {
///         match self.pressed.as_ref().and_then(|callback| callback.get(vm)) {
///             Some(callback) => callback.call(()).map(drop),
///             None => Ok(()),
///         }
///     }
/// }
/// ```
///
/// It stays on its thread, like everything of MicroPython's:
///
/// ```compile_fail,E0277
/// # fn kept(root: mpy_freeze_rt::Root) {
/// std::thread::spawn(move || drop(root));
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # fn kept(root: &mpy_freeze_rt::Root) {
/// std::thread::scope(|threads| {
///     threads.spawn(|| root.is_alive());
/// });
/// # }
/// ```
///
/// The object that it gives can't outlive the VM:
///
/// ```compile_fail,E0521
/// # use mpy_freeze_rt::{Obj, Root, Vm};
/// # static HEAP: mpy_freeze_rt::Heap<65536> = mpy_freeze_rt::Heap::new();
/// # fn kept(root: Root) {
/// let mut object = None;
/// Vm::run(&HEAP, |vm| object = root.get(vm));
/// # }
/// ```
pub struct Root {
    /// The object, which may be used and dropped in its own generation only.
    object: ManuallyDrop<Obj<'static>>,
    generation: usize,
    /// The VM stays on its thread.
    thread: PhantomData<*const ()>,
}

impl Root {
    /// Keeps an object.
    ///
    /// # Errors
    ///
    /// `RuntimeError` after more starts of VMs than a machine word can count.
    pub fn new(object: Obj<'_>) -> Result<Self, Exception<'_>> {
        let generation = GENERATION.load(Ordering::Relaxed);
        if generation == LAST {
            let error = Raise::new(ErrorType::RUNTIME_ERROR, "no more roots can be told apart");
            return Err(error.exception());
        }
        let handle = ManuallyDrop::new(object).handle();
        Ok(Self {
            // SAFETY: the handle was the object's, which is forgotten. That the VM still runs is looked up before each
            // use.
            object: ManuallyDrop::new(unsafe { Obj::from_handle(handle) }),
            generation,
            thread: PhantomData,
        })
    }

    /// Returns `true` if the object's VM is still running.
    pub fn is_alive(&self) -> bool {
        // A root is on the thread of its VM, which has seen the end of that VM if there was one. Whatever VMs other
        // threads start meanwhile, the count never comes back to what it was.
        GENERATION.load(Ordering::Relaxed) == self.generation
    }

    /// Returns the object, if it belongs to this VM.
    pub fn get<'a, 'vm>(&'a self, _: &'vm Vm) -> Option<&'a Obj<'vm>> {
        if !self.is_alive() {
            return None;
        }
        let object: *const Obj<'static> = &raw const *self.object;
        // SAFETY: the object is of the VM that runs, and so of the one that `'vm` stands for. The lifetime makes no
        // difference to the layout. The root keeps the object for `'a`.
        Some(unsafe { &*object.cast::<Obj<'vm>>() })
    }

    /// The exception for a root whose VM has stopped.
    fn gone<'vm>() -> Exception<'vm> {
        Raise::new(ErrorType::RUNTIME_ERROR, "the object's VM has stopped").exception()
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if self.is_alive() {
            // SAFETY: the VM of the object runs, or is about to stop and runs finalisers. It is dropped once.
            unsafe { ManuallyDrop::drop(&mut self.object) }
        }
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut root = f.debug_struct("Root");
        root.field("is_alive", &self.is_alive());
        root.finish_non_exhaustive()
    }
}

/// Gives Python the object, or raises `RuntimeError` if its VM has stopped.
impl IntoPy for Root {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        let mut root = ManuallyDrop::new(self);
        if !root.is_alive() {
            return Err(Self::gone());
        }
        // SAFETY: the root is forgotten, so that its object is taken once.
        let object = unsafe { ManuallyDrop::take(&mut root.object) };
        Ok(object.in_vm(vm))
    }
}

/// Gives Python the object, or raises `RuntimeError` if its VM has stopped.
impl IntoPy for &Root {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        self.get(vm).ok_or_else(Root::gone)?.into_py(vm)
    }

    fn as_value(&self) -> Option<Value<'_>> {
        self.is_alive().then(|| Value::from(&*self.object))
    }
}
