//! Builds MicroPython with what the prompt of `example-firmware` has, for the sanitizers.

#[path = "../../../example-firmware/prompt.rs"]
mod prompt;
#[path = "../../sanitizers/build.rs"]
mod sanitizers;

fn main() {
    let mut build = mpy_freeze::Build::new();
    prompt::add_everything(&mut build);
    // For the one instruction set of PCs that MicroPython's compiler knows.
    build.native_code(cfg!(target_arch = "x86_64"));
    build.define("MPYF_EXECUTABLE_HEAP", "1");
    sanitizers::add(&mut build);
    build.build();
}
