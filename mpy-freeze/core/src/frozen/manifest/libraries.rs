//! Libraries of packages, where `require` looks.

use std::collections::BTreeMap;

use super::failure::{Raise, WITHOUT_LIBRARY};
use super::paths;
use super::places::Places;
use super::walk::{Links, Walker};

/// The variable that names a checkout of micropython-lib.
const MICROPYTHON_LIB: &str = "MPY_LIB_DIR";

/// Its folders that are searched without being asked for.
const FOLDERS: [&str; 3] = ["micropython", "python-stdlib", "python-ecosys"];

/// What to do where a package isn't found.
const A_PACKAGE: &str =
    "a package is a folder of this name with a manifest.py, at any depth of a library";

/// The known libraries.
#[derive(Debug, Default)]
pub(super) struct Libraries {
    named: BTreeMap<String, String>,
    /// The folders of all, in the order in which they are searched.
    folders: Vec<String>,
}

impl Libraries {
    /// Those of micropython-lib, where it is known.
    pub(super) fn new(places: &Places) -> Self {
        let mut libraries = Self::default();
        if is_known(places) {
            for name in FOLDERS {
                let folder = places.resolve(&format!("$({MICROPYTHON_LIB})/{name}"));
                libraries.add(name, folder, false);
            }
        }
        libraries
    }

    /// Adds a library, at the end of those that are searched or before them.
    pub(super) fn add(&mut self, library: &str, folder: String, first: bool) {
        self.named.insert(library.to_string(), folder.clone());
        let at = if first { 0 } else { self.folders.len() };
        self.folders.insert(at, folder);
    }

    /// The folder of a package in the library of this name.
    pub(super) fn package_in(
        &self,
        walker: &mut Walker,
        name: &str,
        library: &str,
    ) -> Result<String, Raise> {
        let Some(folder) = self.named.get(library) else {
            let message = format!("Unknown library '{library}' for require('{name}').");
            return Err(
                Raise::value_error(message).help("name it before, with add_library(name, folder)")
            );
        };
        find(walker, folder, name)?.ok_or_else(|| {
            Raise::value_error(format!(
                "Package '{name}' not found in external library '{library}' ({folder})."
            ))
            .help(A_PACKAGE)
        })
    }

    /// The folder of a package in any library; `unix_ffi` also searches the one of this name, and first.
    pub(super) fn package(
        &self,
        walker: &mut Walker,
        places: &Places,
        name: &str,
        unix_ffi: bool,
    ) -> Result<String, Raise> {
        let ffi = (unix_ffi && is_known(places))
            .then(|| places.resolve(&format!("$({MICROPYTHON_LIB})/unix-ffi")));
        for folder in ffi.iter().chain(&self.folders) {
            if let Some(found) = find(walker, folder, name)? {
                return Ok(found);
            }
        }
        let message = format!("Package '{name}' not found in any known library.");
        let known = is_known(places);
        Err(Raise::value_error(message).help(if known { A_PACKAGE } else { WITHOUT_LIBRARY }))
    }
}

/// Whether micropython-lib is known; an empty variable is one that isn't set.
fn is_known(places: &Places) -> bool {
    places
        .variable(MICROPYTHON_LIB)
        .is_some_and(|folder| !folder.is_empty())
}

/// The first folder of this name, at any depth, that has a manifest.
fn find(walker: &mut Walker, library: &str, name: &str) -> Result<Option<String>, Raise> {
    let mut found = None;
    walker.walk(library, Links::Left, &mut |folder, files| {
        let here = paths::name(folder) == name && files.iter().any(|file| file == "manifest.py");
        found = here.then(|| folder.to_string());
        Ok(!here)
    })?;
    Ok(found)
}
