//! Source trees for the user's cache: fetched, checked against their pins, unpacked whole or not at all.
#![allow(
    clippy::disallowed_methods,
    reason = "it streams, copies, appends to and removes files, which no build does"
)]

mod distribution;
mod tree;

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::pins::{self, Project, Release};
use super::wait;
use distribution::Distribution;

pub use tree::{has, place, take};

/// The names of folders for half-done work begin so. They lie in the cache, so that a rename moves a finished tree to its
/// place.
const SCRATCH: &str = ".setup-";
/// A folder for half-done work that is older was left by a killed run.
const SCRATCH_LIFE: Duration = Duration::from_secs(60 * 60);

/// The subcommand `fetch`: a pinned release by its version, or what the user has of any other.
pub(super) fn run(words: Vec<OsString>) -> Result<ExitCode> {
    let cache = super::cache()?;
    let [word] = words.as_slice() else {
        bail!("name one release: VERSION, mbedtls, or the folder or archive of one");
    };
    let mut fetcher = Fetcher::new(&cache);
    if word == Project::Mbedtls.package() {
        let releases: Vec<_> = pins::of(Project::Mbedtls).iter().collect();
        fetcher.fetch_first_of(&releases)?;
    } else if Path::new(word).exists() {
        take(&cache, Path::new(word))?;
    } else {
        fetcher.fetch(pins::find(&word.to_string_lossy())?)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Brings pinned releases into the cache. It remembers what it found out about servers on the way.
#[derive(Debug)]
pub struct Fetcher {
    cache: PathBuf,
    unreachable: Vec<String>,
    /// Opened by the first release that needs it: reading the distribution's index is the slow part.
    distribution: Option<Distribution>,
}

impl Fetcher {
    /// A fetcher that fills this cache folder.
    pub fn new(cache: &Path) -> Self {
        Self {
            cache: cache.to_owned(),
            unreachable: Vec::new(),
            distribution: None,
        }
    }

    /// Fetches the first of these releases that can be had, and returns its tree.
    ///
    /// # Errors
    ///
    /// With the reasons of every release.
    pub fn fetch_first_of(&mut self, releases: &[&'static Release]) -> Result<PathBuf> {
        let mut failures = Vec::new();
        for (index, release) in releases.iter().enumerate() {
            if index > 0 {
                eprintln!("fetch: trying {} in its place", release.name());
            }
            match self.fetch(release) {
                Ok(tree) => return Ok(tree),
                Err(error) => failures.push(format!("{error:#}")),
            }
        }
        bail!("{}", failures.join("\n"))
    }

    /// Fetches a release, and returns its tree.
    ///
    /// # Errors
    ///
    /// With the reason of every source that was tried.
    pub fn fetch(&mut self, release: &'static Release) -> Result<PathBuf> {
        let scratch = scratch(&self.cache)?;
        let mut reasons: Vec<String> = Vec::new();
        let archive = match self.try_project(release, scratch.path(), &mut reasons) {
            Some(archive) => archive,
            None => self.ask_distribution(release).map_err(|error| {
                reasons.push(format!("the distribution's source package: {error:#}"));
                let reasons = reasons.join("\n  - ");
                anyhow!("{} can't be had:\n  - {reasons}", release.name())
            })?,
        };
        tree::install(&self.cache, &archive, &scratch, release)
    }

    /// Downloads the project's own archive.
    fn try_project(
        &mut self,
        release: &Release,
        scratch: &Path,
        reasons: &mut Vec<String>,
    ) -> Option<Archive> {
        let file = scratch.join("release.tar");
        for url in release.urls() {
            let server = url.split('/').nth(2).unwrap_or_default().to_owned();
            if self.unreachable.contains(&server) {
                reasons.push(format!("{url}: {server} can't be reached"));
                continue;
            }
            eprintln!("fetch: {}: {url}", release.name());
            match download(&url, &file).and_then(|()| check(&file, release)) {
                Ok(digest) => return Some(Archive { file, digest }),
                Err(failure) => {
                    eprintln!("fetch: not from there: {failure:#}");
                    reasons.push(format!("{url}: {failure:#}"));
                    if failure.is::<Unreachable>() {
                        self.unreachable.push(server);
                    }
                }
            }
        }
        None
    }

    /// Downloads the upstream archive in the distribution's source package.
    fn ask_distribution(&mut self, release: &Release) -> Result<Archive> {
        let distribution = match &self.distribution {
            Some(distribution) => distribution,
            None => {
                let opened = Distribution::open(scratch(&self.cache)?)?;
                self.distribution.insert(opened)
            }
        };
        let file = distribution.download(release)?;
        let digest = check(&file, release)?;
        Ok(Archive { file, digest })
    }
}

/// An archive that is one of its release's pinned ones.
struct Archive {
    file: PathBuf,
    digest: String,
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
    let mut command = Command::new("curl");
    command.args(["--fail", "--location", "--silent"]);
    command.args(["--connect-timeout", "5", "--max-time", "900", "--output"]);
    command.arg(file).arg(url);
    let status = wait::output(url, &mut command, Some(file))?.status;
    match status.code() {
        Some(0) => Ok(()),
        // No name, no connection, no answer in time, no handshake.
        Some(5..=7 | 28 | 35) => Err(Unreachable.into()),
        Some(22) => bail!("the server doesn't have it"),
        Some(60) => bail!("the server's certificate isn't one that this machine trusts"),
        _ => bail!("curl failed ({status})"),
    }
}

/// Makes a folder for half-done work, which goes with the value, and removes those of killed runs.
fn scratch(cache: &Path) -> Result<TempDir> {
    make_folder(cache)?;
    for folder in entries(cache) {
        let changed = folder.metadata().and_then(|data| data.modified());
        let age = changed.ok().and_then(|changed| changed.elapsed().ok());
        if name_of(&folder).starts_with(SCRATCH) && age.is_some_and(|age| age > SCRATCH_LIFE) {
            // What can't be removed now is removed by another run.
            let _ = fs::remove_dir_all(&folder);
        }
    }
    let mut builder = tempfile::Builder::new();
    let made = builder.prefix(SCRATCH).tempdir_in(cache);
    made.with_context(|| format!("can't make a folder in {}", cache.display()))
}

/// The SHA-256 of a file, as sha256sum prints it.
fn digest(file: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    fs::File::open(file)
        .and_then(|mut file| std::io::copy(&mut file, &mut hasher))
        .with_context(|| format!("can't read {}", file.display()))?;
    Ok(format!("{:x}", hasher.finalize()))
}

/// Checks an archive against the pins of its release, and returns its digest.
fn check(archive: &Path, release: &Release) -> Result<String> {
    let found = digest(archive)?;
    let mut pins = release.digests().to_vec();
    pins.dedup();
    if !pins.contains(&found.as_str()) {
        let pins = pins.join(" and ");
        bail!("its SHA-256 is {found}, but {pins} are pinned; it is not used");
    }
    Ok(found)
}

/// The paths in a folder, sorted. There are none where it can't be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("can't write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_that_is_not_the_pinned_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("release.tar");
        write(&file, "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(&file).unwrap(), abc);
        let release = &pins::RELEASES[0];
        let error = check(&file, release).unwrap_err().to_string();
        assert!(error.contains(abc) && error.contains("not used"), "{error}");
        assert!(error.contains(release.digests()[0]));
    }

    #[test]
    fn half_done_work_goes_with_its_owner_or_after_its_time() {
        let cache = tempfile::tempdir().unwrap();
        let dead = cache.path().join(format!("{SCRATCH}dead"));
        make_folder(&dead).unwrap();
        let old = std::time::SystemTime::now() - 2 * SCRATCH_LIFE;
        fs::File::open(&dead).unwrap().set_modified(old).unwrap();
        let (first, second) = (
            scratch(cache.path()).unwrap(),
            scratch(cache.path()).unwrap(),
        );
        assert!(!dead.exists());
        assert!(first.path().is_dir() && first.path() != second.path());
        drop((first, second));
        assert_eq!(entries(cache.path()), Vec::<PathBuf>::new());
    }
}
