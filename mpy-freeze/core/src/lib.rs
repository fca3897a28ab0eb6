//! The code that the build script and the macros of mpy-freeze share.
//!
//! Firmware uses the crates `mpy-freeze`, in its build script, and `mpy-freeze-rt`. Both re-export the parts of this
//! crate that their users need. This crate holds the [`Context`] that the build script leaves for `freeze!`, the
//! errors, the source trees, the caller of MicroPython's compiler, and the pipeline from Python sources to Rust statics
//! ([`frozen`]). It neither compiles C nor reads the environment.

mod arch;
pub mod compiler;
pub mod context;
pub mod error;
pub mod fingerprint;
pub mod frozen;
pub mod fs;
#[doc(hidden)]
#[allow(
    missing_debug_implementations,
    reason = "only the macros see these types, and syn's have no Debug without a feature that every user would compile"
)]
pub mod modules;
pub mod qstr;
pub mod record;
pub mod scan;
pub mod source;
mod tables;
#[cfg(test)]
mod testing;
pub mod trees;
mod version;

pub use arch::Arch;
pub use compiler::{Emit, MpyCross};
pub use context::{Context, Float, LongInt, ObjRepr, Packaged};
pub use error::{Error, Problem, Result};
pub use frozen::dump::Dump;
pub use source::Source;
pub use version::Version;
