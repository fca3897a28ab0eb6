//! The second stage: compiles Python sources to `.mpy` files with MicroPython's own compiler.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::Context;
use crate::compiler::{self, Failure, MpyCross};
use crate::error::{Error, Result};
use crate::fingerprint::fingerprint;
use crate::fs;

use super::cache::{Cache, Key};
use super::inputs::Source;
use super::kind::Kind;

/// A compiled module, whoever compiled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compiled {
    /// The source's path, for messages.
    pub(super) path: PathBuf,
    /// The source's target path.
    pub(super) target: String,
    /// True if the user gave it as a `.mpy` file.
    pub(super) given: bool,
    /// The `.mpy` file.
    pub(super) mpy: Vec<u8>,
}

/// Compiles all sources, as many at a time as the machine has cores. `.mpy` files stay as they are.
///
/// # Errors
///
/// [`Error::Compile`] with the first error of every source that the compiler rejects.
pub(super) fn compile(
    context: &Context,
    optimisation: u8,
    cache: &Path,
    sources: Vec<Source>,
) -> Result<Vec<Compiled>> {
    let compiler = Compiler::new(context, optimisation, cache)?;
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(sources.len()));
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = sources.get(index) else {
                break;
            };
            let result = compiler.compile(source);
            // A poisoned lock means that another worker panicked; its panic ends the scope below.
            done.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((index, result));
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores.min(sources.len()) {
            scope.spawn(worker);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    let results = done.into_iter().map(|(_, result)| result);
    gather(sources.iter().zip(results))
}

/// Gathers all files, or all problems if there are any.
fn gather<'a>(
    results: impl Iterator<Item = (&'a Source, std::result::Result<Vec<u8>, Failure>)>,
) -> Result<Vec<Compiled>> {
    let mut compiled = Vec::new();
    let mut problems = Vec::new();
    for (source, result) in results {
        match result {
            Ok(mpy) => compiled.push(Compiled {
                path: source.path.clone(),
                target: source.target.clone(),
                given: source.kind == Kind::Mpy,
                mpy,
            }),
            Err(Failure::Rejected(problem)) => problems.push(problem),
            // Nothing is wrong with the source, and the next one would fail in the same way.
            Err(Failure::Other(error)) => return Err(error),
        }
    }
    if problems.is_empty() {
        Ok(compiled)
    } else {
        Err(Error::Compile(problems))
    }
}

struct Compiler<'a> {
    mpy_cross: MpyCross,
    /// The identity of this build of the compiler: its size and its fingerprint.
    identity: String,
    /// The level of sources that have none of their own.
    optimisation: u8,
    cache: Cache<'a>,
}

impl<'a> Compiler<'a> {
    fn new(context: &'a Context, optimisation: u8, cache: &'a Path) -> Result<Self> {
        let program = fs::read(&context.mpy_cross).map_err(|error| {
            let problems = error.problems().iter().cloned();
            let help = "the build script builds this compiler; run `cargo clean` and build again";
            Error::Compile(problems.map(|problem| problem.help(help)).collect())
        })?;
        let mut mpy_cross = MpyCross::at(&context.mpy_cross);
        // The number of bits fits into a byte, since it is no larger than a target's word.
        mpy_cross.small_int_bits(u8::try_from(context.facts.small_int_bits).unwrap_or(u8::MAX));
        if let Some(arch) = context.native_arch {
            mpy_cross.arch(arch);
        }
        Ok(Self {
            mpy_cross,
            identity: format!("{} {:032x}", program.len(), fingerprint(&program)),
            optimisation,
            cache: Cache::new(cache),
        })
    }

    fn compile(&self, source: &Source) -> std::result::Result<Vec<u8>, Failure> {
        if source.kind == Kind::Mpy {
            return Ok(source.bytes.clone());
        }
        let mut mpy_cross = self.mpy_cross.clone();
        mpy_cross.optimisation(source.opt.unwrap_or(self.optimisation));
        let key = Key {
            compiler: &self.identity,
            flags: &mpy_cross.flags(),
            target: &source.target,
            source: &source.bytes,
        };
        if let Some(mpy) = self.cache.get(&key).map_err(Failure::Other)? {
            return Ok(mpy);
        }
        let mpy = mpy_cross
            .try_compile(&source.bytes, &source.target, &source.path)
            .map_err(for_a_firmware)?;
        self.cache.put(&key, &mpy).map_err(Failure::Other)?;
        Ok(mpy)
    }
}

/// Adds a help text for a firmware to the error that native code has no instruction set.
fn for_a_firmware(failure: Failure) -> Failure {
    match failure {
        Failure::Rejected(problem) if compiler::is_invalid_arch(&problem) => {
            Failure::Rejected(problem.help(
                "the firmware runs no native code: let build.rs turn it on with `Build::native_code(true)`, or \
                 remove the @micropython decorator",
            ))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_is_not_there() {
        let context = Context {
            mpy_cross: "/nowhere/mpy-cross".into(),
            ..crate::context::tests::sample()
        };
        let error = compile(&context, 0, Path::new("/nowhere"), Vec::new()).unwrap_err();
        assert!(error.to_string().contains("cargo clean"), "{error}");
    }
}
