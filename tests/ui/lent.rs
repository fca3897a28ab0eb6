//! What Python passes is lent for a call.
use mpy_freeze_rt::{Obj, Vm, pyfunction};

#[pyfunction]
fn static_text(text: &'static str) {
    let _ = text;
}

#[pyfunction]
fn static_object(object: Obj<'static>) {
    let _ = object;
}

#[pyfunction]
fn static_vm(vm: &'static Vm) {
    let _ = vm;
}

#[pyfunction]
fn static_bytes(bytes: &'static [u8]) {
    let _ = bytes;
}

#[pyfunction]
fn in_an_option(text: Option<&'static str>) {
    let _ = text;
}

fn main() {}
