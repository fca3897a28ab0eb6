//! Builds MicroPython and tells the linker about the board's memory.

use mpy_freeze::{Build, RomLevel};

fn main() {
    // cortex-m-rt brings the linker script `link.x`, which includes the `memory.x` beside this file.
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-examples=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");

    let mut build = Build::new();
    build
        .rom_level(RomLevel::ExtraFeatures)
        // What editors read of the Python modules that are written in Rust.
        .stubs("typings");
    if cfg!(feature = "repl") {
        add_repl(&mut build);
    }
    build.build();
}

/// What the program `repl` has beyond the application: a prompt, and what comes in there and is to run. It is no less
/// than upstream's own port for QEMU has, so that upstream's tests find what they test.
fn add_repl(build: &mut Build) {
    build
        .repl(true)
        .native_code(true)
        .define("MICROPY_HW_BOARD_NAME", "\"mps2-an385\"")
        .define("MICROPY_HW_MCU_NAME", "\"Cortex-M3\"")
        .define("MICROPY_PERSISTENT_CODE_LOAD", "(1)")
        .define("MICROPY_MALLOC_USES_ALLOCATED_SIZE", "(1)")
        .define("MICROPY_MEM_STATS", "(1)")
        // File systems that Python brings along and mounts.
        .define("MICROPY_VFS", "(1)")
        .define("FFCONF_H", "\"lib/oofatfs/ffconf.h\"")
        .define("MICROPY_VFS_ROM", "(1)")
        .define("MICROPY_VFS_ROM_IOCTL", "(0)");
}
