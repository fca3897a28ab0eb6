//! A telemetry node whose application is written in Python and lies in ROM.
//!
//! `app/` is the application, `board/` the hardware that Python itself needs, `driver/` a driver that `app/` uses,
//! `build.rs` builds MicroPython, and this file is the glue.

#![no_std]
#![no_main]

mod board;
mod driver;

use board::{Board, entry};
use mpy_freeze_rt::{Exception, Heap, Vm};

// Compiles every module in `app/` and puts its bytecode and constants into ROM, beside the module that is written in Rust.
mpy_freeze_rt::freeze!("app/", modules = [driver::panel]);
// Says which board's console and clock Python uses.
mpy_freeze_rt::platform!(Board);

#[cfg(board = "microbit")]
compile_error!(
    "the application needs 64 KiB of RAM for its heap, and this board has 16 KiB; the program `repl` fits it"
);

/// The seed of the emulated sensors: the same seed gives the same report, on a computer too.
const SEED: i32 = 2024;
/// How often each sensor is read.
const ROUNDS: i32 = 12;

/// Memory for what Python allocates while it runs.
static HEAP: Heap<{ 64 * 1024 }> = Heap::new();

#[entry]
fn main() -> ! {
    Board::init();
    let ok = Vm::run(&HEAP, |vm| {
        application(vm).unwrap_or_else(|exception| {
            // Whatever the application didn't catch, as Python would print it.
            println!("{exception}");
            false
        })
    });
    match ok {
        Ok(ok) => Board::exit(ok),
        Err(error) => {
            println!("Python didn't start: {error}");
            Board::exit(false)
        }
    }
}

/// Runs the application and returns its verdict. A Python exception ends it as an `Err`, by `?` like any other.
fn application(vm: &Vm) -> Result<bool, Exception<'_>> {
    let app = vm.import("main")?;

    // A call with plain values. The result is a Python object: here a dict.
    let verdict = app.call_method("run", (SEED, ROUNDS))?;
    let get = |key: &str| verdict.call_method("get", (key,));
    let ok = get("ok")?.to_bool()?;
    let readings = get("readings")?.to_i64()?;
    let mean = get("mean")?.to_f64()?;
    println!(
        "Rust: node {} took {readings} readings, {mean:.1} C on average",
        get("node")?.as_str()?
    );
    if !ok {
        println!("Rust: failed checks: {}", get("failed")?.as_str()?);
    }

    // An exception that was expected. Its traceback names the lines of `app/`, although no source is in ROM.
    let damaged = b"\xa5\x5a\x02\x01\x00\x00\x01\xc0\x12\x00\x00\xff\xff";
    let caught = match app.call_method("receive", (damaged,)) {
        Ok(sequence) => {
            println!(
                "Rust: a damaged frame passed as number {}",
                sequence.to_i64()?
            );
            false
        }
        Err(exception) => {
            println!(
                "Rust: a damaged frame came back as {}:",
                exception.type_name()
            );
            println!("{exception}");
            exception.matches("ValueError")
        }
    };

    let heap = vm.heap_info();
    println!("Rust: {} of {} bytes of heap in use", heap.used, heap.total);
    Ok(ok && caught)
}
