//! Keeps track of the manifests that were included and of those that are running.

use std::collections::BTreeSet;

use super::failure::Raise;

/// The greatest depth of manifests that include one another.
const DEEPEST: usize = 100;

/// A running manifest.
#[derive(Debug)]
struct Running {
    path: String,
    /// Set where a `require` included the manifest, and not an `include`.
    required: bool,
}

/// The manifests that were included, by their paths.
#[derive(Debug, Default)]
pub(super) struct Inclusions {
    visited: BTreeSet<String>,
    /// The running manifests, each included by the one before.
    running: Vec<Running>,
}

impl Inclusions {
    /// Marks the manifest at `path` as included. Returns true if it is to be run, which happens once.
    ///
    /// Libraries may need each other. A cycle with a `require` in it therefore ends as upstream's does, at the manifest
    /// that has begun already. A cycle of nothing but `include` is a mistake, since the manifest that is left out has
    /// listed only a part of its files so far.
    ///
    /// # Errors
    ///
    /// A cycle of nothing but `include`.
    pub(super) fn visit(&mut self, path: &str, required: bool) -> Result<bool, Raise> {
        if self.visited.insert(path.to_string()) {
            return Ok(true);
        }
        let Some(at) = self.running.iter().position(|known| known.path == path) else {
            return Ok(false);
        };
        let mut way = self.running.iter().skip(at + 1);
        if required || way.any(|known| known.required) {
            return Ok(false);
        }
        let message = if at + 1 == self.running.len() {
            "a cycle of inclusions: the manifest includes itself".to_string()
        } else {
            format!("a cycle of inclusions: this manifest includes {path}, which led here")
        };
        Err(Raise::manifest(message).help(
            "remove one of these inclusions; what two manifests share can be a third that both include",
        ))
    }

    /// Begins the run of a manifest.
    ///
    /// # Errors
    ///
    /// Manifests that include one another too deeply. The error names the limit.
    pub(super) fn begin(&mut self, path: &str, required: bool) -> Result<(), Raise> {
        if self.running.len() >= DEEPEST {
            let message = format!("manifests include one another {DEEPEST} deep");
            return Err(Raise::manifest(message).help("include them one after the other"));
        }
        self.running.push(Running {
            path: path.to_string(),
            required,
        });
        Ok(())
    }

    /// Ends the run that began last. Returns true if it was the outermost.
    pub(super) fn end(&mut self) -> bool {
        self.running.pop();
        self.running.is_empty()
    }
}
