//! Builds MicroPython for the host, so that the tests can run a VM.

#[path = "sanitizers/build.rs"]
mod sanitizers;

fn main() {
    let mut build = mpy_freeze::Build::new();
    if cfg!(feature = "sanitizers") {
        sanitizers::add(&mut build);
        build.c_file("sanitizers/mistakes.c");
    }
    build.build();
}
