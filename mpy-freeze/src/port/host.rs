//! Programs for the host, built from the same source as the firmware's runtime: the compiler, and the VM that
//! runs manifests.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::archive::run_quietly;
use super::collected;
use super::fresh::Freshness;
use super::genhdr;
use super::objects;
use super::program::Program;
use super::source::Source;
use super::target::Target;
use super::toolchain::{Choice, Compiler};
use crate::error::{Error, Problem, Result};
use crate::fs;

/// What the programs for the host are built with.
pub(crate) struct Host<'a> {
    pub(crate) source: &'a Source,
    pub(crate) freshness: &'a Freshness,
    pub(crate) workers: NonZeroUsize,
    compiler: Compiler,
}

impl<'a> Host<'a> {
    /// Finds the compiler of the Rust host `triple`.
    ///
    /// # Errors
    ///
    /// [`Error::Toolchain`] where there is none.
    pub(crate) fn new(
        source: &'a Source,
        triple: &str,
        freshness: &'a Freshness,
        workers: NonZeroUsize,
    ) -> Result<Self> {
        let target = Target::new(triple, None)?;
        Ok(Self {
            source,
            freshness,
            workers,
            compiler: Compiler::find(&target, triple, &Choice::Automatic)?,
        })
    }

    /// Builds `program` and returns the path of the executable file `name` in its folder.
    ///
    /// # Errors
    ///
    /// Those of the stages; [`Error::Archive`] where linking fails.
    pub(crate) fn build(&self, program: &Program, name: &str) -> Result<PathBuf> {
        let (source, freshness) = (self.source, self.freshness);
        let version = genhdr::mpversion(source);
        genhdr::write(&program.out, "mpversion.h", &version, freshness)?;
        collected(
            source,
            program,
            &self.compiler,
            &[],
            freshness,
            self.workers,
        )?;
        let objects = objects::compile(program, &self.compiler, freshness, self.workers)?;
        self.link(&program.out.join(name), &objects)
    }

    fn link(&self, program: &Path, objects: &objects::Objects) -> Result<PathBuf> {
        let command = format!("{} {:?}", self.compiler.identity(), objects.paths);
        if objects.compiled == 0 && self.freshness.is_fresh(program, &command) {
            return Ok(program.to_owned());
        }
        let started = SystemTime::now();
        let finished = fs::temporary_beside(program)?;
        let mut linker = self.compiler.command();
        linker
            .args(&objects.paths)
            .arg("-o")
            .arg(&finished)
            .arg("-lm");
        let run = run_quietly(&mut linker);
        if let Err(message) = run {
            // What a failed linker leaves is of no use; the message is.
            let _ = fs::remove_if_exists(&finished);
            let name = program.file_name().unwrap_or_default().to_string_lossy();
            return Err(Error::Archive(vec![
                Problem::new(format!("{name} can't be linked: {message}")).file(program),
            ]));
        }
        self.freshness.invalidate(program)?;
        fs::rename(&finished, program)?;
        self.freshness
            .record(program, &command, &objects.paths, started)?;
        Ok(program.to_owned())
    }
}
