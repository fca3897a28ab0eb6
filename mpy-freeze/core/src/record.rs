//! The record in which `freeze!` notes what the build script has to watch, for calls that no [scan](crate::scan) finds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::context;
use crate::error::Result;
use crate::fs;

/// Returns the file in which `freeze!` notes inputs that the build script doesn't watch yet.
pub fn record_path(out_dir: &Path) -> PathBuf {
    out_dir.join("mpy-freeze").join("inputs")
}

/// Makes the record if there is none yet, since Cargo takes a missing file for one that changed.
///
/// The new file gets an old time. Cargo dates a run of the build script by its start, and would take a file that was
/// made during the run for one that changed after it.
pub fn prepare_record(out_dir: &Path) -> Result<()> {
    let path = record_path(out_dir);
    if !path.exists() {
        fs::write_if_changed(&path, b"")?;
        fs::set_modified(&path, SystemTime::UNIX_EPOCH + Duration::from_secs(1))?;
    }
    Ok(())
}

/// Something that the build script is to watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// A file or folder, absolute.
    Path(PathBuf),
    /// A variable of manifests, by its name in them.
    Variable(String),
}

/// The first character of a variable's line. No path in the record begins with it, as all are absolute.
const VARIABLE: char = '$';

/// Adds to the record, which has one path or variable a line.
///
/// The library, the programs and the tests of a package share the record, so nothing is taken out.
pub fn record(out_dir: &Path, watched: impl IntoIterator<Item = Watched>) -> Result<()> {
    let path = record_path(out_dir);
    let earlier = fs::read_if_exists(&path)?.unwrap_or_default();
    let earlier = String::from_utf8_lossy(&earlier);
    let mut lines: BTreeSet<String> = earlier.lines().map(str::to_string).collect();
    lines.extend(watched.into_iter().map(|watched| match watched {
        Watched::Path(path) => context::escape(&path.to_string_lossy()),
        Watched::Variable(name) => format!("{VARIABLE}{}", context::escape(&name)),
    }));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write_if_changed(&path, text.as_bytes())?;
    Ok(())
}

/// Returns everything that `freeze!` noted.
pub fn recorded(out_dir: &Path) -> Vec<Watched> {
    let text = fs::read_to_string(&record_path(out_dir)).unwrap_or_default();
    text.lines()
        .filter_map(context::unescape)
        .map(|line| match line.strip_prefix(VARIABLE) {
            Some(name) => Watched::Variable(name.to_string()),
            None => Watched::Path(line.into()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn the_record_keeps_what_it_has() {
        let out = Folder::new("record");
        let folder = Watched::Path("/a\nb/$c".into());
        let variable = Watched::Variable("MY_DIR".into());
        record(out.path(), [folder.clone()]).unwrap();
        record(out.path(), [variable.clone(), folder.clone()]).unwrap();
        assert_eq!(recorded(out.path()), [variable, folder]);
    }
}
