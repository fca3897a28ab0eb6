//! AddressSanitizer and UndefinedBehaviourSanitizer, for the C side alone: a part of build scripts.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::process::Command;

/// GCC, because clang's packages don't bring their libraries along. Instead of ending by themselves where
/// something is undefined, programs are told to by `UBSAN_OPTIONS`, so that there can be a list of suppressions.
const SCRIPT: &str =
    "#!/bin/sh\nexec gcc -fsanitize=address,undefined -fno-omit-frame-pointer -g1 \"$@\"\n";

/// Has the C side built for them, and the crate's programs linked with their libraries.
pub fn add(build: &mut mpy_freeze::Build) {
    build.compiler(compiler());
    // As libraries of this crate they stand before the C library, whose functions AddressSanitizer replaces.
    for library in ["asan", "ubsan"] {
        let folder = folder_of(&format!("lib{library}.so"));
        println!("cargo::rustc-link-search=native={}", folder.display());
        println!("cargo::rustc-link-lib=dylib={library}");
    }
}

/// A compiler with a name of its own: neither mpy-cross nor anything of Rust's is built with it.
fn compiler() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    SCRIPT.hash(&mut hasher);
    #[allow(clippy::disallowed_methods, reason = "Cargo says it in no other way")]
    let folder = std::env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR");
    // A build knows its compiler by the path, and has to notice other flags.
    let path = PathBuf::from(folder).join(format!("gcc-{:016x}", hasher.finish()));
    std::fs::write(&path, SCRIPT).expect("the file can be written");
    let mut chmod = Command::new("chmod");
    let made = chmod.arg("+x").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()), "chmod fails");
    path
}

/// The folder in which GCC has a library.
fn folder_of(library: &str) -> PathBuf {
    let output = Command::new("gcc")
        .arg(format!("-print-file-name={library}"))
        .output()
        .expect("the tests need gcc: `cargo xtask setup` installs it");
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    // GCC answers with the bare name where it has none.
    assert!(
        path.is_absolute(),
        "GCC has no {library}: install libasan and libubsan, or run `cargo xtask setup`"
    );
    path.parent().expect("a file has a folder").to_owned()
}
