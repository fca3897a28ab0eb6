//! Builds MicroPython for a Rust firmware and freezes Python into its ROM.
//!
//! This crate is what the firmware's build script calls. With the defaults it is one line:
//!
//! ```no_run
//! // build.rs
//! fn main() {
//!     mpy_freeze::Build::new().build();
//! }
//! ```
//!
//! and with everything that one may want to say:
//!
//! ```no_run
//! use mpy_freeze::{Build, Float, LongInt, RomLevel};
//!
//! fn main() {
//!     Build::new()
//!         .micropython("third_party/micropython")
//!         .rom_level(RomLevel::CoreFeatures)
//!         .float(Float::Single)
//!         .long_int(LongInt::LongLong)
//!         .define("MICROPY_PY_JSON", "(1)")
//!         .c_file("src/sensor_module.c")
//!         .compiler("clang")
//!         .build();
//! }
//! ```
//!
//! The firmware itself depends on `mpy-freeze-rt`, which has `freeze!` and the VM. [`Build::try_build`] builds
//! without printing anything, for other uses than build scripts.
//!
//! # Modules and file systems
//!
//! Each has a method of [`Build`]; what isn't set is as [`RomLevel`] has it, and what a feature needs comes along.
//!
//! | | methods |
//! |---|---|
//! | concurrency and time | [`asyncio`](Build::asyncio), [`select`](Build::select), [`time`](Build::time) |
//! | file systems | [`vfs`](Build::vfs), [`fat`](Build::fat), [`littlefs`](Build::littlefs), [`littlefs1`](Build::littlefs1), [`romfs`](Build::romfs), [`load_mpy`](Build::load_mpy) |
//! | the board | [`machine`](Build::machine), [`onewire`](Build::onewire), [`framebuf`](Build::framebuf), [`uctypes`](Build::uctypes) |
//! | data | [`binascii`](Build::binascii), [`deflate`](Build::deflate), [`hashlib`](Build::hashlib), [`cryptolib`](Build::cryptolib), [`json`](Build::json), [`re`](Build::re), [`heapq`](Build::heapq), [`random`](Build::random) |
//! | connections | [`ssl`](Build::ssl), [`websocket`](Build::websocket) |
//! | system | [`io`](Build::io), [`os`](Build::os), [`errno`](Build::errno), [`platform`](Build::platform) |
//!
//! The sources of these licences become part of the firmware where their feature is in it; all else of MicroPython is
//! under the MIT licence. How much ROM each feature takes is in the project's `docs/features.md`.
//!
//! | feature | sources | licence |
//! |---|---|---|
//! | `fat` | `lib/oofatfs` | FatFs's, a BSD licence of one clause |
//! | `littlefs`, `littlefs1` | `lib/littlefs` | BSD, 3 clauses |
//! | `deflate`, `binascii` | `lib/uzlib` | zlib, MIT |
//! | `re` | `lib/re1.5` | BSD, 3 clauses |
//! | `ssl`, `cryptolib`, `hashlib` | mbedTLS, which [`Build::mbedtls`] names | Apache-2.0 or GPL-2.0-or-later |
//! | SHA-256 without `hashlib(true)` | `lib/crypto-algorithms` | public domain |
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `MPY_DIR`, `MICROPYTHON_DIR` | the MicroPython tree, unless [`Build::micropython`] names one |
//! | `MBEDTLS_DIR` | the tree of mbedTLS, unless [`Build::mbedtls`] names one; looked at where a feature needs it |
//! | `CC_<target>`, `TARGET_CC`, `CC`, `CFLAGS_<target>`, `AR_<target>`, … | as the `cc` crate has them |
//! | `LIBCLANG_PATH` | the folder of libclang, which bindgen needs |
//! | `MPY_FREEZE_OBJECTS` | a folder where builds keep their objects, each under a hash of all that it was compiled from, and find those of other targets, profiles and firmwares; it grows, and may be emptied at any time |
//! | `XDG_CACHE_HOME` | where the user's cache is, which `mpy-freeze fetch` and `cargo xtask setup` fill |
//!
//! # Tools
//!
//! A C compiler for the host (`cc`) and one for the target: `arm-none-eabi-gcc` or `riscv64-unknown-elf-gcc` where
//! it is found, else clang; an archiver; libclang. No C library for the target, no make, no Python.
//!
//! # The program
//!
//! The feature `program` has the program `mpy-freeze` (`cargo install mpy-freeze --features program`), which fetches releases,
//! shows the size of images, and has MicroPython's compiler. A build script needs nothing of it.
//!
//! # What it leaves in `OUT_DIR`
//!
//! `OUT_DIR/mpy-freeze` holds `libmicropython.a`, the types as `bindings.rs`, the settings as
//! `config/mpy_freeze_config.h`, the generated headers, an object a file, mpy-cross below `host`, and `context`,
//! which is all that `freeze!` reads. The whole tree is in the project's ARCHITECTURE.md.

#![allow(
    clippy::needless_doctest_main,
    reason = "a build script is a main function, and is shown whole"
)]

mod build;
mod cargo;
mod port;
#[cfg(feature = "program")]
pub mod program;
#[cfg(test)]
#[path = "../core/src/testing.rs"]
mod testing;
pub mod tools;

use mpy_freeze_core::{context, error, fingerprint, fs, modules, record, scan};

pub use build::Build;
pub use mpy_freeze_core::{
    Arch, Context, Dump, Emit, Error, Float, LongInt, MpyCross, ObjRepr, Packaged, Problem, Result,
    Version, frozen,
};
#[doc(hidden)]
pub use port::shim_symbol;
pub use port::{Artifacts, RomLevel};
