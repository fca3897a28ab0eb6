//! Debian's source packages, from the mirror that this machine already uses.
//!
//! apt itself reads the system's sources and downloads. Its state lies in a folder of its own, so that the system's
//! package lists stay as they are and no rights are needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow};
use tempfile::TempDir;

use super::super::pins::{DEBIAN_SUITES, Release};
use super::super::wait;
use super::{entries, make_folder, name_of, write};

/// The names of Debian's suites. A source with one of them is Debian's own archive.
const SUITES: [&str; 11] = [
    "oldstable",
    "stable",
    "testing",
    "unstable",
    "sid",
    "buster",
    "bullseye",
    "bookworm",
    "trixie",
    "forky",
    "duke",
];

/// The files in which Debian keeps the keys of its suites.
const KEYRINGS: [&str; 2] = [
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
];

/// A mirror with its index of source packages read.
#[derive(Debug)]
pub(super) struct Distribution {
    folder: TempDir,
}

impl Distribution {
    /// Finds the mirror and reads its index. `folder` is empty.
    ///
    /// # Errors
    ///
    /// When there is no apt, when its sources name no mirror of Debian, or when that can't be reached.
    pub(super) fn open(folder: TempDir) -> Result<Self> {
        let mut command = Command::new("apt-get");
        command.args(["update", "--print-uris"]);
        let sources = wait::capture("reading the system's apt sources", &mut command)?;
        let mirror =
            debian_mirror(&sources).context("the system's apt sources name no Debian mirror")?;
        let keys = KEYRINGS.into_iter().find(|keys| Path::new(keys).exists());
        write(
            &folder.path().join("sources.list"),
            &source_list(mirror, keys),
        )?;
        for name in ["lists/partial", "archives/partial"] {
            make_folder(&folder.path().join(name))?;
        }
        let distribution = Self { folder };
        let suites = DEBIAN_SUITES.join(", ");
        eprintln!(
            "fetch: reading the distribution's index of source packages ({suites}; about 20 MB)"
        );
        wait::capture("apt-get update", distribution.apt("apt-get").arg("update"))?;
        Ok(distribution)
    }

    /// Downloads the upstream archive of a release.
    ///
    /// # Errors
    ///
    /// When no suite carries the release, or apt fails.
    pub(super) fn download(&self, release: &Release) -> Result<PathBuf> {
        let package = release.project.package();
        let mut ask = self.apt("apt-cache");
        ask.args(["showsrc", "--only-source", package]);
        let versions = source_versions(&wait::capture("apt-cache showsrc", &mut ask)?);
        let mut all = versions.iter();
        let version = all
            .find(|version| upstream(version) == release.version)
            .ok_or_else(|| {
                anyhow!(
                    "{} carry {package} {}, not {}",
                    DEBIAN_SUITES.join(" and "),
                    versions.join(" and "),
                    release.version
                )
            })?;
        eprintln!(
            "fetch: {}: source package {package} {version}",
            release.name()
        );
        let mut get = self.apt("apt-get");
        get.args(["source", "--download-only"])
            .arg(format!("{package}={version}"));
        wait::capture("apt-get source", &mut get)?;
        let beginning = format!("{package}_{}", release.version);
        let mut files = entries(self.folder.path()).into_iter();
        files
            .find(|file| {
                name_of(file).starts_with(&beginning) && name_of(file).contains(".orig.tar.")
            })
            .context("apt-get source left no upstream archive")
    }

    /// A command of apt that works in the folder.
    fn apt(&self, program: &str) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(program);
        command.current_dir(folder);
        for (name, value) in [
            ("Dir::Etc::sourcelist", folder.join("sources.list")),
            ("Dir::Etc::sourceparts", PathBuf::from("-")),
            ("Dir::State::lists", folder.join("lists")),
            ("Dir::Cache", folder.to_path_buf()),
            // The user that root's apt downloads as can't look into a cache folder of root's.
            ("APT::Sandbox::User", PathBuf::from("root")),
            // A mirror's index may be past its date; each archive is checked against its pin.
            ("Acquire::Check-Valid-Until", PathBuf::from("false")),
        ] {
            command.arg("-o").arg(format!("{name}={}", value.display()));
        }
        command
    }
}

/// The first mirror of Debian in what `apt-get update --print-uris` prints: `'MIRROR/dists/SUITE/InRelease' …`.
fn debian_mirror(printed: &str) -> Option<&str> {
    printed.lines().find_map(|line| {
        let uri = line.strip_prefix('\'')?.split('\'').next()?;
        let (mirror, rest) = uri.split_once("/dists/")?;
        let is_debian = SUITES.contains(&rest.split('/').next()?);
        (is_debian && !mirror.starts_with("cdrom:")).then_some(mirror)
    })
}

/// The source list for the mirror's source packages.
fn source_list(mirror: &str, keys: Option<&str>) -> String {
    let keys = keys.map_or_else(String::new, |keys| format!("[signed-by={keys}] "));
    let lines = DEBIAN_SUITES.map(|suite| format!("deb-src {keys}{mirror} {suite} main\n"));
    lines.concat()
}

/// The versions in what `apt-cache showsrc` prints.
fn source_versions(shown: &str) -> Vec<String> {
    let lines = shown.lines();
    let mut versions: Vec<String> = lines
        .filter_map(|line| line.strip_prefix("Version:"))
        .map(|version| version.trim().to_owned())
        .collect();
    versions.sort();
    versions.dedup();
    versions
}

/// The upstream part of a Debian version: `1.26.1` of `1:1.26.1+ds-1`.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.split(['+', '-', '~']).next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_debian_itself_is_a_mirror() {
        let printed = "'cdrom:[Debian]/dists/bookworm/InRelease' cdrom 0 \n\
                       'http://u.test/ubuntu/dists/noble/InRelease' u.test 0 \n\
                       'http://s.test/debian-security/dists/bookworm-security/InRelease' s.test 0 \n\
                       'http://m.test/debian/dists/stable/InRelease' m.test 0 \n\
                       'http://n.test/debian/dists/sid/InRelease' n.test 0 \n";
        assert_eq!(debian_mirror(printed), Some("http://m.test/debian"));
        let (others, _) = printed.split_once("'http://m.test").unwrap();
        assert_eq!(debian_mirror(others), None);
    }

    #[test]
    fn list_has_a_line_for_each_suite() {
        assert_eq!(
            source_list("http://m.test/debian", Some("/k.gpg")),
            "deb-src [signed-by=/k.gpg] http://m.test/debian trixie main\n\
             deb-src [signed-by=/k.gpg] http://m.test/debian sid main\n"
        );
        assert!(source_list("http://m.test/debian", None).starts_with("deb-src http://m.test/"));
    }

    #[test]
    fn versions_of_source_packages() {
        let shown = "Package: micropython\nVersion: 1.26.1+ds-1\nFiles:\n\nPackage: micropython\nVersion: 1.25.0+ds-1\n\
                     Package-List: x\n\nPackage: micropython\nVersion: 1.26.1+ds-1\n";
        assert_eq!(source_versions(shown), ["1.25.0+ds-1", "1.26.1+ds-1"]);
        assert_eq!(upstream("1.26.1+ds-1"), "1.26.1");
        assert_eq!(upstream("1:1.27.0~rc1-2"), "1.27.0");
        assert_eq!(upstream("1.28.0-1"), "1.28.0");
    }
}
