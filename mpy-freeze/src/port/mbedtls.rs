//! mbedTLS's sources: where they are, whether MicroPython can use them, and which files a firmware needs.
//!
//! MicroPython has mbedTLS as a Git submodule, which releases come without. Its modules for TLS, hashes and ciphers call
//! it; nothing of it is looked for where a firmware has none of them.

use std::path::{Path, PathBuf};

use mpy_freeze_core::trees::Project;
use mpy_freeze_core::{Source, Version};

use super::constants::Constants;
use super::folder::stems;
use super::program::Unit;
use super::units::Tree;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// The first release that is taken, of the series that MicroPython is written for. Version 4 has its ciphers elsewhere.
const OLDEST: Version = Version {
    major: 3,
    minor: 6,
    micro: 3,
};

/// The flaw in the earlier releases of the series, as an error names it.
const HOLES: &str = "whose TLS can take an impostor for the peer (CVE-2025-27809, CVE-2025-27810)";

/// The folders of the tree that files and headers come from.
pub(crate) const FOLDERS: [&str; 2] = ["include", "library"];

/// The files that `hashlib` and `cryptolib` call, where there is no TLS.
const HASHES_AND_CIPHERS: [&str; 5] = ["aes", "md5", "platform_util", "sha1", "sha256"];

/// Files that aren't for this configuration, whatever is added to it: TLS 1.3 and PSA's key store, sockets, threads and
/// heaps of operating systems, instructions of other processors, and the texts of errors, which MicroPython has shorter
/// ones for.
const UNUSED: [&str; 13] = [
    "aesce",
    "aesni",
    "error",
    "lm",
    "memory_buffer_alloc",
    "mps_",
    "net_sockets",
    "padlock",
    "psa_",
    "ssl_tls13_",
    "threading",
    "timing",
    "version",
];

/// A tree of mbedTLS.
#[derive(Debug, Clone)]
pub(crate) struct Mbedtls {
    /// The top folder, the one with `include/` and `library/`.
    pub(crate) root: PathBuf,
}

impl Mbedtls {
    /// Takes the tree that the user named, that of MicroPython's submodule where it is filled and not too old, or the
    /// newest one in the cache that `cargo xtask setup` fills. `wants` says what needs it.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where there is no tree, where the folder isn't one, or where it is of another series or too old.
    pub(crate) fn find(
        named: Option<&Path>,
        micropython: &Source,
        cache: Option<&Path>,
        wants: &str,
    ) -> Result<Self> {
        let submodule = micropython.join("lib/mbedtls");
        let submodule = submodule.join("include").is_dir().then_some(submodule);
        // It can be older than what is taken.
        let usable = |root: &PathBuf| Self::open(root).is_ok();
        let root = named
            .map(Path::to_owned)
            .or_else(|| submodule.clone().filter(usable))
            .or_else(|| cache.and_then(|cache| Project::Mbedtls.newest(cache)))
            .or(submodule);
        match root {
            Some(root) => Self::open(&root),
            None => Err(Error::Source(vec![
                Problem::new(format!("there are no sources of mbedTLS, for {wants}"))
                    .help(where_to_get_it(micropython, cache)),
            ])),
        }
    }

    /// Checks that `root` is a tree of mbedTLS that MicroPython can use.
    fn open(root: &Path) -> Result<Self> {
        // Older series and newer ones say their version elsewhere.
        let header = root.join(Project::Mbedtls.header());
        let text = fs::read_if_exists(&header)?.unwrap_or_default();
        let stated = Project::Mbedtls.stated(&String::from_utf8_lossy(&text));
        let version = stated.ok().map(|stated| stated.version);
        let series = |version: Version| (version.major, version.minor);
        let Version { major, minor, .. } = OLDEST;
        let problem = match version {
            Some(version) if series(version) != series(OLDEST) => {
                format!("this is mbedTLS {version}, which MicroPython can't use")
            }
            Some(version) if version < OLDEST => format!("this is mbedTLS {version}, {HOLES}"),
            Some(_) => {
                return Ok(Self {
                    root: root.to_owned(),
                });
            }
            None => format!(
                "this is not a source tree of mbedTLS {major}.{minor}: \
                 it has no include/mbedtls/build_info.h that says so"
            ),
        };
        Err(Error::Source(vec![Problem::new(problem).file(root).help(
            format!(
                "name a tree of mbedTLS {OLDEST} or newer, of the series {major}.{minor}, with MBEDTLS_DIR or \
                 Build::mbedtls, or let `cargo xtask setup` get one"
            ),
        )]))
    }

