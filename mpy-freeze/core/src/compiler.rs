//! MicroPython's compiler as a library call: the one place that runs the program.

mod output;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::Arch;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// The sizes of the compiler's heap in bytes, unless the caller sets one. The second is for a source that the first
/// wasn't enough for.
///
/// The compiler asks the system for all of it at once but touches only what it needs.
const HEAPS: [u64; 2] = [32 << 20, 512 << 20];

/// The most bits that a small int can have: a machine word of the widest target, less the tag.
const MAX_SMALL_INT_BITS: u8 = 63;

/// MicroPython's compiler: Python source in, `.mpy` file out.
///
/// ```no_run
/// use mpy_freeze_core::{Arch, MpyCross};
///
/// # fn main() -> Result<(), mpy_freeze_core::Error> {
/// let mut mpy_cross = MpyCross::at("target/mpy-cross/mpy-cross");
/// mpy_cross.arch(Arch::Armv7m).optimisation(2).source_name("blink.py");
/// let mpy: Vec<u8> = mpy_cross.compile(b"print('hello')\n")?;
/// # Ok(())
/// # }
/// ```
///
/// The options are mpy-cross's own and have its defaults, save for the heap. [`MpyCross::command`] returns a command
/// that runs the program itself, for options that have no method here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MpyCross {
    program: PathBuf,
    arch: Option<Arch>,
    small_int_bits: Option<u8>,
    optimisation: u8,
    emit: Option<Emit>,
    heap_size: Option<u64>,
    source_name: Option<String>,
}

impl MpyCross {
    /// Takes a compiler that is built already, for example that of `Artifacts`.
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arch: None,
            small_int_bits: None,
            optimisation: 0,
            emit: None,
            heap_size: None,
            source_name: None,
        }
    }

    /// Sets the instruction set of native code (`-march`). Without one, a function that wants native code is an error.
    pub fn arch(&mut self, arch: Arch) -> &mut Self {
        self.arch = Some(arch);
        self
    }

    /// Sets the number of bits of a small int, an integer that is stored in the code itself, from 1 to 63
    /// (`-msmall-int-bits`). The default is 31. A target whose small ints have fewer bits can't load the file.
    pub fn small_int_bits(&mut self, bits: u8) -> &mut Self {
        self.small_int_bits = Some(bits);
        self
    }

    /// Sets the optimisation level (`-O`): 1 drops `assert`, 2 also makes `__debug__` false, 3 and above also drop line
    /// numbers. The default is 0.
    pub fn optimisation(&mut self, level: u8) -> &mut Self {
        self.optimisation = level;
        self
    }

    /// Sets the kind of code for functions whose decorators don't choose one (`-X emit`).
    pub fn emit(&mut self, emit: Emit) -> &mut Self {
        self.emit = Some(emit);
        self
    }

    /// Sets the size of the compiler's heap in bytes (`-X heapsize`). The default is 32 MiB, and 512 MiB for a source
    /// that needs more.
    pub fn heap_size(&mut self, bytes: u64) -> &mut Self {
        self.heap_size = Some(bytes);
        self
    }

    /// Sets the file name that the code carries and tracebacks show (`-s`). mpy-cross writes `/` for `\` in it.
    pub fn source_name(&mut self, name: impl Into<String>) -> &mut Self {
        self.source_name = Some(name.into());
        self
    }

    /// Returns the program's path.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Returns a command that runs the program, with no options yet.
    pub fn command(&self) -> Command {
        Command::new(&self.program)
    }

    /// Returns the compiler's own version text: the release of MicroPython and the version of the files that it writes.
    ///
    /// # Errors
    ///
    /// [`Error::Compile`] if the program doesn't run.
    pub fn version(&self) -> Result<String> {
        let output = self.command().arg("--version").output();
        let output = output.map_err(|error| self.does_not_run(&error))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
    }

    /// Compiles a source, and returns the `.mpy` file's bytes.
    ///
    /// Without a [`source_name`](MpyCross::source_name) the source is called `<stdin>`, as mpy-cross calls its standard
    /// input.
    ///
    /// # Errors
    ///
    /// [`Error::Compile`], with the line and its text, if the compiler rejects the source; [`Error::Config`]
    /// for an option out of its range.
    pub fn compile(&self, source: &[u8]) -> Result<Vec<u8>> {
        let name = self.source_name.as_deref().unwrap_or("<stdin>");
        self.compile_as(source, name, Path::new(name))
    }

    /// Compiles a file, and returns the `.mpy` file's bytes.
    ///
    /// Without a [`source_name`](MpyCross::source_name) the code carries the path as it is given here.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file can't be read, and those of [`MpyCross::compile`].
    pub fn compile_file(&self, file: impl AsRef<Path>) -> Result<Vec<u8>> {
        let file = file.as_ref();
        let source = fs::read(file)?;
        let path = file.to_string_lossy();
        self.compile_as(&source, self.source_name.as_deref().unwrap_or(&path), file)
    }

    fn compile_as(&self, source: &[u8], name: &str, file: &Path) -> Result<Vec<u8>> {
        let failure = match self.try_compile(source, name, file) {
            Ok(mpy) => return Ok(mpy),
            Err(failure) => failure,
        };
        Err(match failure {
            Failure::Rejected(problem) if is_invalid_arch(&problem) => {
                Error::Compile(vec![problem.help(
                    "native code needs an instruction set: name it with MpyCross::arch",
                )])
            }
            Failure::Rejected(problem) => Error::Compile(vec![problem]),
            Failure::Other(error) => error,
        })
    }

    /// Compiles a source under `name`. Problems name `file`.
    pub(crate) fn try_compile(
        &self,
        source: &[u8],
        name: &str,
        file: &Path,
    ) -> std::result::Result<Vec<u8>, Failure> {
        self.check_ranges()?;
        let heaps = match self.heap_size {
            Some(heap) => vec![heap],
            None => HEAPS.to_vec(),
        };
        let mut result = Err(Failure::Rejected(Problem::default()));
        for heap in heaps {
            let output = self.run(source, name, heap)?;
            result = output::result(&output, source, file, heap).map_err(Failure::Rejected);
            match &result {
                Err(Failure::Rejected(problem)) if problem.message.starts_with("MemoryError") => {}
                _ => break,
            }
        }
        result
    }

    fn check_ranges(&self) -> std::result::Result<(), Failure> {
        match self.small_int_bits {
            Some(bits) if bits == 0 || bits > MAX_SMALL_INT_BITS => {
                Err(Failure::Other(Error::Config(vec![
                    Problem::new(format!("a small int can't have {bits} bits"))
                        .help(format!("name a number from 1 to {MAX_SMALL_INT_BITS}")),
                ])))
            }
            _ => Ok(()),
        }
    }

    /// Returns the options, all but the heap and the names.
    pub(crate) fn flags(&self) -> Vec<String> {
        // mpy-cross reads one digit.
        let mut flags = vec![format!("-O{}", self.optimisation.min(9))];
        if let Some(bits) = self.small_int_bits {
            flags.push(format!("-msmall-int-bits={bits}"));
        }
        if let Some(arch) = self.arch {
            flags.push(format!("-march={arch}"));
        }
        if let Some(emit) = self.emit {
            flags.extend(["-X".into(), format!("emit={}", emit.name())]);
        }
        flags
    }

    /// Runs the compiler once. The source goes in and the `.mpy` comes out through pipes, so that mpy-cross compiles
    /// the very bytes that were read, and neither temporary files nor long paths can get in the way.
    fn run(&self, source: &[u8], name: &str, heap: u64) -> std::result::Result<Output, Failure> {
        let mut command = self.command();
        command
            .args(self.flags())
            .args(["-X", &format!("heapsize={heap}"), "-s", name])
            .args(["-o", "-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        feed(&mut command, source).map_err(|error| Failure::Other(self.does_not_run(&error)))
    }

    fn does_not_run(&self, error: &std::io::Error) -> Error {
        let problem = Problem::new(format!("can't run MicroPython's compiler: {error}"));
        Error::Compile(vec![problem.file(&self.program)])
    }
}

/// The reason why there is no `.mpy` file.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The compiler rejects the source.
    Rejected(Problem),
    /// The compiler doesn't work, whatever the source.
    Other(Error),
}

