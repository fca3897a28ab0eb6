//! Source trees in the user's cache: fetched, checked against their pins, unpacked whole or not at all.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};

use super::apt;
use super::digest;
use super::scratch::Scratch;
use crate::releases::{self, DEBIAN_SUITES, Project, Release};
use crate::{host, shell};

/// Written into a tree when all of it is there, before the tree gets its name.
const STAMP: &str = ".mpy-freeze-stamp";

/// Where the tree of a version of MicroPython lies, there or not.
///
/// # Errors
///
/// When the machine has no folder for caches.
pub fn tree(version: &str) -> Result<PathBuf> {
    folder(Project::Micropython, version)
}

/// Where the tree of a release lies, there or not.
///
/// # Errors
///
/// When the machine has no folder for caches.
pub fn place(release: &Release) -> Result<PathBuf> {
    folder(release.project, release.version)
}

fn folder(project: Project, version: &str) -> Result<PathBuf> {
    Ok(host::cache()?.join(format!("{}-{version}", project.package())))
}

/// Whether the tree of a release is there, and whole.
///
/// # Errors
///
/// When the machine has no folder for caches.
pub fn has(release: &Release) -> Result<bool> {
    Ok(place(release)?.join(STAMP).is_file())
}

/// The newest tree of a project that is there and whole, as the build would take it.
///
/// # Errors
///
/// When the machine has no folder for caches.
pub fn any(project: Project) -> Result<Option<PathBuf>> {
    let prefix = format!("{}-", project.package());
    let trees = host::entries(&host::cache()?).into_iter().filter(|folder| {
        let name = folder.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with(&prefix) && folder.join(STAMP).is_file()
    });
    Ok(trees.max())
}

/// One run's way to the sources; it remembers what it found out on the way.
#[derive(Default)]
pub struct Fetcher {
    unreachable: Vec<String>,
    /// Made by the first release that needs it: reading the distribution's index is the slow part.
    distribution: Option<Distribution>,
}

impl Fetcher {
    /// Brings a release into the cache.
    ///
    /// # Errors
    ///
    /// With the reason of every source that was tried.
    pub fn fetch(&mut self, release: &'static Release) -> Result<()> {
        let cache = host::cache()?;
        let scratch = Scratch::new(&cache)?;
        let mut reasons: Vec<String> = Vec::new();
        let archive = match self.try_project(release, scratch.path(), &mut reasons) {
            Some(archive) => archive,
            None => match self.ask_distribution(release, &cache) {
                Ok(archive) => archive,
                Err(error) => {
                    reasons.push(format!("the distribution's source package: {error:#}"));
                    bail!(
                        "{} can't be had:\n  - {}",
                        release.name(),
                        reasons.join("\n  - ")
                    );
                }
            },
        };
        let digest = digest::of_file(&archive)?;
        install_archive(&archive, &digest, &scratch, release)
    }

    /// The project's own archive, over the network.
    fn try_project(
        &mut self,
        release: &Release,
        scratch: &Path,
        reasons: &mut Vec<String>,
    ) -> Option<PathBuf> {
        if host::which("curl").is_none() {
            reasons.push("the project's release archive: this machine has no curl".to_owned());
            return None;
        }
        let file = scratch.join("release.tar");
        for url in release.urls() {
            let server = url.split('/').nth(2).unwrap_or_default().to_owned();
            if self.unreachable.contains(&server) {
                reasons.push(format!("{url}: {server} can't be reached"));
                continue;
            }
            eprintln!("setup: {}: {url}", release.name());
            match download(&url, &file).and_then(|()| digest::check(&file, release.archive)) {
                Ok(()) => return Some(file),
                Err(failure) => {
                    eprintln!("setup: not from there: {failure:#}");
                    reasons.push(format!("{url}: {failure:#}"));
                    if failure.is::<Unreachable>() {
                        self.unreachable.push(server);
                    }
                }
            }
        }
        None
    }

    /// The upstream archive in the distribution's source package.
    fn ask_distribution(&mut self, release: &Release, cache: &Path) -> Result<PathBuf> {
        let distribution = match self.distribution.take() {
            Some(distribution) => distribution,
            None => Distribution::open(cache)?,
        };
        let result = distribution.download(release);
        self.distribution = Some(distribution);
        result
    }
}

/// A server that needn't be asked again.
#[derive(Debug)]
struct Unreachable;

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server can't be reached")
    }
}

impl std::error::Error for Unreachable {}

fn download(url: &str, file: &Path) -> Result<()> {
    let mut command = shell::command(
        "curl",
        [
            "--fail",
            "--location",
            "--connect-timeout",
            "5",
            "--max-time",
            "900",
        ],
    );
    command.arg(if host::interactive() {
        "--progress-bar"
    } else {
        "--silent"
    });
    command.arg("--output").arg(file).arg(url);
    let status = shell::status(&mut command)?;
    match status.code() {
        Some(0) => Ok(()),
        // No name, no connection, no answer in time, no handshake.
        Some(5..=7 | 28 | 35) => Err(Unreachable.into()),
        Some(22) => bail!("the server doesn't have it"),
        Some(60) => bail!("the server's certificate isn't one that this machine trusts"),
        _ => bail!("curl failed ({status})"),
    }
}

