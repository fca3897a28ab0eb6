//! A program for the host that runs frozen programs one after the other, or is one side of a connection.

use std::fs::File;
use std::io::{Read, Write};
use std::sync::OnceLock;
use std::time::Instant;

use mpy_freeze_rt::{Heap, Platform, Vm};

mpy_freeze_rt::freeze!("app/");
mpy_freeze_rt::platform!(Board);

struct Board;

impl Platform for Board {
    fn write(bytes: &[u8]) {
        let mut stdout = std::io::stdout();
        let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
    }

    /// Waits, where there is nothing else to do.
    fn read() -> Option<u8> {
        let mut byte = [0];
        role()?;
        std::io::stdin().read_exact(&mut byte).ok()?;
        Some(byte[0])
    }

    fn ticks_us() -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        let elapsed = START.get_or_init(Instant::now).elapsed();
        u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
    }

    fn entropy(bytes: &mut [u8]) -> bool {
        let random = File::open("/dev/urandom");
        random.and_then(|mut file| file.read_exact(bytes)).is_ok()
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

static HEAP: Heap<{ 512 * 1024 }> = Heap::new();

/// The function of `peer` that the other side wants.
fn role() -> Option<&'static str> {
    static ROLE: OnceLock<Option<String>> = OnceLock::new();
    ROLE.get_or_init(|| std::env::args().nth(1)).as_deref()
}

fn main() {
    if let Some(role) = role() {
        let ran = Vm::run(&HEAP, |vm| {
            let called = vm.import("peer").and_then(|peer| peer.call_method(role, ()));
            called.map(|_| ()).map_err(|exception| exception.to_string())
        });
        return ran.expect("the VM starts").expect("no exception");
    }
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
