//! Trees in the cache: unpacked or copied, told what they are, and given their name when they are whole.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, bail};
use mpy_freeze_core::trees::{self, Project};
use tempfile::TempDir;

use super::super::pins::{self, Release};
use super::super::wait;
use super::{Archive, digest, entries, make_folder, name_of, scratch, write};

/// A file in each tree that says where the tree came from. It is written last, before the tree gets its name.
const STAMP: &str = ".mpy-freeze-stamp";

/// The place of a release in the cache. The release needn't be there.
pub fn place(cache: &Path, release: &Release) -> PathBuf {
    release.project.place(cache, release.version)
}

/// Tells whether the whole tree of a release is in the cache.
pub fn has(cache: &Path, release: &Release) -> bool {
    place(cache, release).join(STAMP).is_file()
}

/// Takes into the cache what the user names: a tree, or an archive of one. Returns the tree there.
///
/// # Errors
///
/// When it is of no project that is known here, or can't be read or copied.
pub fn take(cache: &Path, named: &Path) -> Result<PathBuf> {
    let scratch = scratch(cache)?;
    let named = std::path::absolute(named)
        .with_context(|| format!("can't tell where {} is", named.display()))?;
    if named.is_dir() {
        let (project, version) = identify(&named)?;
        let (title, shown) = (project.title(), named.display());
        eprintln!("fetch: {title} {version}: copying {shown}");
        let copy = scratch.path().join("tree");
        copy_tree(&named, &copy)?;
        return settle(
            cache,
            &copy,
            project,
            &version,
            &format!("copied from {shown}\n"),
        );
    }
    let digest = digest(&named)?;
    match pins::by_digest(&digest) {
        Some(release) => {
            let name = release.name();
            eprintln!("fetch: {} is the pinned archive of {name}", named.display());
        }
        None => eprintln!(
            "fetch: {} is none of the pinned archives: taken because you name it",
            named.display()
        ),
    }
    let tree = unpack(&named, &scratch)?;
    let (project, version) = identify(&tree)?;
    settle(
        cache,
        &tree,
        project,
        &version,
        &format!("sha256 {digest}\n"),
    )
}

/// Unpacks a release's archive into the cache, and returns the tree there.
pub(super) fn install(
    cache: &Path,
    archive: &Archive,
    scratch: &TempDir,
    expected: &Release,
) -> Result<PathBuf> {
    let tree = unpack(&archive.file, scratch)?;
    let (project, version) = identify(&tree)?;
    if (project, version.as_str()) != (expected.project, expected.version) {
        let (file, title) = (archive.file.display(), project.title());
        bail!("{file} holds {title} {version}, not {}", expected.name());
    }
    let provenance = format!("sha256 {}\n", archive.digest);
    settle(cache, &tree, project, &version, &provenance)
}

/// Unpacks an archive and returns the one folder in it.
fn unpack(archive: &Path, scratch: &TempDir) -> Result<PathBuf> {
    let folder = scratch.path().join("unpacked");
    make_folder(&folder)?;
    // tar knows every compression: by xz and bzip2 on Linux, by itself on macOS and Windows.
    let mut command = Command::new("tar");
    command.args(["-x", "--no-same-owner", "-f"]).arg(archive);
    command.arg("-C").arg(&folder);
    let what = format!("unpacking {}", name_of(archive));
    wait::capture(&what, &mut command)
        .with_context(|| format!("can't unpack {}", archive.display()))?;
    match entries(&folder).as_slice() {
        [tree] if tree.is_dir() => Ok(tree.clone()),
        _ => bail!("{} isn't an archive of one folder", archive.display()),
    }
}

