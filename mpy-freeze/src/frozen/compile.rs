//! The second stage: Python sources to `.mpy` files, by MicroPython's own compiler.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::Context;
use crate::error::{Error, Problem, Result};
use crate::fs;

use super::cache::{Cache, Key, fingerprint};
use super::inputs::{Kind, Source};

/// The compiler's heap, in MiB, and what it gets when that wasn't enough.
///
/// The compiler asks the system for all of it at once but touches only what it needs.
const HEAPS: [u32; 2] = [32, 512];

/// A compiled module, whoever compiled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compiled {
    /// The source's path, for messages.
    pub(super) path: PathBuf,
    /// The source's target path.
    pub(super) target: String,
    /// Whether the user gave it as a `.mpy` file.
    pub(super) given: bool,
    /// The `.mpy` file.
    pub(super) mpy: Vec<u8>,
}

/// Compiles all sources, as many at a time as the machine has cores. What is compiled already stays as it is.
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

/// All files, or all problems.
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
            Err(Failure::Source(problem)) => problems.push(problem),
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

/// Why there is no `.mpy` file.
enum Failure {
    /// The compiler rejects the source.
    Source(Problem),
    /// The compiler or the cache doesn't work.
    Other(Error),
}

struct Compiler<'a> {
    program: &'a Path,
    /// Tells one build of the compiler from another.
    identity: String,
    /// The level of sources that have none of their own.
    optimisation: u8,
    flags: Vec<String>,
    cache: Cache<'a>,
}

impl<'a> Compiler<'a> {
    fn new(context: &'a Context, optimisation: u8, cache: &'a Path) -> Result<Self> {
        let program = fs::read(&context.mpy_cross).map_err(|error| {
            let problems = error.problems().iter().cloned();
            let help = "the build script builds this compiler; run `cargo clean` and build again";
            Error::Compile(problems.map(|problem| problem.help(help)).collect())
        })?;
        let mut flags = vec![format!("-msmall-int-bits={}", context.small_int_bits)];
        flags.extend(
            context
                .native_arch
                .iter()
                .map(|arch| format!("-march={arch}")),
        );
        Ok(Self {
            program: &context.mpy_cross,
            identity: format!("{} {:032x}", program.len(), fingerprint(&program)),
            optimisation,
            flags,
            cache: Cache::new(cache),
        })
    }

    /// The flags for one source.
    fn flags_for(&self, source: &Source) -> Vec<String> {
        let level = source.opt.unwrap_or(self.optimisation);
        let mut flags = vec![format!("-O{level}")];
        flags.extend(self.flags.iter().cloned());
        flags
    }

    fn compile(&self, source: &Source) -> std::result::Result<Vec<u8>, Failure> {
        if source.kind == Kind::Mpy {
            return Ok(source.bytes.clone());
        }
        let key = Key {
            compiler: &self.identity,
            flags: &self.flags_for(source),
            target: &source.target,
            source: &source.bytes,
        };
        if let Some(mpy) = self.cache.get(&key).map_err(Failure::Other)? {
            return Ok(mpy);
        }
        let mpy = self.run(source)?;
        self.cache.put(&key, &mpy).map_err(Failure::Other)?;
        Ok(mpy)
    }

    fn run(&self, source: &Source) -> std::result::Result<Vec<u8>, Failure> {
        let mut output = Err(Failure::Source(Problem::default()));
        for heap in HEAPS {
            output = self.run_with_heap(source, heap);
            match &output {
                Err(Failure::Source(problem)) if problem.message.starts_with("MemoryError") => {}
                _ => break,
            }
        }
        output
    }

    /// Runs the compiler once. The source goes in and the `.mpy` comes out through pipes, so that what is
    /// compiled is what was read, and neither temporary files nor long paths can get in the way.
    fn run_with_heap(&self, source: &Source, heap: u32) -> std::result::Result<Vec<u8>, Failure> {
        let mut command = Command::new(self.program);
        command
            .args(self.flags_for(source))
            .args(["-X", &format!("heapsize={heap}M"), "-s", &source.target])
            .args(["-o", "-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = feed(&mut command, &source.bytes).map_err(|error| {
            let problem = Problem::new(format!("can't run MicroPython's compiler: {error}"));
            Failure::Other(Error::Compile(vec![problem.file(self.program)]))
        })?;
        let errors = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && !output.stdout.is_empty() {
            return Ok(output.stdout);
        }
        Err(Failure::Source(rejection(
            source,
            &output.status.to_string(),
            &errors,
        )))
    }
}

