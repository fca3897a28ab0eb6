//! The variables that Cargo sets for the compiler. Nothing else in this crate reads the environment.

use std::path::PathBuf;

use mpy_freeze_core::Context;

/// The crate's folder, and that of its build script.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    /// The folder of the crate's `Cargo.toml`.
    pub(crate) manifest_dir: PathBuf,
    /// The build script's folder, if the crate has a build script.
    pub(crate) out_dir: Option<PathBuf>,
}

impl Environment {
    /// Reads the variables.
    pub(crate) fn read() -> Self {
        Self {
            manifest_dir: variable("CARGO_MANIFEST_DIR").unwrap_or_default(),
            out_dir: variable("OUT_DIR"),
        }
    }

    /// Loads the context that the build script left.
    pub(crate) fn context(&self) -> mpy_freeze_core::Result<Context> {
        match &self.out_dir {
            Some(out_dir) => Context::load(out_dir),
            None => Err(Context::without_build_script()),
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "this is the module that reads the environment"
)]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}
