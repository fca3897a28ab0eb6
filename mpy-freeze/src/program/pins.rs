//! The releases that this version of mpy-freeze is tested with, each pinned by the SHA-256 of its archives.

use anyhow::{Result, anyhow};

pub use mpy_freeze_core::trees::Project;

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

/// Returns the pinned releases of a project, newest first.
pub fn of(project: Project) -> &'static [Release] {
    match project {
        Project::Micropython => RELEASES,
        Project::Mbedtls => MBEDTLS,
    }
}

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
    let mut releases = Project::ALL.into_iter().flat_map(of);
    releases.find(|release| release.digests().contains(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    #[test]
    fn newest_release_comes_first() {
        let version = |release: &Release| Version::parse(release.version).unwrap();
        for project in Project::ALL {
            let releases = of(project);
            assert!(releases.is_sorted_by(|a, b| version(a) > version(b)));
            assert!(releases.iter().all(|release| release.project == project));
        }
    }

    #[test]
    fn pins_are_digests_and_name_their_release() {
        for release in Project::ALL.into_iter().flat_map(of) {
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
