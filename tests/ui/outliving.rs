//! What Python lends ends before what it is lent from.
use std::cell::{Cell, RefCell};

use mpy_freeze_rt::{Heap, Obj, Ref, Root, Vm, pyclass, pyfunction, pymethods};

static HEAP: Heap<65536> = Heap::new();

thread_local! {
    static KEPT: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

#[pyclass]
struct Class {
    text: String,
}

#[pymethods]
impl Class {
    fn text(&self) -> &'static str {
        &self.text
    }

    fn other(&self, other: &Class) -> &str {
        &other.text
    }
}

#[pyfunction]
fn part_of_a_buffer(data: &[u8]) -> &[u8] {
    data
}

#[pyfunction]
fn part_of_a_writable_buffer(data: &mut [u8]) -> &[u8] {
    data
}

#[pyfunction]
fn kept(text: &str) {
    KEPT.with_borrow_mut(|kept| kept.push(text));
}

fn object_beyond_its_vm() {
    let mut kept = None;
    let _ = Vm::run(&HEAP, |vm| kept = vm.new_obj(1).ok());
}

fn vm_beyond_its_run() {
    let _: &Vm = Vm::run(&HEAP, |vm| vm).unwrap();
}

fn text_beyond_its_object(vm: &Vm) -> usize {
    let text = {
        let object = vm.new_obj("text").unwrap();
        object.as_str().unwrap()
    };
    text.len()
}

fn value_beyond_its_object(vm: &Vm) -> usize {
    let value = {
        let object = vm.new_obj(Class { text: String::new() }).unwrap();
        object.extract::<Ref<'_, Class>>().unwrap()
    };
    value.text.len()
}

fn part_beyond_its_borrow(object: &Obj<'_>) -> usize {
    let text = {
        let value = object.extract::<Ref<'_, Class>>().unwrap();
        value.text.as_str()
    };
    text.len()
}

fn object_of_a_root(root: &Root) {
    let mut kept = None;
    let _ = Vm::run(&HEAP, |vm| kept = root.get(vm));
}

fn closure_with_a_borrow(vm: &Vm) {
    let count = Cell::new(0);
    let counter = &count;
    let _ = vm.new_function(move |_| Ok(counter.get()));
}

fn closure_that_keeps_an_argument(vm: &Vm) {
    let kept = RefCell::new(None);
    let _ = vm.new_function(move |args| {
        *kept.borrow_mut() = Some(args.arg::<Obj<'_>>(0)?);
        Ok(())
    });
}

fn main() {}
