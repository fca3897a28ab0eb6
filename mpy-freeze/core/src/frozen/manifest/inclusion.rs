//! Which manifests were included, and which of them run.

use std::collections::BTreeSet;

use super::failure::Raise;

/// How deep manifests may include one another.
const DEEPEST: usize = 100;

/// A manifest that runs.
#[derive(Debug)]
struct Running {
    path: String,
    /// Whether a `require` brought it, and not an `include`.
    required: bool,
}

/// The manifests that were included, by their paths.
#[derive(Debug, Default)]
pub(super) struct Inclusions {
    visited: BTreeSet<String>,
    /// Each is included by the one before.
    running: Vec<Running>,
}

impl Inclusions {
    /// Whether the manifest at `path` is to be run, which it is once.
    ///
    /// Libraries may need each other: where a `require` is part of a cycle, it ends as upstream's does, at the
    /// manifest that has begun already. A cycle of nothing but `include` is a mistake, since the manifest that is
    /// left out has listed only a part of its files so far.
    ///
    /// # Errors
    ///
    /// Such a cycle.
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
    /// Manifests that include one another too deep, which names the depth.
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

    /// Ends the run that began last; whether it was the outermost.
    pub(super) fn end(&mut self) -> bool {
        self.running.pop();
        self.running.is_empty()
    }
}
