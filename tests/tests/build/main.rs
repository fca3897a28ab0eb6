//! The build script's side: from MicroPython's sources to a library.

mod genhdr;
mod names;

mod once {
    mod abi;
    mod concurrent;
    mod errors;
    mod flags;
    mod incremental;
    mod inputs;
    mod linking;
    mod reproducible;
    mod tracking;
}
