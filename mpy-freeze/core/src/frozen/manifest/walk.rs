//! Walks through folders, within limits and in an order that is the same on every machine.

use super::failure::Raise;
use super::paths;
use crate::fs;

/// The most files and folders that manifests may look at. Nobody means a manifest to walk through a whole disk.
const MOST_ENTRIES: usize = 500_000;

/// The greatest depth of folders in a walk, which also ends a circle of links.
const DEEPEST_FOLDER: usize = 64;

/// The treatment of links to folders in a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// The walk enters linked folders too.
    Followed,
    /// The walk leaves linked folders out.
    Left,
}

/// The function that a walk calls with each folder and the names of its files. It returns true to go on.
type Visit<'a> = dyn FnMut(&str, &[String]) -> Result<bool, Raise> + 'a;

/// All walks of a run, which share one limit of files and folders.
#[derive(Debug, Default)]
pub(super) struct Walker {
    looked_at: usize,
}

impl Walker {
    /// Visits folders from the top, each with the names of its files, until `visit` returns false.
    ///
    /// Upstream's tool takes files in the order in which the system lists them, which differs between machines. Here
    /// they come in the order of their names. A folder that can't be listed counts as empty.
    pub(super) fn walk(
        &mut self,
        folder: &str,
        links: Links,
        visit: &mut Visit<'_>,
    ) -> Result<(), Raise> {
        self.below(folder, links, 0, visit).map(|_| ())
    }

    /// Visits a folder and the folders below it. Returns true if the walk goes on after them.
    fn below(
        &mut self,
        folder: &str,
        links: Links,
        depth: usize,
        visit: &mut Visit<'_>,
    ) -> Result<bool, Raise> {
        if depth > DEEPEST_FOLDER {
            return Err(Raise::manifest(format!(
                "folders lie {DEEPEST_FOLDER} deep in one another, as links in a circle do: {folder}"
            )));
        }
        let (folders, files) = self.list(folder, links)?;
        if !visit(folder, &files)? {
            return Ok(false);
        }
        for name in folders {
            let inner = paths::join(folder, &name);
            if !self.below(&inner, links, depth + 1, visit)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the names of the folders to enter, and of the files.
    fn list(&mut self, folder: &str, links: Links) -> Result<(Vec<String>, Vec<String>), Raise> {
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        let Ok(listing) = fs::raw::read_dir(folder) else {
            return Ok((folders, files));
        };
        for entry in listing.flatten() {
            self.look()?;
            let is_folder = entry.path().is_dir();
            let name = match entry.file_name().into_string() {
                Ok(name) => name,
                // A file that can't be frozen may have any name.
                Err(name) if !is_folder && !is_module(&name.to_string_lossy()) => continue,
                Err(_) if links == Links::Left => continue,
                Err(_) => {
                    let path = entry.path();
                    let message = format!("the name isn't UTF-8: {}", path.display());
                    return Err(Raise::manifest(message)
                        .help("rename it: module names in a firmware are UTF-8"));
                }
            };
            if !is_folder {
                files.push(name);
            } else if links == Links::Followed
                || !entry.file_type().is_ok_and(|kind| kind.is_symlink())
            {
                folders.push(name);
            }
        }
        folders.sort();
        files.sort();
        Ok((folders, files))
    }

    /// Counts a file or folder that is looked at.
    ///
    /// # Errors
    ///
    /// An error of the manifest functions if there are too many of them.
    pub(super) fn look(&mut self) -> Result<(), Raise> {
        self.looked_at += 1;
        if self.looked_at > MOST_ENTRIES {
            return Err(Raise::manifest(format!(
                "the manifest looks at more than {MOST_ENTRIES} files and folders"
            )));
        }
        Ok(())
    }
}

/// Returns true if a file of this name can be frozen.
fn is_module(name: &str) -> bool {
    matches!(paths::extension(name).as_str(), ".py" | ".mpy")
}
