//! The MicroPython source tree: where it is, whether it is one, and which release.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Problem, Result};
use crate::fs;

/// The oldest release that the port's configuration and shim know.
const OLDEST: Version = Version {
    major: 1,
    minor: 24,
    micro: 0,
};

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

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// A MicroPython source tree of a supported release.
#[derive(Debug, Clone)]
pub struct Source {
    /// The tree's top folder, the one with `py/`.
    pub root: PathBuf,
    /// Its release.
    pub version: Version,
    /// Whether it is a development version (`MICROPY_VERSION_PRERELEASE`).
    pub preview: bool,
}

impl Source {
    /// Takes the tree that the user named, or the newest one in the cache that `cargo xtask setup` fills.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where there is no tree, where the folder isn't one, or where it is too old.
    pub fn find(named: Option<&Path>, cache: Option<&Path>) -> Result<Self> {
        match named {
            Some(root) => Self::open(root),
            None => cache
                .and_then(|cache| newest_in(cache, "micropython-"))
                .map_or_else(
                    || {
                        Err(Error::Source(vec![
                            Problem::new("there is no MicroPython source tree")
                                .help(where_to_get_it(cache)),
                        ]))
                    },
                    |root| Self::open(&root),
                ),
        }
    }

    /// Checks that `root` is a MicroPython tree and reads its release from `py/mpconfig.h`.
    pub fn open(root: &Path) -> Result<Self> {
        let header = root.join("py").join("mpconfig.h");
        let text = match fs::read_if_exists(&header)? {
            Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            None => return Err(not_a_tree(root, "it has no py/mpconfig.h")),
        };
        let part = |name: &str| {
            define_of(&text, &format!("MICROPY_VERSION_{name}")).ok_or_else(|| {
                not_a_tree(
                    root,
                    &format!("its py/mpconfig.h defines no MICROPY_VERSION_{name}"),
                )
            })
        };
        let version = Version {
            major: part("MAJOR")?,
            minor: part("MINOR")?,
            micro: part("MICRO")?,
        };
        if version < OLDEST {
            return Err(Error::Source(vec![
                Problem::new(format!(
                    "MicroPython {version} is not supported, {OLDEST} is the oldest that is"
                ))
                .file(root)
                .help("name a newer tree with MPY_DIR or Build::micropython, or let `cargo xtask setup` get one"),
            ]));
        }
        Ok(Self {
            root: root.to_owned(),
            version,
            preview: part("PRERELEASE").is_ok_and(|preview| preview != 0),
        })
    }

    /// A path below the top folder.
    pub fn join(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The name that the release's tag has, for example `v1.26.1`.
    pub fn tag(&self) -> String {
        let preview = if self.preview { "-preview" } else { "" };
        format!("v{}{preview}", self.version)
    }
}

/// The unpacked release with the highest version in the cache folder, of those whose names begin so.
pub fn newest_in(cache: &Path, prefix: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(cache).ok()?.flatten();
    let mut trees: Vec<(Version, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = parse_version(name.to_str()?.strip_prefix(prefix)?)?;
            Some((version, entry.path()))
        })
        .collect();
    trees.sort();
    trees.pop().map(|(_, path)| path)
}

fn parse_version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let version = Version {
        major: parts.next()??,
        minor: parts.next()??,
        micro: parts.next()??,
    };
    parts.next().is_none().then_some(version)
}

/// The number that a `#define NAME number` line gives.
pub fn define_of(text: &str, name: &str) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("#define") && words.next() == Some(name))
            .then(|| words.next()?.trim_matches(['(', ')']).parse().ok())?
    })
}

fn not_a_tree(root: &Path, why: &str) -> Error {
    Error::Source(vec![
        Problem::new(format!("this is not a MicroPython source tree: {why}"))
            .file(root)
            .help("name the folder that has `py` and `mpy-cross` in it"),
    ])
}

fn where_to_get_it(cache: Option<&Path>) -> String {
    let looked = cache.map_or_else(
        || "there is no user cache folder to look in".to_string(),
        |cache| format!("looked in {}", cache.display()),
    );
    format!(
        "{looked}; `cargo xtask setup` in a checkout of mpy-freeze fills that folder, \
         or name a tree with MPY_DIR in the environment or Build::micropython in build.rs"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_three_numbers() {
        let version = parse_version("1.26.1").map(|version| version.to_string());
        assert_eq!(version.as_deref(), Some("1.26.1"));
        assert_eq!(parse_version("1.26"), None);
        assert_eq!(parse_version("1.26.1.partial"), None);
    }

    #[test]
    fn a_define_is_read_with_and_without_parentheses() {
        let text = "#define A 3\n  #define  B  (7)\n#define AB 9\n";
        assert_eq!(define_of(text, "A"), Some(3));
        assert_eq!(define_of(text, "B"), Some(7));
        assert_eq!(define_of(text, "C"), None);
    }
}
