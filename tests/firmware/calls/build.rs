//! Builds MicroPython with the module that is written in C.

use mpy_freeze::Build;

fn main() {
    // The board is example-firmware's, and so is its memory.
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../example-firmware");
    println!("cargo::rustc-link-search={example}/boards/mps2-an385");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-check-cfg=cfg(board, values(any()))");
    println!("cargo::rerun-if-changed={example}/boards/mps2-an385/memory.x");

    Build::new().c_file("src/functions.c").build();
}
