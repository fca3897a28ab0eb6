//! All file access. Every message names the path, and no reader ever sees a half-written file.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the module that the rule sends everybody to"
)]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use crate::error::{Error, Result};

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Error::io("read", path, &error))
}

/// Reads a file that must be UTF-8.
pub fn read_to_string(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::io("read", path, &error))
}

/// Reads a file that may not be there yet.
pub fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path, &error)),
    }
}

/// Creates a folder and those above it.
pub fn create_dir_all(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| Error::io("create the folder", path, &error))
}

/// Writes a file unless it has these contents already, so that its time changes only with its contents.
///
/// The bytes go to a temporary file in the same folder, which is then renamed. Another process that reads at the same
/// time, or after this one was killed, sees the old contents or the new ones. Returns true if the file was written.
pub fn write_if_changed(path: &Path, contents: &[u8]) -> Result<bool> {
    if read_if_exists(path)?.as_deref() == Some(contents) {
        return Ok(false);
    }
    let temporary = temporary_beside(path)?;
    let written = fs::File::create(&temporary).and_then(|mut file| file.write_all(contents));
    if let Err(error) = written {
        // The rename never happens, so the leftover is of no use; failing to remove it changes nothing.
        let _ = fs::remove_file(&temporary);
        return Err(Error::io("write", path, &error));
    }
    rename(&temporary, path)?;
    Ok(true)
}

/// Copies a file with its permissions unless the copy has these contents already, as [`write_if_changed`] writes one.
pub fn copy_if_changed(from: &Path, to: &Path) -> Result<()> {
    if read_if_exists(to)? == Some(read(from)?) {
        return Ok(());
    }
    let temporary = temporary_beside(to)?;
    if let Err(error) = fs::copy(from, &temporary) {
        // The rename never happens, so the leftover is of no use; failing to remove it changes nothing.
        let _ = fs::remove_file(&temporary);
        return Err(Error::io("write", to, &error));
    }
    rename(&temporary, to)
}

/// Sets the time that a file was written.
pub fn set_modified(path: &Path, time: SystemTime) -> Result<()> {
    let file = fs::File::options().append(true).open(path);
    file.and_then(|file| file.set_modified(time))
        .map_err(|error| Error::io("set the time of", path, &error))
}

/// Returns the time that a file was written, or nothing if the system doesn't tell.
pub fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// Moves a finished file to its final name.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| {
        let _ = fs::remove_file(from);
        Error::io("write", to, &error)
    })
}

/// Removes a file if it is there.
pub fn remove_if_exists(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove", path, &error))
        }
        _ => Ok(()),
    }
}

/// Returns a name in the same folder that no other process or thread uses, for output that is renamed when complete.
///
/// The folder is created. The extension is kept, since some tools look at it.
pub fn temporary_beside(path: &Path) -> Result<PathBuf> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path
        .extension()
        .map(|extension| format!(".{}", extension.to_string_lossy()))
        .unwrap_or_default();
    Ok(path.with_file_name(format!(
        ".{stem}.{}-{count}.tmp{extension}",
        std::process::id()
    )))
}

/// File access with the system's own errors, for callers that need more of them than a message: what goes wrong in a
/// manifest is an `OSError`, which carries the system's number.
pub mod raw {
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};

    /// Reads a file.
    pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    /// Lists a folder, in the system's order.
    pub fn read_dir(folder: impl AsRef<Path>) -> io::Result<fs::ReadDir> {
        fs::read_dir(folder)
    }

    /// Returns what the system knows of a file or folder, or of what a link leads to.
    pub fn metadata(path: impl AsRef<Path>) -> io::Result<fs::Metadata> {
        fs::metadata(path)
    }

    /// Returns the absolute path without links.
    pub fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }
}
