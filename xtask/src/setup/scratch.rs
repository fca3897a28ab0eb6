//! A folder for half-done work, beside the trees so that a rename can move a finished one to its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use crate::host;

const PREFIX: &str = ".setup-";

/// A folder that goes when its owner does.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one in `parent`, and removes those that a killed setup left there.
    ///
    /// # Errors
    ///
    /// When the folder can't be made.
    pub fn new(parent: &Path) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        sweep(parent);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("can't make {}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be removed now is removed by the next setup.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders whose process is gone.
fn sweep(parent: &Path) {
    for folder in host::entries(parent) {
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let process = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('-').next());
        if process.is_some_and(|process| is_over(process, &folder)) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Linux tells whether a process lives; elsewhere a day without a change says it as well.
fn is_over(process: &str, folder: &Path) -> bool {
    if Path::new("/proc/self").exists() {
        return !Path::new("/proc").join(process).exists();
    }
    let changed = folder
        .metadata()
        .and_then(|data| data.modified())
        .unwrap_or(SystemTime::UNIX_EPOCH);
    changed
        .elapsed()
        .is_ok_and(|age| age > Duration::from_secs(24 * 60 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_with_its_owner_and_sweeps_the_dead() {
        let parent =
            std::env::temp_dir().join(format!("mpy-freeze-scratch-{}", std::process::id()));
        let dead = parent.join(".setup-999999999-0");
        fs::create_dir_all(&dead).unwrap();
        let scratch = Scratch::new(&parent).unwrap();
        let other = Scratch::new(&parent).unwrap();
        assert!(scratch.path().is_dir() && other.path() != scratch.path());
        assert!(!dead.exists() || !cfg!(target_os = "linux"));
        let path = scratch.path().to_path_buf();
        drop((scratch, other));
        assert!(!path.exists());
        fs::remove_dir_all(&parent).unwrap();
    }
}
