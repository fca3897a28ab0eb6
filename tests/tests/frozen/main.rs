//! The macro's side: from Python's sources to statics.

mod mpy_cross;
mod mpy_files;
mod parity;
mod rom;

mod once {
    mod dump;
    mod saving;
}
