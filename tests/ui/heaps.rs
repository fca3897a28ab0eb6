//! A heap outlives its VM, and nobody else has it.
use mpy_freeze_rt::Vm;

fn used_twice() {
    let mut heap = vec![0; 65536];
    let _ = Vm::run(heap.as_mut_slice(), |_| heap[0] = 1);
}

fn shared() {
    let heap = vec![0_u8; 65536];
    let _ = Vm::run(&heap[..], |_| ());
}

fn main() {}
