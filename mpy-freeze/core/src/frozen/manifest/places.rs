//! Where things are that a manifest names: the variables of paths, and the folder that relative ones start at.

use std::path::Path;

use super::paths;

/// What paths mean to the manifest that runs.
#[derive(Debug)]
pub(super) struct Places {
    /// Names and values, which replace `$(NAME)` in this order.
    variables: Vec<(String, String)>,
    /// The folder of the manifest that runs.
    folder: String,
}

impl Places {
    pub(super) fn new(variables: Vec<(String, String)>, folder: String) -> Self {
        Self { variables, folder }
    }

    /// The value of a variable.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A path without variables, absolute.
    pub(super) fn resolve(&self, path: &str) -> String {
        let mut path = path.to_string();
        for (name, value) in &self.variables {
            path = path.replace(&format!("$({name})"), value);
        }
        paths::absolute(&self.folder, &path)
    }

    /// Where a manifest to include lies: the file itself, or the one in the folder of this name.
    pub(super) fn manifest(&self, manifest: &str) -> String {
        let path = self.resolve(manifest);
        if Path::new(&path).is_dir() {
            paths::join(&path, "manifest.py")
        } else {
            path
        }
    }

    /// Relative paths start at this folder from now on; returns where they did before.
    pub(super) fn enter(&mut self, folder: String) -> String {
        std::mem::replace(&mut self.folder, folder)
    }
}
