//! Ranges of MicroPython's releases.

use mpy_freeze_core::Version;

/// A range of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Releases {
    /// The first release, where it isn't the oldest that is supported.
    first: Option<Version>,
    /// The first release after the last one, where newer ones aren't meant too.
    end: Option<Version>,
}

impl Releases {
    /// All that are supported.
    pub(crate) const EVERY: Self = Self {
        first: None,
        end: None,
    };

    /// A release and all newer ones.
    pub(crate) const fn from(major: u32, minor: u32, micro: u32) -> Self {
        let first = Version {
            major,
            minor,
            micro,
        };
        Self {
            first: Some(first),
            ..Self::EVERY
        }
    }

    /// Returns true if the range contains the release.
    pub(crate) fn contains(self, version: Version) -> bool {
        self.first.is_none_or(|first| first <= version) && self.end.is_none_or(|end| version < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_its_first_release_and_not_its_end() {
        let version = |minor| Version {
            major: 1,
            minor,
            micro: 0,
        };
        let from_26 = Releases::from(1, 26, 0);
        assert!(!from_26.contains(version(25)));
        assert!(from_26.contains(version(26)) && from_26.contains(version(27)));
        let before_26 = Releases {
            first: None,
            end: from_26.first,
        };
        assert!(before_26.contains(version(25)) && !before_26.contains(version(26)));
        assert!(Releases::EVERY.contains(version(99)));
    }
}
