//! Finds source trees: the projects that they are of, the user's cache, and the newest tree in the cache.
//!
//! Nothing here reads the environment. Callers pass the function that looks up a variable.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::fs;
use crate::version::Version;

/// The variables that say where the user's cache is, on any system.
pub const CACHE_VARIABLES: [&str; 3] = ["XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"];

/// The variable that a user of this system sets where there is no cache folder.
pub const CACHE_VARIABLE: &str = if cfg!(windows) {
    "LOCALAPPDATA"
} else {
    "HOME"
};

/// Returns the folder in the user's cache that has source trees and programs, there or not.
///
/// `variable` returns the value of a variable of the environment. An empty value counts as none.
pub fn cache(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let user = user_cache(std::env::consts::OS, |name| value(&variable, name))?;
    Some(user.join("mpy-freeze"))
}

/// Returns the folder where programs of this user keep what they can get again.
fn user_cache(os: &str, variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    match os {
        "windows" => variable("LOCALAPPDATA"),
        "macos" => Some(variable("HOME")?.join("Library").join("Caches")),
        // The XDG base directory specification has programs ignore a relative path.
        _ => variable("XDG_CACHE_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| Some(variable("HOME")?.join(".cache"))),
    }
}

/// Returns the file in a cache that names each release that was ever unpacked there, a line each.
///
/// A build that took the newest release watches it, and so notices a newer one.
pub fn list_of_releases(cache: &Path) -> PathBuf {
    cache.join("releases")
}

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

    /// Returns the project's name as the project writes it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Micropython => "MicroPython",
            Self::Mbedtls => "mbedTLS",
        }
    }

    /// Returns the project's name in the names of files: trees in the cache, archives, and Debian's source package.
    pub fn package(self) -> &'static str {
        match self {
            Self::Micropython => "micropython",
            Self::Mbedtls => "mbedtls",
        }
    }

    /// Returns the environment variables that name a tree. The first that is set wins, and goes before the cache.
    pub fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Micropython => &["MPY_DIR", "MICROPYTHON_DIR"],
            Self::Mbedtls => &["MBEDTLS_DIR"],
        }
    }

    /// Returns the path of the header in which a tree states its release, from the tree's top folder.
    pub fn header(self) -> &'static str {
        match self {
            Self::Micropython => "py/mpconfig.h",
            Self::Mbedtls => "include/mbedtls/build_info.h",
        }
    }

    /// Returns the macros of the header that have the version's numbers.
    fn macros(self) -> [&'static str; 3] {
        match self {
            Self::Micropython => [
                "MICROPY_VERSION_MAJOR",
                "MICROPY_VERSION_MINOR",
                "MICROPY_VERSION_MICRO",
            ],
            Self::Mbedtls => [
                "MBEDTLS_VERSION_MAJOR",
                "MBEDTLS_VERSION_MINOR",
                "MBEDTLS_VERSION_PATCH",
            ],
        }
    }

    /// Reads the release from the text of a tree's header.
    ///
    /// # Errors
    ///
    /// The name of the macro that the header doesn't define as a number.
    pub fn stated(self, header: &str) -> Result<Stated, &'static str> {
        let [major, minor, micro] = self.macros();
        let number = |name| define_of(header, name).ok_or(name);
        let preview = define_of(header, "MICROPY_VERSION_PRERELEASE");
        Ok(Stated {
            version: Version {
                major: number(major)?,
                minor: number(minor)?,
                micro: number(micro)?,
            },
            preview: preview.is_some_and(|preview| preview != 0),
        })
    }

    /// Returns the tree that the environment names, with the variable that names it. An empty value names none.
    pub fn named(
        self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Option<(&'static str, PathBuf)> {
        let mut names = self.variables().iter();
        names.find_map(|name| Some((*name, value(&variable, name)?)))
    }

    /// Returns the path of a release's tree in the cache, there or not.
    pub fn place(self, cache: &Path, release: impl fmt::Display) -> PathBuf {
        cache.join(format!("{}-{release}", self.package()))
    }

    /// Returns the tree in the cache that has the highest version by its name. A preview is never taken unasked.
    pub fn newest(self, cache: &Path) -> Option<PathBuf> {
        let entries = fs::raw::read_dir(cache).ok()?.flatten();
        let trees = entries.filter_map(|entry| {
            let name = entry.file_name();
            let release = name.to_str()?.strip_prefix(self.package())?;
            let version = Version::parse(release.strip_prefix('-')?)?;
            entry.path().is_dir().then(|| (version, entry.path()))
        });
        trees.max().map(|(_, tree)| tree)
    }
}

/// The release that a tree states in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    /// The release's numbers.
    pub version: Version,
    /// True for a development version (`MICROPY_VERSION_PRERELEASE`).
    pub preview: bool,
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preview = if self.preview { "-preview" } else { "" };
        write!(f, "{}{preview}", self.version)
    }
}

