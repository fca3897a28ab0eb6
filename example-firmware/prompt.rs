//! What of MicroPython a prompt has where there is room: a part of the build script.

use mpy_freeze::{Build, RomLevel};

/// The prompt with all that may be asked for there. It is no less than upstream's own port for QEMU has, so that
/// upstream's tests find what they test.
pub fn add_everything(build: &mut Build) {
    build
        .repl(true)
        .rom_level(RomLevel::Everything)
        .native_code(true)
        .asyncio(true)
        .cryptolib(true)
        .deflate(true)
        .fat(true)
        .hashlib(true)
        .littlefs(true)
        .littlefs1(true)
        .load_mpy(true)
        .machine(true)
        .os(true)
        .romfs(true)
        .select(true)
        .ssl(true)
        .time(true)
        .websocket(true)
        // `__import__` can load a main module, which then has that name.
        .define("MICROPY_MODULE_OVERRIDE_MAIN_IMPORT", "(1)")
        .define("MICROPY_PY_SYS_EXC_INFO", "(1)")
        .define("MICROPY_MALLOC_USES_ALLOCATED_SIZE", "(1)")
        .define("MICROPY_MEM_STATS", "(1)");
    add_c_file(build);
}

/// A module in C for a single build, such as the one that upstream has for its tests.
#[allow(
    clippy::disallowed_methods,
    reason = "where this is a part of another build script, its folder may have that rule"
)]
fn add_c_file(build: &mut Build) {
    println!("cargo::rerun-if-env-changed=USER_C_FILE");
    if let Ok(file) = std::env::var("USER_C_FILE") {
        build.c_file(file);
    }
}
