//! The macro of [mpy-freeze](https://docs.rs/mpy-freeze): use it as `mpy_freeze_rt::freeze!`.
//!
//! This crate parses the macro's arguments and puts errors at the argument that they belong to. What is frozen,
//! and how, is in the crate `mpy-freeze`.

mod args;
mod environment;
mod expand;

use proc_macro::TokenStream;

/// Compiles Python and puts it into the firmware's ROM.
///
/// ```text
/// mpy_freeze_rt::freeze!("app/", "lib/one.py", opt = 2);
/// ```
///
/// Each argument is a folder, whose modules keep their paths below it, or a `.py` or `.mpy` file, which is frozen under
/// its own name. Paths start at the folder of the crate's `Cargo.toml`. Hidden files and folders and
/// `__pycache__` are left out.
///
/// A file that is called `manifest.py` or `manifest_*.py` is a manifest, as MicroPython's own ports have them: it
/// lists what to freeze. `manifest = "…"` takes a manifest of any other name, or its source. Where
/// `FROZEN_MANIFEST` is set in the environment of the build, that is taken instead of all manifests; the folder that
/// `FROZEN_MPY_DIR` names is frozen too.
///
/// ```text
/// mpy_freeze_rt::freeze!("boards/manifest.py");
/// mpy_freeze_rt::freeze!("app/", manifest = "require('aiorepl')");
/// ```
///
/// `opt` is the compiler's optimisation level: 0 is the default, 1 drops `assert`, 2 also makes `__debug__`
/// false, 3 also drops line numbers. A manifest may set another for its files.
///
/// The crate's build script has to build MicroPython with `mpy_freeze::Build`; an error shows the lines to add.
/// A firmware has one `freeze!`.
#[proc_macro]
pub fn freeze(input: TokenStream) -> TokenStream {
    expand::expand(input.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
