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
/// `opt` is the compiler's optimisation level: 0 is the default, 1 drops `assert`, 2 also makes `__debug__`
/// false, 3 also drops line numbers.
///
/// The crate's build script has to build MicroPython with `mpy_freeze::Build`; an error shows the lines to add.
/// A firmware has one `freeze!`.
#[proc_macro]
pub fn freeze(input: TokenStream) -> TokenStream {
    expand::expand(input.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
