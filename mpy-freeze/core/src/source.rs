//! Finds the MicroPython source tree, checks that it is one, and reads its release.

use std::path::{Path, PathBuf};

use crate::error::{Error, Problem, Result};
use crate::fs;
use crate::trees::{Project, Stated};
use crate::version::Version;

/// The oldest release that the port's configuration and shim know.
const OLDEST: Version = Version {
    major: 1,
    minor: 24,
    micro: 0,
};

/// A MicroPython source tree of a supported release.
#[derive(Debug, Clone)]
pub struct Source {
    /// The tree's top folder, the one with `py/`.
    pub root: PathBuf,
    /// The tree's release.
    pub version: Version,
    /// True for a development version (`MICROPY_VERSION_PRERELEASE`).
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
                .and_then(|cache| Project::Micropython.newest(cache))
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
        let header = Project::Micropython.header();
        let text = match fs::read_if_exists(&root.join(header))? {
            Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            None => return Err(not_a_tree(root, &format!("it has no {header}"))),
        };
        let Stated { version, preview } = Project::Micropython
            .stated(&text)
            .map_err(|name| not_a_tree(root, &format!("its {header} defines no {name}")))?;
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
            preview,
        })
    }

    /// Returns a path below the top folder.
    pub fn join(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Returns the name of the release's tag, for example `v1.26.1`.
    pub fn tag(&self) -> String {
        let stated = Stated {
            version: self.version,
            preview: self.preview,
        };
        format!("v{stated}")
    }
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
