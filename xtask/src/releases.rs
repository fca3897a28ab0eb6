//! The MicroPython releases that this repository is tested with, each pinned by its digest.

use anyhow::{Result, anyhow};

/// A release and the archives of it that are known to be right.
pub struct Release {
    /// As MicroPython writes it.
    pub version: &'static str,
    /// SHA-256 of the project's own release archive, as Homebrew's formula of that release records it.
    pub archive: &'static str,
    /// SHA-256 of the upstream archive in Debian's source package.
    pub debian: &'static str,
}

/// Every supported release, newest first; the first is the default.
pub const RELEASES: &[Release] = &[
    Release {
        version: "1.26.1",
        archive: "12be6514df6272c0fcb328122b534af6b12abdd52435c19f40ee1707cc43ac98",
        debian: "f5ad2ec89d3e921f753d448955af98b6005655f84ba26087dde6ba0e8d062f34",
    },
    Release {
        version: "1.25.0",
        archive: "9fe99ad5808e66bb40d374f5cad187c32c7d1c49cf47f72b38fd453c28c2aebe",
        debian: "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
    },
];

/// The suites of Debian that have carried one of the releases.
pub const DEBIAN_SUITES: &[&str] = &["trixie", "sid"];

impl Release {
    /// Where the project keeps the release archive, the first choice first.
    pub fn urls(&self) -> [String; 2] {
        let version = self.version;
        let file = format!("micropython-{version}.tar.xz");
        [
            format!("https://micropython.org/resources/source/{file}"),
            format!(
                "https://github.com/micropython/micropython/releases/download/v{version}/{file}"
            ),
        ]
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
        assert!(RELEASES.is_sorted_by(|a, b| numbers(a) > numbers(b)));
    }

    #[test]
    fn pins_are_digests_and_name_their_release() {
        for release in RELEASES {
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