/// Returns true if the problem is native code for which no instruction set was named.
pub(crate) fn is_invalid_arch(problem: &Problem) -> bool {
    problem.message.ends_with("invalid arch")
}

/// Runs a command with `input` on its standard input.
fn feed(command: &mut Command, input: &[u8]) -> std::io::Result<Output> {
    let mut child = command.spawn()?;
    let pipe = child.stdin.take();
    thread::scope(|scope| {
        // The writer is a thread of its own so that neither side waits for the other with a full pipe. The write fails
        // if the compiler stopped reading at an error, which the compiler's output then tells.
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input)));
        child.wait_with_output()
    })
}

/// The kind of code that mpy-cross makes of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Emit {
    /// Bytecode.
    Bytecode,
    /// Native code with the meaning of Python, as `@micropython.native` makes.
    Native,
    /// Native code with machine integers, as `@micropython.viper` makes.
    Viper,
}

impl Emit {
    fn name(self) -> &'static str {
        match self {
            Self::Bytecode => "bytecode",
            Self::Native => "native",
            Self::Viper => "viper",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_mpy_crosses() {
        let mut mpy_cross = MpyCross::at("mpy-cross");
        assert_eq!(mpy_cross.flags(), ["-O0"]);
        mpy_cross
            .arch(Arch::Armv6m)
            .small_int_bits(31)
            .optimisation(12)
            .emit(Emit::Viper);
        let expected = [
            "-O9",
            "-msmall-int-bits=31",
            "-march=armv6m",
            "-X",
            "emit=viper",
        ];
        assert_eq!(mpy_cross.flags(), expected);
    }

    #[test]
    fn options_out_of_range_and_missing_programs_are_errors() {
        let mut mpy_cross = MpyCross::at("/nowhere/mpy-cross");
        let error = mpy_cross.compile(b"").unwrap_err().to_string();
        assert!(
            error.starts_with("/nowhere/mpy-cross: can't run"),
            "{error}"
        );
        for bits in [0, 64] {
            let error = mpy_cross.small_int_bits(bits).compile(b"").unwrap_err();
            assert!(matches!(error, Error::Config(_)), "{error}");
        }
    }
}
