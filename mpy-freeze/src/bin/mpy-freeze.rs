//! The program `mpy-freeze`: MicroPython's compiler, the contents of its files, and the chores around a firmware.

use std::process::ExitCode;

fn main() -> ExitCode {
    mpy_freeze::program::main(std::env::args_os().skip(1))
}