    /// The library's files: all that TLS may call, or those of the hashes and ciphers.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the tree has none.
    pub(crate) fn units(&self, tree: Tree<'_>, constants: &Constants) -> Result<Vec<Unit>> {
        if !constants.on("mbedtls") {
            return Ok(Vec::new());
        }
        let tls = constants.on("ssl");
        let wanted = |name: &str| match tls {
            true => !UNUSED.iter().any(|unused| name.starts_with(unused)),
            false => HASHES_AND_CIPHERS.contains(&name),
        };
        let names = stems(&self.root, "library", "c", wanted)?;
        let folder = self.root.join("library");
        let unit = |name: &String| {
            let path = folder.join(format!("{name}.c"));
            tree.patches.unit(path, format!("mbedtls/{name}"))
        };
        let errors = tls.then(|| tree.unit("lib/mbedtls_errors/mp_mbedtls_errors.c"));
        Ok(names.iter().map(unit).chain(errors).collect())
    }

    /// The flags of files that include mbedTLS's headers, with the port's configuration.
    pub(crate) fn flags(&self) -> Vec<String> {
        vec![
            "-DMBEDTLS_CONFIG_FILE=\"tls/mbedtls_config.h\"".to_string(),
            // The path must not reach the library, or each folder's build would be another.
            format!("-ffile-prefix-map={}=mbedtls", self.root.display()),
            "-I".into(),
            self.root.join("include").display().to_string(),
        ]
    }
}

fn where_to_get_it(micropython: &Source, cache: Option<&Path>) -> String {
    let cache = cache.map_or_else(
        || "there is no user cache folder".to_string(),
        |cache| format!("and in {}", cache.display()),
    );
    format!(
        "looked in {} {cache}; `cargo xtask setup` in a checkout of mpy-freeze fills the latter, or name a tree of \
         mbedTLS {OLDEST} or newer with MBEDTLS_DIR in the environment or Build::mbedtls in build.rs",
        micropython.join("lib/mbedtls").display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    /// The header that says of which version a tree is.
    const HEADER: &str = "include/mbedtls/build_info.h";

    fn header([major, minor, patch]: [u32; 3]) -> String {
        format!(
            "#define MBEDTLS_VERSION_MAJOR  {major}\n#define MBEDTLS_VERSION_MINOR  {minor}\n\
             #define MBEDTLS_VERSION_PATCH  {patch}\n"
        )
    }

    /// A tree that says it is of this version.
    fn tree(version: [u32; 3]) -> Folder {
        let root = Folder::new("mbedtls");
        root.file(HEADER, header(version));
        root
    }

    fn micropython() -> Source {
        Source {
            root: PathBuf::from("/nowhere"),
            version: Version {
                major: 1,
                minor: 26,
                micro: 1,
            },
            preview: false,
        }
    }

    #[test]
    fn where_there_is_none_the_error_says_what_wants_it_and_what_to_do() {
        let error = Mbedtls::find(None, &micropython(), None, "Build::ssl").unwrap_err();
        let text = error.to_string();
        for words in [
            "there are no sources of mbedTLS, for Build::ssl",
            "/nowhere/lib/mbedtls",
            "cargo xtask setup",
            "MBEDTLS_DIR",
            "Build::mbedtls",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    #[test]
    fn only_the_series_that_micropython_is_written_for_is_taken() {
        let find =
            |root: &Folder| Mbedtls::find(Some(root.path()), &micropython(), None, "Build::ssl");
        for good in [tree([3, 6, 3]), tree([3, 6, 7])] {
            assert_eq!(find(&good).unwrap().root, good.path());
        }
        for (tree, words) in [
            (
                tree([3, 4, 1]),
                "this is mbedTLS 3.4.1, which MicroPython can't use",
            ),
            (
                tree([4, 0, 0]),
                "this is mbedTLS 4.0.0, which MicroPython can't use",
            ),
            (
                tree([3, 6, 2]),
                "this is mbedTLS 3.6.2, whose TLS can take an impostor for the peer (CVE-2025-27809",
            ),
        ] {
            let text = find(&tree).unwrap_err().to_string();
            assert!(text.contains(words), "{text}");
            assert!(text.contains("3.6.3 or newer"), "{text}");
        }
    }

    #[test]
    fn a_submodule_that_is_too_old_is_passed_over_for_the_cache() {
        let checkout = Folder::new("micropython");
        let submodule = format!("lib/mbedtls/{HEADER}");
        checkout.file(&submodule, header([3, 6, 2]));
        let micropython = Source {
            root: checkout.path().to_owned(),
            ..micropython()
        };
        let cache = Folder::new("cache");
        let find = || Mbedtls::find(None, &micropython, Some(cache.path()), "Build::ssl");
        let text = find().unwrap_err().to_string();
        assert!(text.contains("this is mbedTLS 3.6.2"), "{text}");
        cache.file(format!("mbedtls-3.6.7/{HEADER}"), header([3, 6, 7]));
        assert_eq!(find().unwrap().root, cache.path().join("mbedtls-3.6.7"));
        checkout.file(&submodule, header([3, 6, 5]));
        assert_eq!(find().unwrap().root, checkout.path().join("lib/mbedtls"));
    }
}
