//! Versions of MicroPython and of libraries, which compare by their numbers.

use std::fmt;

/// A release of MicroPython, or of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `MICROPY_VERSION_MAJOR`
    pub major: u32,
    /// `MICROPY_VERSION_MINOR`
    pub minor: u32,
    /// `MICROPY_VERSION_MICRO`
    pub micro: u32,
}

impl Version {
    /// Reads three numbers with dots between them, and nothing after them.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let version = Self {
            major: parts.next()??,
            minor: parts.next()??,
            micro: parts.next()??,
        };
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_three_numbers() {
        let version = Version::parse("1.26.1").map(|version| version.to_string());
        assert_eq!(version.as_deref(), Some("1.26.1"));
        for text in ["1.26", "1.26.1.partial", "1.27.0-preview", ""] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(Version::parse("3.6.10") > Version::parse("3.6.9"));
        assert!(Version::parse("1.9.4") < Version::parse("1.24.0"));
    }
}
