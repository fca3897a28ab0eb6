//! Puts the objects into the static library that Cargo links.

use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use super::inputs::Inputs;
use super::objects::Objects;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// Writes `libmicropython.a`, unless it holds these very objects already, and returns its path.
///
/// # Errors
///
/// [`Error::Archive`] with the archiver's message.
pub(crate) fn archive(inputs: &Inputs, objects: &Objects) -> Result<PathBuf> {
    let archive = inputs.out.join("libmicropython.a");
    let (archiver, freshness) = (&inputs.archiver, inputs.workbench().freshness);
    let command = format!("{archiver:?} {:?}", objects.paths);
    if objects.compiled == 0 && freshness.is_fresh(&archive, &command) {
        return Ok(archive);
    }
    let started = SystemTime::now();
    let finished = fs::temporary_beside(&archive)?;
    // D: no times and owners in the archive, so that the same objects make the same bytes.
    let mut archiving = Command::new(archiver);
    archiving.arg("rcsD").arg(&finished).args(&objects.paths);
    let run = run_quietly(archiving.env("LC_ALL", "C"));
    if let Err(message) = run {
        // What a failed archiver leaves is of no use; the message is.
        let _ = fs::remove_if_exists(&finished);
        return Err(Error::Archive(vec![
            Problem::new(format!(
                "{} can't write the archive: {message}",
                archiver.display()
            ))
            .file(archive),
        ]));
    }
    freshness.invalidate(&archive)?;
    fs::rename(&finished, &archive)?;
    freshness.record(&archive, &command, &objects.paths, started)?;
    Ok(archive)
}

/// Runs a tool that says nothing unless it fails; the error is why it doesn't run, or what it said.
pub(crate) fn run_quietly(tool: &mut Command) -> std::result::Result<(), String> {
    let output = tool.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_string())
}