/// The Debian mirror that this machine already uses, asked for source packages, in a state of its own: the system's
/// package lists stay as they are, and no rights are needed.
struct Distribution {
    scratch: Scratch,
}

impl Distribution {
    fn open(cache: &Path) -> Result<Self> {
        if host::which("apt-get").is_none() {
            bail!("this machine has no apt-get");
        }
        let mirror = apt::debian_mirror(Path::new("/etc/apt"))
            .context("the system's apt sources name no Debian mirror")?;
        let scratch = Scratch::new(cache)?;
        write(
            &scratch.path().join("sources.list"),
            &mirror.source_list(DEBIAN_SUITES),
        )?;
        for folder in ["lists/partial", "archives/partial"] {
            let folder = scratch.path().join(folder);
            fs::create_dir_all(&folder)
                .with_context(|| format!("can't make {}", folder.display()))?;
        }
        eprintln!(
            "setup: reading the distribution's index of source packages ({}; about 20 MB)",
            DEBIAN_SUITES.join(", ")
        );
        let distribution = Self { scratch };
        shell::run(distribution.apt("apt-get").arg("update").stdout(progress()))?;
        Ok(distribution)
    }

    /// The versions of a source package that the suites carry.
    fn versions(&self, package: &str) -> Result<Vec<String>> {
        let mut command = self.apt("apt-cache");
        command.args(["showsrc", "--only-source", package]);
        Ok(source_versions(&shell::capture(&mut command)?))
    }

    fn apt(&self, program: &str) -> Command {
        let folder = self.scratch.path();
        let mut command = Command::new(program);
        command.current_dir(folder);
        for (name, value) in [
            ("Dir::Etc::sourcelist", folder.join("sources.list")),
            ("Dir::Etc::sourceparts", PathBuf::from("-")),
            ("Dir::State::lists", folder.join("lists")),
            ("Dir::Cache", folder.to_path_buf()),
            // The user that root's apt downloads as can't look into a cache folder of root's.
            ("APT::Sandbox::User", PathBuf::from("root")),
            // A mirror's index may be past its date; what is fetched is checked against a pin of ours.
            ("Acquire::Check-Valid-Until", PathBuf::from("false")),
        ] {
            command.arg("-o").arg(format!("{name}={}", value.display()));
        }
        command
    }

    fn download(&self, release: &Release) -> Result<PathBuf> {
        let package = release.project.package();
        let versions = self.versions(package)?;
        let version = versions
            .iter()
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
            "setup: {}: source package {package} {version}",
            release.name()
        );
        shell::run(
            self.apt("apt-get")
                .args(["source", "--download-only"])
                .arg(format!("{package}={version}"))
                .stdout(progress()),
        )?;
        let archive = host::entries(self.scratch.path())
            .into_iter()
            .find(|file| {
                let name = file
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                name.starts_with(&format!("{package}_{}", release.version))
                    && name.contains(".orig.tar.")
            })
            .context("apt-get source left no upstream archive")?;
        digest::check(&archive, release.debian)?;
        Ok(archive)
    }
}

/// Where apt's account of its progress goes: to somebody who watches, or nowhere.
fn progress() -> Stdio {
    if host::interactive() {
        Stdio::inherit()
    } else {
        Stdio::null()
    }
}

