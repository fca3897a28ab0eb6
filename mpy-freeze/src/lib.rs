//! Builds MicroPython for a Rust firmware and freezes Python into its ROM.

mod build;
mod cargo;
mod context;
mod error;
pub mod frozen;
mod fs;
mod port;
mod watch;

pub use build::Build;
pub use context::{Context, Float, LongInt, ObjRepr};
pub use error::{Error, Problem, Result};
pub use port::{Artifacts, RomLevel, Version};
