//! Builds MicroPython and tells the linker about the board's memory.

use mpy_freeze::{Build, RomLevel};

fn main() {
    // cortex-m-rt brings the linker script `link.x`, which includes the `memory.x` beside this file.
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-examples=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");

    Build::new()
        .rom_level(RomLevel::ExtraFeatures)
        // What editors read of the Python modules that are written in Rust.
        .stubs("typings")
        .build();
}