/// The versions in what `apt-cache showsrc` prints.
fn source_versions(shown: &str) -> Vec<String> {
    let mut versions: Vec<String> = shown
        .lines()
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

/// Takes what the user names: a tree or an archive of one.
///
/// # Errors
///
/// When it is of no project that is known here, or can't be read or copied.
pub fn install_named(path: &Path) -> Result<()> {
    let scratch = Scratch::new(&host::cache()?)?;
    if path.is_dir() {
        let (project, version) = identify(path)?;
        eprintln!(
            "setup: {} {version}: copying {}",
            project.title(),
            path.display()
        );
        let copy = scratch.path().join("tree");
        copy_tree(path, &copy)?;
        let provenance = format!("copied from {}\n", path.display());
        return settle(&copy, project, &version, &provenance);
    }
    let digest = digest::of_file(path)?;
    let release = releases::by_digest(&digest);
    match release {
        Some(release) => eprintln!(
            "setup: {} is the pinned archive of {}",
            path.display(),
            release.name()
        ),
        None => eprintln!(
            "setup: {} is none of the pinned archives: taken because you name it",
            path.display()
        ),
    }
    let tree = unpack(path, &scratch)?;
    let (project, version) = identify(&tree)?;
    settle(&tree, project, &version, &format!("sha256 {digest}\n"))
}

fn install_archive(
    archive: &Path,
    digest: &str,
    scratch: &Scratch,
    expected: &Release,
) -> Result<()> {
    eprintln!(
        "setup: unpacking {}",
        archive.file_name().unwrap_or_default().to_string_lossy()
    );
    let tree = unpack(archive, scratch)?;
    let (project, version) = identify(&tree)?;
    if (project, version.as_str()) != (expected.project, expected.version) {
        bail!(
            "{} holds {} {version}, not {}",
            archive.display(),
            project.title(),
            expected.name()
        );
    }
    settle(&tree, project, &version, &format!("sha256 {digest}\n"))
}

/// Unpacks an archive and returns the one folder in it.
fn unpack(archive: &Path, scratch: &Scratch) -> Result<PathBuf> {
    let folder = scratch.path().join("unpacked");
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let mut command = shell::command("tar", ["-x", "--no-same-owner", "-f"]);
    command.arg(archive).arg("-C").arg(&folder);
    shell::run(&mut command).with_context(|| format!("can't unpack {}", archive.display()))?;
    match host::entries(&folder).as_slice() {
        [tree] if tree.is_dir() => Ok(tree.clone()),
        _ => bail!("{} isn't an archive of one folder", archive.display()),
    }
}

/// Stamps a whole tree and gives it its name in the cache.
fn settle(tree: &Path, project: Project, version: &str, provenance: &str) -> Result<()> {
    write(&tree.join(STAMP), provenance)?;
    let place = folder(project, version)?;
    if place.exists() {
        // Moved aside first, so that a build in between sees the old tree, the new one, or none.
        let aside = tree.with_file_name("replaced");
        fs::rename(&place, &aside).with_context(|| format!("can't replace {}", place.display()))?;
    }
    fs::rename(tree, &place)
        .with_context(|| format!("can't move the tree to {}", place.display()))?;
    if let Some(cache) = place.parent() {
        // Builds that take the newest release watch this file, so that they notice a newer one.
        let list = cache.join("releases");
        let earlier = fs::read_to_string(&list).unwrap_or_default();
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        write(&list, &format!("{earlier}{name}\n"))?;
    }
    eprintln!(
        "setup: {} {version} is at {}",
        project.title(),
        place.display()
    );
    Ok(())
}

/// The project and the version that a tree says it is.
fn identify(tree: &Path) -> Result<(Project, String)> {
    for project in Project::ALL {
        let (header, _) = project.version_header();
        if let Ok(text) = fs::read_to_string(tree.join(header)) {
            let version = header_version(project, &text);
            let version = version.with_context(|| format!("{header} states no version"))?;
            return Ok((project, version));
        }
    }
    let headers = Project::ALL.map(|project| project.version_header().0);
    bail!(
        "{} isn't a tree of MicroPython or mbedTLS: there is no {}",
        tree.display(),
        headers.join(" and no ")
    )
}

fn header_version(project: Project, text: &str) -> Option<String> {
    let number = |name: &str| {
        text.lines().find_map(|line| {
            let rest = line
                .trim()
                .strip_prefix("#define")?
                .trim_start()
                .strip_prefix(name)?;
            rest.trim().parse::<u32>().ok()
        })
    };
    let [major, minor, micro] = project.version_header().1.map(number);
    let preview = match number("MICROPY_VERSION_PRERELEASE") {
        Some(0) | None => "",
        Some(_) => "-preview",
    };
    Some(format!("{}.{}.{}{preview}", major?, minor?, micro?))
}

/// Copies a tree without its repository and without what links point at.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("can't make {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("can't read {}", from.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("can't read {}", from.display()))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry
            .file_type()
            .with_context(|| format!("can't read {}", source.display()))?;
        if entry.file_name() == ".git" {
            continue;
        } else if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if source.is_file() {
            fs::copy(&source, &target)
                .with_context(|| format!("can't copy {}", source.display()))?;
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("can't write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_source_packages() {
        let shown = "Package: micropython\nVersion: 1.26.1+ds-1\nFiles:\n\nPackage: micropython\nVersion: 1.25.0+ds-1\n\
                     Package-List: x\n\nPackage: micropython\nVersion: 1.26.1+ds-1\n";
        assert_eq!(source_versions(shown), ["1.25.0+ds-1", "1.26.1+ds-1"]);
        assert_eq!(upstream("1.26.1+ds-1"), "1.26.1");
        assert_eq!(upstream("1:1.27.0~rc1-2"), "1.27.0");
        assert_eq!(upstream("1.28.0-1"), "1.28.0");
    }

    #[test]
    fn version_of_a_header() {
        let header = "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR 26\n#define MICROPY_VERSION_MICRO 1\n\
                      #define MICROPY_VERSION_PRERELEASE 0\n";
        assert_eq!(
            header_version(Project::Micropython, header).unwrap(),
            "1.26.1"
        );
        assert_eq!(
            header_version(
                Project::Micropython,
                &header.replace("RELEASE 0", "RELEASE 1")
            )
            .unwrap(),
            "1.26.1-preview"
        );
        assert_eq!(header_version(Project::Mbedtls, header), None);
        let header = "#define MBEDTLS_VERSION_MAJOR  3\n#define MBEDTLS_VERSION_MINOR  6\n#define MBEDTLS_VERSION_PATCH  7\n\
                      #define MBEDTLS_VERSION_NUMBER         0x03060700\n";
        assert_eq!(header_version(Project::Mbedtls, header).unwrap(), "3.6.7");
    }
}
