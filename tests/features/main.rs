//! A program for the host that runs frozen programs one after the other.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

use mpy_freeze_rt::{Heap, Platform, Vm};

mpy_freeze_rt::freeze!("app/");
mpy_freeze_rt::platform!(Board);

struct Board;

impl Platform for Board {
    fn write(bytes: &[u8]) {
        let _ = std::io::stdout().write_all(bytes);
    }

    fn ticks_us() -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        let elapsed = START.get_or_init(Instant::now).elapsed();
        u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

static HEAP: Heap<{ 512 * 1024 }> = Heap::new();

fn main() {
    for name in include!("names.in") {
        println!("<<< {name} >>>");
        let started = Vm::run(&HEAP, |vm| {
            if let Err(exception) = vm.import(name) {
                println!("{exception}");
            }
        });
        started.expect("the VM starts");
    }
    println!("<<< end >>>");
}
