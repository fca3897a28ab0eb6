//! MicroPython has one thread.
use mpy_freeze_rt::{Exception, Obj, Ref, Root, Vm, pyclass, pymethods};

#[pyclass]
struct Class {
    value: i32,
}

#[pymethods]
impl Class {}

fn sent<T: Send>(_: T) {}

fn shared<T: Sync>(_: &T) {}

fn all(vm: &Vm, object: Obj<'_>, root: Root, exception: Exception<'_>, value: Ref<'_, Class>) {
    shared(vm);
    shared(&object);
    shared(&root);
    shared(&exception);
    shared(&value);
    sent(vm);
    sent(object);
    sent(root);
    sent(exception);
    sent(value);
}

fn main() {}
