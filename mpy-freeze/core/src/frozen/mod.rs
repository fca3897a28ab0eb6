//! The Python side: turns Python sources and compiled modules into Rust statics in ROM.
//!
//! The `freeze!` macro calls [`Freeze`]. It reads nothing but the sources and the [`Context`] that `Build` left, and
//! returns the items that libmicropython looks for when it imports a frozen module.

mod cache;
mod compile;
pub(crate) mod dump;
pub(crate) mod emit;
mod image;
mod inputs;
mod kind;
mod link;
pub mod manifest;
pub mod mpy;
mod size;
mod text;

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;

use crate::Context;
use crate::error::{Error, Problem, Result};
use crate::record::{self, Watched};

pub use size::Size;

/// The inputs to freeze, with the options.
///
/// ```no_run
/// # fn main() -> Result<(), mpy_freeze_core::Error> {
/// use std::path::Path;
/// use mpy_freeze_core::{Context, frozen::Freeze};
///
/// let context = Context::load(Path::new("target/out"))?;
/// let frozen = Freeze::new(&context, Path::new("."))
///     .input("app/")
///     .optimisation(2)
///     .cache(Path::new("target/out/mpy-freeze/mpy"))
///     .run()?;
/// println!("{} modules", frozen.size.modules);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Freeze<'a> {
    context: &'a Context,
    base: PathBuf,
    inputs: Vec<inputs::Input>,
    modules: Vec<TokenStream>,
    optimisation: u8,
    cache: PathBuf,
}

/// Frozen modules.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Frozen {
    /// The items that define the modules.
    pub tokens: TokenStream,
    /// The sources and manifests that the modules were made from. The tokens make the compiler depend on each.
    pub sources: Vec<PathBuf>,
    /// The inputs that are folders. The compiler can't notice a new file in one of them.
    pub folders: Vec<PathBuf>,
    /// The ROM that the modules take.
    pub size: Size,
}

impl<'a> Freeze<'a> {
    /// Starts without inputs, for the firmware that `context` describes. Inputs are relative to `base`.
    pub fn new(context: &'a Context, base: &Path) -> Self {
        Self {
            context,
            base: base.to_path_buf(),
            inputs: Vec::new(),
            modules: Vec::new(),
            optimisation: 0,
            cache: base.join("target").join("mpy-freeze"),
        }
    }

    /// Adds a folder, whose modules keep their paths below it, or a `.py` or `.mpy` file, which keeps its name. A file
    /// that is called `manifest.py` or `manifest_*.py` is a manifest.
    pub fn input(&mut self, path: impl Into<PathBuf>) -> &mut Self {
        self.add(path.into(), false)
    }

    /// Adds a folder or a `.py` file like [`input`](Self::input), to be frozen as source text: the firmware compiles
    /// it whenever it is imported, as upstream's `freeze_as_str` has it.
    pub fn text(&mut self, path: impl Into<PathBuf>) -> &mut Self {
        self.add(path.into(), true)
    }

    fn add(&mut self, path: PathBuf, as_text: bool) -> &mut Self {
        self.inputs.push(inputs::Input::Path { path, as_text });
        self
    }

    /// Adds a manifest: its path, which ends in `.py`, or its source.
    ///
    /// If `FROZEN_MANIFEST` was set in the build's environment, its manifest replaces all others.
    pub fn manifest(&mut self, manifest: impl Into<String>) -> &mut Self {
        self.inputs.push(inputs::Input::Manifest(manifest.into()));
        self
    }

    /// Adds a Python module that is written in Rust, by the path of its `mod` as the emitted items see it.
    pub fn module(&mut self, path: TokenStream) -> &mut Self {
        self.modules.push(path);
        self
    }

    /// Sets the compiler's optimisation level: 1 drops `assert`, 2 also makes `__debug__` false, 3 also drops
    /// line numbers. The default is 0.
    pub fn optimisation(&mut self, level: u8) -> &mut Self {
        self.optimisation = level;
        self
    }

