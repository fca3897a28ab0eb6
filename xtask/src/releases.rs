//! The releases of MicroPython and mbedTLS that this repository is tested with, each pinned by its digest.

use anyhow::{Result, anyhow};

/// A project whose sources become part of firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Project {
    Micropython,
    /// What `ssl`, `cryptolib` and `hashlib` are built with. MicroPython's releases come without it.
    Mbedtls,
}

impl Project {
    /// Every project.
    pub const ALL: [Self; 2] = [Self::Micropython, Self::Mbedtls];

    /// As it writes itself.
    pub fn title(self) -> &'static str {
        match self {
            Self::Micropython => "MicroPython",
            Self::Mbedtls => "mbedTLS",
        }
    }

    /// What Debian's source package is called, and what the names of unpacked trees begin with.
    pub fn package(self) -> &'static str {
        match self {
            Self::Micropython => "micropython",
            Self::Mbedtls => "mbedtls",
        }
    }

    /// The variables of the environment that name a tree, which the build takes before any of the cache.
    pub fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Micropython => &["MPY_DIR", "MICROPYTHON_DIR"],
            Self::Mbedtls => &["MBEDTLS_DIR"],
        }
    }

    /// The header that says a tree's version, and the macros that are the version's numbers.
    pub fn version_header(self) -> (&'static str, [&'static str; 3]) {
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

/// A release and the archives of it that are known to be right.
#[derive(Debug)]
pub struct Release {
    pub project: Project,
    /// As the project writes it.
    pub version: &'static str,
    /// SHA-256 of the project's own release archive: of MicroPython's as Homebrew's formula of that release records it;
    /// mbedTLS's is the one that Debian has taken as it is.
    pub archive: &'static str,
    /// SHA-256 of the upstream archive in Debian's source package.
    pub debian: &'static str,
}

/// Every supported release of MicroPython, newest first; the first is the default.
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

/// The releases of mbedTLS, newest first, any of which will do.
pub const MBEDTLS: &[Release] = &[
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
pub const DEBIAN_SUITES: &[&str] = &["trixie", "sid"];

impl Release {
    /// Where the project keeps the release archive, the first choice first.
    pub fn urls(&self) -> Vec<String> {
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

    /// The project and the version, for a person.
    pub fn name(&self) -> String {
        format!("{} {}", self.project.title(), self.version)
    }
}

/// The release of that version.
///
/// # Errors
///
/// Names the supported releases when it is none of them.
pub fn find(version: &str) -> Result<&'static Release> {
    RELEASES
        .iter()
        .find(|release| release.version == version)
        .ok_or_else(|| {
            let versions: Vec<_> = RELEASES.iter().map(|release| release.version).collect();
            anyhow!(
                "MicroPython {version} has no pin here; pinned are {} (another release: cargo xtask setup --from \
                 DIR|ARCHIVE)",
                versions.join(", ")
            )
        })
}

/// The release whose archive has this digest.
pub fn by_digest(digest: &str) -> Option<&'static Release> {
    RELEASES
        .iter()
        .chain(MBEDTLS)
        .find(|release| release.archive == digest || release.debian == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_release_comes_first() {
        let numbers = |release: &Release| -> Vec<u32> {
            release
                .version
                .split('.')
                .map(|n| n.parse().unwrap())
                .collect()
        };
        for releases in [RELEASES, MBEDTLS] {
            assert!(releases.is_sorted_by(|a, b| numbers(a) > numbers(b)));
        }
    }

    #[test]
    fn pins_are_digests_and_name_their_release() {
        for release in RELEASES.iter().chain(MBEDTLS) {
            for pin in [release.archive, release.debian] {
                assert_eq!(pin.len(), 64);
                assert!(
                    pin.bytes()
                        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                );
                assert_eq!(by_digest(pin).unwrap().version, release.version);
            }
        }
        assert!(by_digest("").is_none());
        assert!(find("0.1").err().unwrap().to_string().contains("--from"));
    }
}
