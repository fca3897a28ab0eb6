//! The tools that the stages work with, for the firmware and for the programs of the host alike.

use mpy_freeze_core::Source;

use super::fresh::Freshness;
use super::jobs::Jobs;
use super::store::Store;
use super::toolchain::Compiler;

/// MicroPython's tree, a compiler, and what keeps it from working twice or too much at once.
#[derive(Clone, Copy)]
pub(crate) struct Workbench<'a> {
    pub(crate) source: &'a Source,
    pub(crate) compiler: &'a Compiler,
    pub(crate) freshness: &'a Freshness,
    pub(crate) store: &'a Store,
    pub(crate) jobs: &'a Jobs,
}