/// Runs a command with `input` on its standard input.
fn feed(command: &mut Command, input: &[u8]) -> std::io::Result<Output> {
    let mut child = command.spawn()?;
    let pipe = child.stdin.take();
    thread::scope(|scope| {
        // The writer is a thread of its own so that neither side waits for the other with a full pipe.
        // It fails where the compiler stopped reading at an error, which its output then tells.
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input)));
        child.wait_with_output()
    })
}

/// What the compiler said about a source: `File "...", line N` and, last, the exception.
fn rejection(source: &Source, status: &str, errors: &str) -> Problem {
    let message = errors.lines().map(str::trim).rfind(|line| !line.is_empty());
    let Some(message) = message else {
        return Problem::new(format!(
            "MicroPython's compiler ended with {status} and said nothing"
        ))
        .file(&source.path);
    };
    let mut problem = Problem::new(message).file(&source.path);
    let line = errors.lines().rev().find_map(traceback_line);
    if let Some(line) = line {
        let index = usize::try_from(line)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        let text = String::from_utf8_lossy(&source.bytes);
        problem = problem.line(line, text.lines().nth(index).map(String::from));
    }
    if message.starts_with("MemoryError") {
        let [.., heap] = HEAPS;
        problem = problem.help(format!(
            "the compiler had {heap} MiB: split the module into smaller ones"
        ));
    } else if message.ends_with("name too long") {
        problem = problem.help("MicroPython's names end at 255 bytes");
    } else if message.ends_with("invalid arch") {
        problem = problem.help(
            "the firmware runs no native code: let build.rs turn it on with `Build::native_code(true)`, or remove \
             the @micropython decorator",
        );
    }
    problem
}

/// The number in a traceback's `File "main.py", line 3` or `File "main.py", line 3, in f`.
fn traceback_line(line: &str) -> Option<u32> {
    let rest = line.trim_start().strip_prefix("File ")?;
    let (_, rest) = rest.rsplit_once("\", line ")?;
    let digits = rest.split(',').next()?;
    digits.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_numbers_of_tracebacks() {
        assert_eq!(traceback_line("  File \"<stdin>\", line 3"), Some(3));
        assert_eq!(
            traceback_line("  File \"a, line 9.py\", line 12, in f"),
            Some(12)
        );
        assert_eq!(traceback_line("Traceback (most recent call last):"), None);
    }

    fn rejected(errors: &str) -> String {
        let source = Source {
            path: "app/main.py".into(),
            target: "main.py".into(),
            kind: Kind::Python,
            bytes: "x = 1\ndef f(:\n".into(),
            opt: None,
        };
        rejection(&source, "exit status: 1", errors).to_string()
    }

    #[test]
    fn a_syntax_error_shows_the_source() {
        let errors = "Traceback (most recent call last):\n  File \"<stdin>\", line 2\n\
                      SyntaxError: invalid syntax\n";
        assert_eq!(
            rejected(errors),
            "app/main.py:2: SyntaxError: invalid syntax\n  2 | def f(:"
        );
    }

    #[test]
    fn a_line_that_is_not_there_is_shown_without_text() {
        let errors = "  File \"<stdin>\", line 4\nSyntaxError: invalid syntax\n";
        assert_eq!(
            rejected(errors),
            "app/main.py:4: SyntaxError: invalid syntax"
        );
    }

    #[test]
    fn other_failures_say_what_to_do() {
        assert!(rejected("MemoryError: memory allocation failed\n").contains("512 MiB"));
        assert!(rejected("RuntimeError: name too long\n").contains("255 bytes"));
        assert!(rejected("").contains("exit status: 1"));
    }

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