/// Stamps a whole tree and gives it its name in the cache, which it returns.
fn settle(
    cache: &Path,
    tree: &Path,
    project: Project,
    version: &str,
    provenance: &str,
) -> Result<PathBuf> {
    write(&tree.join(STAMP), provenance)?;
    let place = project.place(cache, version);
    if place.exists() {
        // Moved aside first, so that a build in between sees the old tree, the new one, or none.
        let aside = tree.with_file_name("replaced");
        fs::rename(&place, &aside).with_context(|| format!("can't replace {}", place.display()))?;
    }
    fs::rename(tree, &place)
        .with_context(|| format!("can't move the tree to {}", place.display()))?;
    // Builds that take the newest release watch this file, so that they notice a newer one.
    let list = trees::list_of_releases(cache);
    let mut open = OpenOptions::new();
    open.create(true)
        .append(true)
        .open(&list)
        .and_then(|mut file| file.write_all(format!("{}\n", name_of(&place)).as_bytes()))
        .with_context(|| format!("can't write {}", list.display()))?;
    let title = project.title();
    eprintln!("fetch: {title} {version} is at {}", place.display());
    Ok(place)
}

/// Returns the project and the version that a tree says it is.
fn identify(tree: &Path) -> Result<(Project, String)> {
    for project in Project::ALL {
        let header = project.header();
        if let Ok(text) = fs::read_to_string(tree.join(header)) {
            let stated = project.stated(&text);
            let stated = stated.map_err(|name| anyhow!("{header} states no version: no {name}"))?;
            return Ok((project, stated.to_string()));
        }
    }
    bail!(
        "{} isn't a tree of MicroPython or mbedTLS: there is no {}",
        tree.display(),
        Project::ALL.map(Project::header).join(" and no ")
    )
}

/// Copies a tree without its repository and without what links point at.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    make_folder(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("can't read {}", from.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("can't read {}", from.display()))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if entry.file_name() == ".git" {
            continue;
        } else if is_folder {
            copy_tree(&source, &target)?;
        } else if source.is_file() {
            fs::copy(&source, &target)
                .with_context(|| format!("can't copy {}", source.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR 26\n\
                          #define MICROPY_VERSION_MICRO 1\n#define MICROPY_VERSION_PRERELEASE 0\n";

    /// A folder with a tree of MicroPython in it, as far as its version tells.
    fn tree(header: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("py/mpconfig.h", header), (".git/config", "")] {
            let file = folder.path().join("micropython").join(name);
            make_folder(file.parent().unwrap()).unwrap();
            write(&file, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_named_folder_and_archive_come_into_the_cache() {
        let (named, cache) = (tree(HEADER), tempfile::tempdir().unwrap());
        let source = named.path().join("micropython");
        let archive = named.path().join("it.tar");
        let mut tar = Command::new("tar");
        tar.arg("-cf").arg(&archive).arg("-C").arg(named.path());
        assert!(tar.arg("micropython").status().unwrap().success());
        // The second time, the tree there is replaced.
        for from in [&source, &archive] {
            let place = take(cache.path(), from).unwrap();
            assert_eq!(place, cache.path().join("micropython-1.26.1"));
            assert!(has(cache.path(), pins::find("1.26.1").unwrap()));
            assert!(place.join("py/mpconfig.h").is_file());
            assert_eq!(place.join(".git").exists(), *from == archive);
        }
        let list = fs::read_to_string(cache.path().join("releases")).unwrap();
        assert_eq!(list, "micropython-1.26.1\nmicropython-1.26.1\n");
        // The two, and nothing half-done.
        assert_eq!(entries(cache.path()).len(), 2);
    }

    #[test]
    fn nothing_of_what_is_no_tree_comes_into_the_cache() {
        let (named, cache) = (tree("no version"), tempfile::tempdir().unwrap());
        let source = named.path().join("micropython");
        let archive = source.join("py/mpconfig.h");
        for (from, why) in [
            (&source, "states no version"),
            (&source.join("py"), "isn't a tree"),
            (&archive, "can't unpack"),
            (&source.join("nowhere"), "can't read"),
        ] {
            let error = format!("{:#}", take(cache.path(), from).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(entries(cache.path()), Vec::<PathBuf>::new());
    }
}
