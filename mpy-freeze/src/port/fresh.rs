//! Decides by contents, not by times, if a step's output is still what its inputs would give.
//!
//! Beside each output lies a stamp: a hash of the command, then a hash and a path for each file that the
//! command read. File times lie after a checkout, a restored cache or a wrong clock; contents don't.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use crate::error::Result;
use crate::fs;

/// Knows the contents of every file that it was asked about during one build, reading each once.
#[derive(Debug, Default)]
pub(crate) struct Freshness {
    hashes: Mutex<HashMap<PathBuf, Option<u64>>>,
}

impl Freshness {
    /// Returns true if `output` exists and was made by `command` from files that haven't changed since.
    pub(crate) fn is_fresh(&self, output: &Path, command: &str) -> bool {
        output.exists() && self.stamp_matches(output, command).unwrap_or(false)
    }

    fn stamp_matches(&self, output: &Path, command: &str) -> Option<bool> {
        let bytes = fs::read_if_exists(&beside(output, "stamp")).ok()??;
        let text = String::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        if lines.next()? != hex(hash(command.as_bytes())) {
            return Some(false);
        }
        for line in lines {
            let (expected, path) = line.split_once(' ')?;
            if self.content_hash(Path::new(path)).map(hex).as_deref() != Some(expected) {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Takes back what is noted of `output`, before it is replaced.
    ///
    /// Otherwise a build that is killed in between would leave a note about the old output beside the new one.
    pub(crate) fn invalidate(&self, output: &Path) -> Result<()> {
        fs::remove_if_exists(&beside(output, "stamp"))?;
        fs::remove_if_exists(&beside(output, "text"))
    }

    /// Notes that `command`, which began at `started`, made `output` from `inputs`; to be called when the output
    /// is complete.
    pub(crate) fn record(
        &self,
        output: &Path,
        command: &str,
        inputs: &[PathBuf],
        started: SystemTime,
    ) -> Result<()> {
        let mut text = format!("{}\n", hex(hash(command.as_bytes())));
        for input in inputs {
            // What is gone already, or was saved while the command ran, can't be vouched for: the next build
            // looks again.
            let vouched = fs::modified(input).is_some_and(|modified| modified <= started);
            let hash = self.content_hash(input).filter(|_| vouched).map(hex);
            // Writing to a String can't fail.
            let _ = writeln!(
                text,
                "{} {}",
                hash.as_deref().unwrap_or("unknown"),
                input.display()
            );
        }
        fs::write_if_changed(&beside(output, "stamp"), text.as_bytes())?;
        Ok(())
    }

    /// Returns true if `output` was made from the text with this hash, however old its inputs look.
    pub(crate) fn is_same_text(&self, output: &Path, text: &str) -> bool {
        let kept = fs::read_if_exists(&beside(output, "text")).ok().flatten();
        output.exists() && kept.as_deref() == Some(text.as_bytes())
    }

    /// Notes the hash of the text that `output` was made from; to be called when the output is complete.
    pub(crate) fn record_text(&self, output: &Path, text: &str) -> Result<()> {
        fs::write_if_changed(&beside(output, "text"), text.as_bytes())?;
        Ok(())
    }

    /// Every file whose contents this build has looked at.
    pub(crate) fn seen(&self) -> BTreeSet<PathBuf> {
        let hashes = self.hashes.lock();
        hashes
            .map(|hashes| hashes.keys().cloned().collect())
            .unwrap_or_default()
    }

    /// Writes a file that later steps read, where its contents changed.
    ///
    /// # Errors
    ///
    /// [`Error::Io`](crate::Error::Io) where it can't be written.
    pub(crate) fn write(&self, path: &Path, contents: &[u8]) -> Result<()> {
        if fs::write_if_changed(path, contents)?
            && let Ok(mut hashes) = self.hashes.lock()
        {
            hashes.remove(path);
        }
        Ok(())
    }

    fn content_hash(&self, path: &Path) -> Option<u64> {
        if let Some(known) = self.hashes.lock().ok()?.get(path) {
            return *known;
        }
        let computed = fs::read_if_exists(path).ok()?.map(|bytes| hash(&bytes));
        self.hashes.lock().ok()?.insert(path.to_owned(), computed);
        computed
    }
}

/// The files of a Makefile rule as `-MD` writes it: what follows the first colon, with `\ ` for a blank.
pub(crate) fn parse_depfile(text: &str) -> Vec<PathBuf> {
    let Some((_, files)) = text.split_once(": ") else {
        return Vec::new();
    };
    let mut paths = Vec::new();
    let mut current = String::new();
    let mut chars = files.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if matches!(chars.peek(), Some(' ' | '#')) => current.extend(chars.next()),
            '\\' if matches!(chars.peek(), Some('\n' | '\r')) => {}
            '$' if chars.peek() == Some(&'$') => current.extend(chars.next()),
            c if c.is_ascii_whitespace() => {
                if !current.is_empty() {
                    paths.push(PathBuf::from(std::mem::take(&mut current)));
                }
            }
            c => current.push(c),
        }
    }
    if !current.is_empty() {
        paths.push(PathBuf::from(current));
    }
    paths
}

/// The file beside an output that tells of it.
fn beside(output: &Path, kind: &str) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".");
    name.push(kind);
    name.into()
}

pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_depfile_names_what_was_read() {
        let text = "out.o: a.c \\\n  dir/with\\ blank.h \\\n  b.h\n";
        let expected = ["a.c", "dir/with blank.h", "b.h"].map(PathBuf::from);
        assert_eq!(parse_depfile(text), expected);
    }
}
