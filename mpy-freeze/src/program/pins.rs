//! The releases that this version of mpy-freeze is tested with, each pinned by the SHA-256 of its archives.

use anyhow::{Result, anyhow};

/// A project whose sources become part of firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Project {
    /// The interpreter and its compiler.
    Micropython,
    /// The library behind `ssl`, `cryptolib` and `hashlib`. MicroPython's releases come without it.
    Mbedtls,
}

impl Project {
    /// Every project.
    pub const ALL: [Self; 2] = [Self::Micropython, Self::Mbedtls];

    /// The project's name as it writes it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Micropython => "MicroPython",
            Self::Mbedtls => "mbedTLS",
        }
    }

    /// The name of Debian's source package, with which the names of trees in the cache begin too.
    pub fn package(self) -> &'static str {
        match self {
            Self::Micropython => "micropython",
            Self::Mbedtls => "mbedtls",
        }
    }

    /// The environment's variables that name a tree. A build takes such a tree before any of the cache.
    pub fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Micropython => &["MPY_DIR", "MICROPYTHON_DIR"],
            Self::Mbedtls => &["MBEDTLS_DIR"],
        }
    }

    /// The pinned releases, newest first.
    pub fn releases(self) -> &'static [Release] {
        match self {
            Self::Micropython => RELEASES,
            Self::Mbedtls => MBEDTLS,
        }
    }

    /// The header that states a tree's version, and the macros for its numbers.
    pub(super) fn version_header(self) -> (&'static str, [&'static str; 3]) {
        match self {
            Self::Micropython => (
                "py/mpconfig.h",
                [
                    "MICROPY_VERSION_MAJOR",
                    "MICROPY_VERSION_MINOR",
                    "MICROPY_VERSION_MICRO",
                ],
            ),
            Self::Mbedtls => (
                "include/mbedtls/build_info.h",
                [
                    "MBEDTLS_VERSION_MAJOR",
                    "MBEDTLS_VERSION_MINOR",
                    "MBEDTLS_VERSION_PATCH",
                ],
            ),
        }
    }
}

/// A release and the digests of its archives.
#[derive(Debug)]
pub struct Release {
    /// The project that made it.
    pub project: Project,
    /// The version as the project writes it.
    pub version: &'static str,
    /// SHA-256 of the project's own release archive. MicroPython's are those that Homebrew's formula records; mbedTLS's
    /// archive is the one that Debian took unchanged.
    archive: &'static str,
    /// SHA-256 of the upstream archive in Debian's source package.
    debian: &'static str,
}

/// The supported releases of MicroPython, newest first. The first is the default.
pub const RELEASES: &[Release] = &[
    Release {
        project: Project::Micropython,
        version: "1.26.1",
        archive: "12be6514df6272c0fcb328122b534af6b12abdd52435c19f40ee1707cc43ac98",
        debian: "f5ad2ec89d3e921f753d448955af98b6005655f84ba26087dde6ba0e8d062f34",
    },
    Release {
        project: Project::Micropython,
        version: "1.25.0",
        archive: "9fe99ad5808e66bb40d374f5cad187c32c7d1c49cf47f72b38fd453c28c2aebe",
        debian: "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
    },
];

/// The releases of mbedTLS, newest first. Any of them will do.
const MBEDTLS: &[Release] = &[
    Release {
        project: Project::Mbedtls,
        version: "3.6.7",
        archive: "a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6",
        debian: "a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6",
    },
    Release {
        project: Project::Mbedtls,
        version: "3.6.6",
        archive: "8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a",
        debian: "8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a",
    },
];

/// The suites of Debian that have carried one of the releases.
pub(super) const DEBIAN_SUITES: [&str; 2] = ["trixie", "sid"];

impl Release {
    /// The project and the version, for a person.
    pub fn name(&self) -> String {
        format!("{} {}", self.project.title(), self.version)
    }

    /// The SHA-256 of every archive of the release that is known to be right.
    pub(super) fn digests(&self) -> [&'static str; 2] {
        [self.archive, self.debian]
    }

    /// The places of the project's own archive, the first choice first.
    pub(super) fn urls(&self) -> Vec<String> {
        const GITHUB: &str = "https://github.com";
        let version = self.version;
        match self.project {
            Project::Micropython => vec![
                format!("https://micropython.org/resources/source/micropython-{version}.tar.xz"),
                format!(
                    "{GITHUB}/micropython/micropython/releases/download/v{version}/micropython-{version}.tar.xz"
                ),
            ],
            Project::Mbedtls => vec![format!(
                "{GITHUB}/Mbed-TLS/mbedtls/releases/download/mbedtls-{version}/mbedtls-{version}.tar.bz2"
            )],
        }
    }
}

/// The release of MicroPython with that version.
///
/// # Errors
///
/// Names the pinned releases when it is none of them.
pub fn find(version: &str) -> Result<&'static Release> {
    let mut releases = RELEASES.iter();
    releases
        .find(|release| release.version == version)
        .ok_or_else(|| {
            let versions: Vec<_> = RELEASES.iter().map(|release| release.version).collect();
            anyhow!(
                "MicroPython {version} has no pin here; pinned are {}. Any other release can be taken from its folder or \
                 archive: name that",
                versions.join(", ")
            )
        })
}

/// The release that has an archive with this digest.
pub(super) fn by_digest(digest: &str) -> Option<&'static Release> {
    let mut releases = Project::ALL.into_iter().flat_map(Project::releases);
    releases.find(|release| release.digests().contains(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_release_comes_first() {
        let numbers = |release: &Release| -> Vec<u32> {
            let parts = release.version.split('.');
            parts.map(|part| part.parse().unwrap()).collect()
        };
        for project in Project::ALL {
            let releases = project.releases();
            assert!(releases.is_sorted_by(|a, b| numbers(a) > numbers(b)));
            assert!(releases.iter().all(|release| release.project == project));
        }
    }

    #[test]
    fn pins_are_digests_and_name_their_release() {
        for release in Project::ALL.into_iter().flat_map(Project::releases) {
            for pin in release.digests() {
                assert_eq!(pin.len(), 64);
                assert!(pin.bytes().all(|b| b"0123456789abcdef".contains(&b)));
                assert_eq!(by_digest(pin).unwrap().version, release.version);
            }
        }
        assert!(by_digest("").is_none());
        let error = find("0.1").err().unwrap().to_string();
        assert!(error.contains("1.26.1") && error.contains("archive"));
    }
}
