//! Builds MicroPython for the host, so that the tests can run a VM.

fn main() {
    mpy_freeze::Build::new().build();
}
