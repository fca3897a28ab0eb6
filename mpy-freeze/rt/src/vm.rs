//! The VM: starting it, running Python in it, and its heap.

use core::fmt;
use core::marker::PhantomData;

use crate::exception::Exception;
use crate::ffi;
use crate::heap::HeapMemory;
use crate::lock::Lock;
use crate::object::Obj;
use crate::platform;
use crate::root;
use crate::shim;
use crate::value::{IntoPy, Value};

/// A running MicroPython. There is one at a time, and it stays on the thread that started it.
#[derive(Debug)]
pub struct Vm {
    /// MicroPython scans the stack of the thread that started it.
    thread: PhantomData<*const ()>,
}

/// The reason why a VM couldn't be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// A VM is already running, perhaps further up on the same stack.
    AlreadyRunning,
    /// The heap has no room for MicroPython's own objects.
    HeapTooSmall,
    /// [`Platform::stack_limit`](crate::Platform::stack_limit) leaves no room for Python.
    StackTooSmall,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyRunning => "a MicroPython VM is already running: there can be one at a time",
            Self::HeapTooSmall => "the heap is too small for MicroPython to start: give Vm::run more memory",
            Self::StackTooSmall => {
                "the stack is too small for Python: Platform::stack_limit must return more, and the stack have it"
            }
        })
    }
}

impl core::error::Error for StartError {}

/// The state of Python's heap, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapInfo {
    /// The room for objects: the memory given to [`Vm::run`], less the collector's own tables.
    pub total: usize,
    /// The room that objects take, including those that the next collection frees.
    pub used: usize,
    /// The room that is free.
    pub free: usize,
    /// The largest contiguous piece that is free.
    pub max_free_block: usize,
}

/// A started VM. Dropping it stops MicroPython and then releases the lock, after a panic too.
struct Running<H> {
    _heap: H,
    _lock: Lock,
}

impl<H> Drop for Running<H> {
    fn drop(&mut self) {
        // SAFETY: the VM has been started, and no object of it is left: they can't outlive the closure.
        unsafe { ffi::mpyf_stop() }
        // The finalisers may have dropped roots. From here on there is nothing to drop.
        root::next_generation();
    }
}

impl Vm {
    /// Starts MicroPython with `heap` as the memory for its objects, calls `f`, and stops MicroPython.
    ///
    /// The heap belongs to MicroPython until this returns; its contents are meaningless after that. The finalisers of
    /// the remaining objects run at the end. Where panics unwind, a panic in `f` stops MicroPython on its way up, and
    /// another VM can be started.
    ///
    /// # Errors
    ///
    /// [`StartError`], before `f` is called.
    pub fn run<R>(
        mut heap: impl HeapMemory,
        f: impl for<'vm> FnOnce(&'vm Vm) -> R,
    ) -> Result<R, StartError> {
        let lock = Lock::take().ok_or(StartError::AlreadyRunning)?;
        let (start, len) = heap.region();
        // The collector scans the stack from here down. Rust's own frames hold handles and no addresses.
        let mut stack_top = 0usize;
        let stack_top = (&raw mut stack_top).cast();
        // SAFETY: the lock makes this the only VM, and the heap is ours for as long as `Running` lives. The top
        // of the stack is in a frame above all that enters MicroPython.
        match unsafe { ffi::mpyf_start(start, len, stack_top, platform::stack_limit()) } {
            ffi::HEAP_TOO_SMALL => return Err(StartError::HeapTooSmall),
            ffi::STACK_TOO_SMALL => return Err(StartError::StackTooSmall),
            _ => {}
        }
        root::next_generation();
        let _running = Running {
            _heap: heap,
            _lock: lock,
        };
        Ok(f(&Vm {
            thread: PhantomData,
        }))
    }

    /// The running VM, for code that Python has called.
    ///
    /// # Safety
    ///
    /// The VM runs for `'vm`, on this thread.
    #[inline]
    pub(crate) const unsafe fn running<'vm>() -> &'vm Self {
        &Self {
            thread: PhantomData,
        }
    }

    /// Imports a module and returns it. For a dotted name, that is the last module. MicroPython executes a module when
    /// it is imported for the first time.
    ///
    /// # Errors
    ///
    /// `ImportError` if there is no such module, and any exception that the module raises.
    pub fn import(&self, name: &str) -> Result<Obj<'_>, Exception<'_>> {
        // SAFETY: the VM runs, and the pointers are good for the call, which leaves a handle in `out`.
        unsafe { shim::object(|out| ffi::mpyf_import(name.as_ptr(), name.len(), out)) }
    }

    /// Compiles statements and executes them in the module `__main__`. Tracebacks call the source `file`.
    ///
    /// # Errors
    ///
    /// `SyntaxError`, any exception that the statements raise, and `NotImplementedError` in a firmware without a
    /// compiler.
    pub fn exec(&self, source: &str, file: &str) -> Result<(), Exception<'_>> {
        self.execute(source, file, ffi::SOURCE_STATEMENTS).map(drop)
    }

    /// Compiles an expression and evaluates it in the module `__main__`.
    ///
    /// # Errors
    ///
    /// As for [`exec`](Self::exec).
    pub fn eval(&self, expression: &str) -> Result<Obj<'_>, Exception<'_>> {
        self.execute(expression, "<eval>", ffi::SOURCE_EXPRESSION)
    }

    fn execute(&self, source: &str, file: &str, kind: u32) -> Result<Obj<'_>, Exception<'_>> {
        // SAFETY: the VM runs, and the pointers are good for the call, which leaves a handle in `out`.
        unsafe {
            shim::object(|out| {
                ffi::mpyf_execute(
                    source.as_ptr(),
                    source.len(),
                    file.as_ptr(),
                    file.len(),
                    kind,
                    out,
                )
            })
        }
    }

    /// Makes a Python object of a Rust value. A value of a `#[pyclass]` becomes a new instance.
    ///
    /// ```no_run
    /// use mpy_freeze_rt::{Exception, IntoPy, Obj, Vm};
    ///
    /// fn shown<'a>(vm: &'a Vm, value: impl IntoPy, show: &Obj<'a>) -> Result<(), Exception<'a>> {
    ///     let object = vm.new_obj(value)?;
    ///     show.call((&object,)).map(drop)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`IntoPy::into_py`].
    pub fn new_obj(&self, value: impl IntoPy) -> Result<Obj<'_>, Exception<'_>> {
        value.into_py(self)
    }

    /// Makes a Python object of a value in the shim's form.
    #[inline(never)]
    pub(crate) fn new_value(&self, value: Value<'_>) -> Result<Obj<'_>, Exception<'_>> {
        // SAFETY: the VM runs, and the value lives through the call, which leaves an object.
        unsafe { shim::object(|out| ffi::mpyf_new(value.as_raw(), out)) }
    }

    /// Returns the state of the heap. It counts garbage as used: [`collect`](Self::collect) first to see what objects
    /// take.
    pub fn heap_info(&self) -> HeapInfo {
        let mut info = ffi::RawHeapInfo {
            total: 0,
            used: 0,
            free: 0,
            max_free_block: 0,
        };
        // SAFETY: the VM runs, and the pointer is good for the call.
        unsafe { ffi::mpyf_heap_info(&mut info) };
        let ffi::RawHeapInfo {
            total,
            used,
            free,
            max_free_block,
        } = info;
        HeapInfo {
            total,
            used,
            free,
            max_free_block,
        }
    }

    /// Collects garbage.
    pub fn collect(&self) {
        // SAFETY: the VM runs.
        unsafe { ffi::mpyf_collect() }
    }
}
