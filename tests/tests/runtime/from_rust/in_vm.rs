//! A VM for each test, and a second one that collects at every allocation.

use alloc::rc::Rc;
use core::cell::Cell;

use mpy_freeze_rt::{Exception, Obj, Vm};

use crate::{HEAP_BYTES, with_heap};

/// Runs the test as it is, and with a collection at every allocation.
pub(crate) fn in_vm(f: impl for<'vm> Fn(&'vm Vm)) {
    with_heap(HEAP_BYTES, &f);
    with_heap(HEAP_BYTES, |vm| {
        exec(vm, "import gc\ngc.threshold(0)\ndel gc");
        f(vm);
    });
}

/// Executes statements, and fails with their traceback.
#[track_caller]
pub(crate) fn exec(vm: &Vm, source: &str) {
    if let Err(exception) = vm.exec(source, "test.py") {
        panic!("{exception}");
    }
}

/// The value of an expression.
#[track_caller]
pub(crate) fn eval<'vm>(vm: &'vm Vm, expression: &str) -> Obj<'vm> {
    vm.eval(expression)
        .unwrap_or_else(|exception| panic!("{exception}"))
}

#[track_caller]
pub(crate) fn ok<'vm, T>(result: Result<T, Exception<'vm>>) -> T {
    result.unwrap_or_else(|exception| panic!("{exception}"))
}

#[track_caller]
pub(crate) fn raised<'vm, T>(result: Result<T, Exception<'vm>>) -> Exception<'vm> {
    match result {
        Ok(_) => panic!("nothing was raised"),
        Err(exception) => exception,
    }
}

/// Counts the times that it is dropped.
pub(crate) struct Dropped(pub(crate) Rc<Cell<usize>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}
