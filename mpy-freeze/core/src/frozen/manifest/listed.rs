//! The files that manifests list, and the folders that they search for them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::failure::Raise;
use super::metadata::{Package, Packages};
use super::paths;
use super::walk::{Links, Walker};
use super::{Entry, Kind};
use crate::fs;

/// The way in which the files of a call are frozen.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// The kind of the files. If there is none, the extension of each file decides.
    pub(super) kind: Option<Kind>,
    pub(super) opt: Option<u8>,
    /// The package of the files. Its metadata may be set after they were listed.
    pub(super) package: Package,
}

#[derive(Debug)]
struct File {
    source: PathBuf,
    target: String,
    kind: Kind,
    opt: Option<u8>,
    package: Package,
}

/// The files that manifests list, and the folders that they search.
#[derive(Debug, Default)]
pub(super) struct Listed {
    files: Vec<File>,
    searched: BTreeSet<PathBuf>,
}

impl Listed {
    /// Lists one file.
    pub(super) fn file(
        &mut self,
        walker: &mut Walker,
        path: &str,
        target: String,
        how: How,
    ) -> Result<(), Raise> {
        walker.look()?;
        let metadata = fs::raw::metadata(path).map_err(|_| Raise::no_file(path))?;
        let kind = match (how.kind, paths::extension(path).as_str()) {
            (Some(kind), _) => kind,
            (None, ".py") => Kind::Python,
            (None, ".mpy") => Kind::Mpy,
            (None, _) => {
                return Err(Raise::manifest(format!(
                    "neither a .py nor a .mpy file: {path}"
                )));
            }
        };
        // Reading anything but a file may never end: a device has no end, and a named pipe waits for a writer.
        if !metadata.is_file() {
            return Err(Raise::manifest(format!("it isn't a file: {path}"))
                .help("package() and freeze() take folders, and find the files in them"));
        }
        self.files.push(File {
            source: PathBuf::from(path),
            target,
            kind,
            opt: how.opt,
            package: how.package,
        });
        Ok(())
    }

    /// Lists the files with one of these extensions below `base/below`, under their paths from `base`.
    pub(super) fn search(
        &mut self,
        walker: &mut Walker,
        base: &str,
        below: &str,
        extensions: &[&str],
        how: How,
    ) -> Result<(), Raise> {
        // Upstream's tool changes to `base` first, so `..` in `below` means the parent of a link's destination.
        let failed = |error| Raise::os_error(base, &error);
        fs::raw::read_dir(base).map_err(failed)?;
        let real = paths::utf8(fs::raw::canonicalize(base).map_err(failed)?)?;
        let top = if below.is_empty() {
            real.clone()
        } else {
            paths::join(&real, below)
        };
        let mut found = Vec::new();
        walker.walk(&top, Links::Followed, &mut |folder, files| {
            let files = files.iter().map(|file| paths::join(folder, file));
            found
                .extend(files.filter(|file| extensions.contains(&paths::extension(file).as_str())));
            Ok(true)
        })?;
        for file in found {
            let target = paths::relative(&paths::absolute("/", &file), &real);
            self.file(walker, &paths::join(base, &target), target, how)?;
        }
        if Path::new(&top).is_dir() {
            self.searched.insert(PathBuf::from(top));
        }
        Ok(())
    }

    /// Returns the files to freeze, in order.
    pub(super) fn entries(&self, packages: &Packages) -> Vec<Entry> {
        let files = self.files.iter();
        files
            .map(|file| Entry {
                source: file.source.clone(),
                target: file.target.clone(),
                kind: file.kind,
                opt: file.opt,
                version: packages.version(file.package),
            })
            .collect()
    }

    /// Returns the folders that were searched.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.searched.iter().cloned().collect()
    }
}
