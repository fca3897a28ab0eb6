//! The kinds of file that are frozen.

/// The kind of a file, which decides how it is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Python that is compiled.
    Python,
    /// A `.mpy` file, which is compiled already.
    Mpy,
    /// Python that stays text. The firmware compiles it when it is imported.
    Text,
}