    /// Sets the folder in which compiled files are kept.
    pub fn cache(&mut self, folder: &Path) -> &mut Self {
        self.cache = folder.to_path_buf();
        self
    }

    /// Freezes the inputs.
    ///
    /// # Errors
    ///
    /// The error of the first stage that failed, with every problem that it found: [`Error::Inputs`],
    /// [`Error::Compile`], [`Error::Mpy`] or [`Error::Link`], and [`Error::Io`] where the cache can't be written.
    pub fn run(&self) -> Result<Frozen> {
        let found = inputs::find(self.context, &self.base, &self.inputs)?;
        let files = found.sources.iter().map(|source| source.path.clone());
        let sources: Vec<PathBuf> = files.chain(found.manifests).collect();
        let (texts, modules) = found
            .sources
            .into_iter()
            .partition(|source| source.kind == kind::Kind::Text);
        let compiled = compile::compile(self.context, self.optimisation, &self.cache, modules)?;
        let parsed = parse(self.context, &compiled)?;
        let image = link::link(self.context, &link_inputs(&compiled, &parsed), &texts)?;
        let tokens = emit::emit(self.context, &image, &self.base, &sources, &self.modules);
        Ok(Frozen {
            tokens,
            sources,
            folders: found.folders,
            size: Size::of(self.context, &image),
        })
    }
}

/// Runs the parse stage for all modules.
fn parse(context: &Context, compiled: &[compile::Compiled]) -> Result<Vec<mpy::Mpy>> {
    let mut parsed = Vec::new();
    let mut problems = Vec::new();
    for module in compiled {
        match mpy::read(&module.mpy, context.facts.mpy_version) {
            Ok(mpy) => parsed.push(mpy),
            Err(fault) if module.given => problems.push(
                Problem::new(fault.message)
                    .file(&module.path)
                    .offset(fault.offset)
                    .help(format!(
                        "compile it again, with the mpy-cross of MicroPython {}",
                        context.micropython
                    )),
            ),
            Err(fault) => problems.push(
                Problem::new(format!(
                    "MicroPython's compiler wrote a file that can't be read: at byte {}, {}",
                    fault.offset, fault.message
                ))
                .file(&module.path)
                .help("run `cargo clean` and build again"),
            ),
        }
    }
    if problems.is_empty() {
        Ok(parsed)
    } else {
        Err(Error::Mpy(problems))
    }
}

fn link_inputs<'a>(
    compiled: &'a [compile::Compiled],
    parsed: &'a [mpy::Mpy],
) -> Vec<link::Input<'a>> {
    let modules = compiled.iter().zip(parsed);
    modules
        .map(|(module, mpy)| link::Input {
            path: &module.path,
            target: &module.target,
            mpy,
            given: module.given,
        })
        .collect()
}

impl Frozen {
    /// Records for the build script, in `OUT_DIR/mpy-freeze/inputs`, the folders that it has to watch and doesn't yet.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file can't be written.
    pub fn record_inputs(&self, context: &Context, out_dir: &Path) -> Result<()> {
        let watched = |folder: &&PathBuf| {
            let mut watched = context.watched.iter();
            !watched.any(|watched| folder.starts_with(watched))
        };
        let folders = self.folders.iter().filter(watched);
        record::record(out_dir, folders.map(|folder| Watched::Path(folder.clone())))
    }
}

/// Records for the build script the variable that a manifest lacks, so that it runs again when the variable is set.
///
/// `error` is that of [`Freeze::run`]. The build script itself can't know the variables that manifests have of their
/// own.
///
/// # Errors
///
/// [`Error::Io`] if the file can't be written.
pub fn record_failure(error: &Error, out_dir: &Path) -> Result<()> {
    match error {
        Error::Variable(name, _) => record::record(out_dir, [Watched::Variable(name.clone())]),
        _ => Ok(()),
    }
}
