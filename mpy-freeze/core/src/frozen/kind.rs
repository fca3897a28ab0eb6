//! The kinds of input: what becomes of a file.

/// What becomes of a file that is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is Python, and is compiled.
    Python,
    /// It is compiled already.
    Mpy,
    /// It is Python, and stays text that the firmware compiles when it imports it.
    Text,
}