/// Looks a variable up. An empty value counts as none.
fn value(variable: impl Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
    let value = variable(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

/// Returns the number that a `#define NAME number` line gives.
fn define_of(text: &str, name: &str) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("#define") && words.next() == Some(name))
            .then(|| words.next()?.trim_matches(['(', ')']).parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    /// Returns an environment of these variables.
    fn environment<'a>(
        variables: &'a [(&str, &str)],
    ) -> impl Fn(&str) -> Option<OsString> + Copy + 'a {
        |name| {
            let mut variables = variables.iter();
            variables.find_map(|(known, value)| (*known == name).then(|| OsString::from(value)))
        }
    }

    fn user_cache_on(os: &str, variables: &[(&str, &str)]) -> Option<PathBuf> {
        let variable = environment(variables);
        user_cache(os, |name| value(variable, name))
    }

    #[test]
    fn each_system_has_its_cache_folder() {
        let all = [
            ("XDG_CACHE_HOME", "/xdg"),
            ("HOME", "/home"),
            ("LOCALAPPDATA", "/local"),
        ];
        for (os, folder) in [
            ("linux", "/xdg"),
            ("freebsd", "/xdg"),
            ("macos", "/home/Library/Caches"),
            ("windows", "/local"),
        ] {
            assert_eq!(user_cache_on(os, &all), Some(folder.into()), "{os}");
            assert_eq!(user_cache_on(os, &[]), None, "{os}");
        }
        assert_eq!(user_cache_on("macos", &all[..1]), None);
        assert_eq!(user_cache_on("windows", &all[..2]), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_relative_or_empty_xdg_cache_home_is_ignored() {
        for value in ["cache", "./cache", "~/cache", ""] {
            let variables = [("XDG_CACHE_HOME", value), ("HOME", "/home")];
            let found = user_cache_on("linux", &variables);
            assert_eq!(found, Some("/home/.cache".into()), "{value:?}");
            assert_eq!(user_cache_on("linux", &variables[..1]), None, "{value:?}");
        }
    }

    #[test]
    fn the_newest_tree_has_the_highest_numbers() {
        let cache = Folder::new("cache");
        assert_eq!(Project::Mbedtls.newest(cache.path()), None);
        for name in [
            "mbedtls-3.6.9/LICENSE",
            "mbedtls-3.6.10/LICENSE",
            "mbedtls-3.6.11-preview/LICENSE",
            "mbedtls-latest/LICENSE",
            "mbedtls-4.0.0",
            "micropython-1.9.4/LICENSE",
            "micropython-1.26.1/LICENSE",
            "mpy-cross-99.0.0/LICENSE",
        ] {
            cache.file(name, "");
        }
        for (project, release) in [
            (Project::Mbedtls, "3.6.10"),
            (Project::Micropython, "1.26.1"),
        ] {
            let newest = project.newest(cache.path());
            assert_eq!(newest, Some(project.place(cache.path(), release)));
        }
        assert_eq!(Project::Mbedtls.newest(&cache.path().join("none")), None);
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_tree() {
        let named = |variables: &[_]| Project::Micropython.named(environment(variables));
        let both = [("MICROPYTHON_DIR", "/b"), ("MPY_DIR", "/a")];
        assert_eq!(named(&both), Some(("MPY_DIR", "/a".into())));
        let empty = [("MICROPYTHON_DIR", "/b"), ("MPY_DIR", "")];
        assert_eq!(named(&empty), Some(("MICROPYTHON_DIR", "/b".into())));
        assert_eq!(named(&[("MBEDTLS_DIR", "/c")]), None);
    }

    #[test]
    fn a_define_is_read_with_and_without_parentheses() {
        let text = "#define A 3\n  #define  B  (7)\n#define AB 9\n";
        assert_eq!(define_of(text, "A"), Some(3));
        assert_eq!(define_of(text, "B"), Some(7));
        assert_eq!(define_of(text, "C"), None);
    }

    #[test]
    fn a_header_states_its_release() {
        let header = "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR 26\n\
                      #define MICROPY_VERSION_MICRO 1\n#define MICROPY_VERSION_PRERELEASE 0\n";
        let stated = |project: Project, header: &str| {
            let stated = project.stated(header);
            stated.map(|stated| stated.to_string())
        };
        assert_eq!(
            stated(Project::Micropython, header).as_deref(),
            Ok("1.26.1")
        );
        let preview = header.replace("RELEASE 0", "RELEASE 1");
        let preview = stated(Project::Micropython, &preview);
        assert_eq!(preview.as_deref(), Ok("1.26.1-preview"));
        assert_eq!(
            stated(Project::Mbedtls, header),
            Err("MBEDTLS_VERSION_MAJOR")
        );
        let header = "#define MBEDTLS_VERSION_MAJOR  3\n#define MBEDTLS_VERSION_MINOR  6\n\
                      #define MBEDTLS_VERSION_PATCH  7\n#define MBEDTLS_VERSION_NUMBER 0x03060700\n";
        assert_eq!(stated(Project::Mbedtls, header).as_deref(), Ok("3.6.7"));
    }
}
