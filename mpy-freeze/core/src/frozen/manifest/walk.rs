//! Walks through folders, in an order that is the same on every machine and with an end.

use super::failure::Raise;
use super::paths;
use crate::fs;

/// What manifests may look at: a walk through a whole disk is not what anybody means.
const MOST_ENTRIES: usize = 500_000;

/// How deep the folders of a walk may lie in one another, which ends a circle of links.
const DEEPEST_FOLDER: usize = 64;

/// Which folders a walk enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// Those that are linked too.
    Followed,
    /// None that is a link.
    Left,
}

/// What a walk calls with each folder and the names of its files, until it says that it is enough.
type Visit<'a> = dyn FnMut(&str, &[String]) -> Result<bool, Raise> + 'a;

/// All walks of a run, which have one end together.
#[derive(Debug, Default)]
pub(super) struct Walker {
    looked_at: usize,
}

impl Walker {
    /// Visits folders from the top, each with the names of its files, until `visit` says that it is enough.
    ///
    /// Upstream's tool takes files in the order in which the system lists them, which is another on another
    /// machine; here they come in the order of their names. A folder that can't be listed has no files.
    pub(super) fn walk(
        &mut self,
        folder: &str,
        links: Links,
        visit: &mut Visit<'_>,
    ) -> Result<(), Raise> {
        self.below(folder, links, 0, visit).map(|_| ())
    }

    /// Whether the walk goes on after this folder.
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

    /// The names of the folders to enter, and of the files.
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
                // What nobody asks for may have any name.
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
    /// Where they are too many.
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

/// Whether a file of this name may be frozen.
fn is_module(name: &str) -> bool {
    matches!(paths::extension(name).as_str(), ".py" | ".mpy")
}
