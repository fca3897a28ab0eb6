//! The places that a manifest's paths refer to: the variables, and the folder at which relative paths start.

use std::path::Path;

use super::paths;

/// The meaning of paths in the running manifest.
#[derive(Debug)]
pub(super) struct Places {
    /// Names and values. The values replace `$(NAME)` in paths, in this order.
    variables: Vec<(String, String)>,
    /// The folder of the running manifest.
    folder: String,
}

impl Places {
    pub(super) fn new(variables: Vec<(String, String)>, folder: String) -> Self {
        Self { variables, folder }
    }

    /// Returns the value of a variable.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Replaces the variables in a path and makes the path absolute.
    pub(super) fn resolve(&self, path: &str) -> String {
        let mut path = path.to_string();
        for (name, value) in &self.variables {
            path = path.replace(&format!("$({name})"), value);
        }
        paths::absolute(&self.folder, &path)
    }

    /// Returns the path of a manifest to include. A folder stands for the `manifest.py` in it.
    pub(super) fn manifest(&self, manifest: &str) -> String {
        let path = self.resolve(manifest);
        if Path::new(&path).is_dir() {
            paths::join(&path, "manifest.py")
        } else {
            path
        }
    }

    /// Makes relative paths start at this folder, and returns the folder at which they started before.
    pub(super) fn enter(&mut self, folder: String) -> String {
        std::mem::replace(&mut self.folder, folder)
    }
}
