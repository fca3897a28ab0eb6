//! The libraries in which `require` looks for packages.

use std::collections::BTreeMap;

use super::failure::{Raise, WITHOUT_LIBRARY};
use super::paths;
use super::places::Places;
use super::walk::{Links, Walker};

/// The variable that names a checkout of micropython-lib.
const MICROPYTHON_LIB: &str = "MPY_LIB_DIR";

/// The folders of micropython-lib that are searched where `require` names no library.
const FOLDERS: [&str; 3] = ["micropython", "python-stdlib", "python-ecosys"];

/// The help text for a package that isn't found.
const A_PACKAGE: &str =
    "a package is a folder of this name with a manifest.py, at any depth of a library";

/// The known libraries.
#[derive(Debug, Default)]
pub(super) struct Libraries {
    named: BTreeMap<String, String>,
    /// The folders of all libraries, in the order in which they are searched.
    folders: Vec<String>,
}

impl Libraries {
    /// Returns the libraries of micropython-lib, or none if its folder isn't known.
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

    /// Adds a library, which is searched before all others if `first` is set, and after them if not.
    pub(super) fn add(&mut self, library: &str, folder: String, first: bool) {
        self.named.insert(library.to_string(), folder.clone());
        let at = if first { 0 } else { self.folders.len() };
        self.folders.insert(at, folder);
    }

    /// Finds the folder of the package `name` in the library `library`.
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

    /// Finds the folder of the package `name` in any library. `unix_ffi` puts micropython-lib's `unix-ffi` first.
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

/// Returns true if the folder of micropython-lib is known. An empty variable counts as unset.
fn is_known(places: &Places) -> bool {
    places
        .variable(MICROPYTHON_LIB)
        .is_some_and(|folder| !folder.is_empty())
}

/// Finds the first folder of this name, at any depth of the library, that has a manifest.
fn find(walker: &mut Walker, library: &str, name: &str) -> Result<Option<String>, Raise> {
    let mut found = None;
    walker.walk(library, Links::Left, &mut |folder, files| {
        let here = paths::name(folder) == name && files.iter().any(|file| file == "manifest.py");
        found = here.then(|| folder.to_string());
        Ok(!here)
    })?;
    Ok(found)
}
