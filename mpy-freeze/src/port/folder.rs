//! The files in a folder of a source tree.

use std::path::Path;

use crate::error::{Error, Problem, Result};

/// The names, without their extension, of the files directly in a folder of a source tree that `wanted` takes, sorted.
///
/// # Errors
///
/// [`Error::Source`] where there are none.
pub(crate) fn stems(
    root: &Path,
    relative: &str,
    extension: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<String>> {
    let folder = glob::Pattern::escape(&root.join(relative).display().to_string());
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::Source(vec![
            Problem::new(format!("{relative} can't be listed: {error}")).file(root),
        ])
    };
    let mut names = Vec::new();
    for path in
        glob::glob(&format!("{folder}/*.{extension}")).map_err(|error| unreadable(&error))?
    {
        let path = path.map_err(|error| unreadable(&error))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if wanted(&stem) {
            names.push(stem.into_owned());
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(Error::Source(vec![
            Problem::new(format!(
                "this source tree has no .{extension} files in {relative}"
            ))
            .file(root)
            .help("the tree is incomplete: unpack the release again"),
        ]));
    }
    Ok(names)
}
