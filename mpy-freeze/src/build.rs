//! The builder that a firmware's build script uses.

use std::path::{Path, PathBuf};

use crate::cargo;
use crate::context::{Float, LongInt};
use crate::error::Result;
use crate::port::{Artifacts, Choice, Config, Feature, RomLevel, with_features};

/// Builds MicroPython for the firmware, from the crate's build script.
///
/// ```no_run
/// // build.rs
/// use mpy_freeze::{Build, RomLevel};
///
/// fn main() {
///     Build::new().rom_level(RomLevel::ExtraFeatures).build();
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Build {
    pub(crate) micropython: Option<PathBuf>,
    pub(crate) objects: Option<PathBuf>,
    pub(crate) mbedtls: Option<PathBuf>,
    pub(crate) compiler: Option<PathBuf>,
    pub(crate) mpconfigport: Option<PathBuf>,
    pub(crate) c_files: Vec<PathBuf>,
    pub(crate) qstr_defs: Vec<PathBuf>,
    pub(crate) manifests: Option<bool>,
    pub(crate) manifest_variables: Vec<(String, String)>,
    pub(crate) python_names: Vec<String>,
    pub(crate) stubs: Option<PathBuf>,
    pub(crate) config: Config,
    pub(crate) target: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) out_dir: Option<PathBuf>,
}

impl Build {
    /// A build with the defaults: [`RomLevel::ExtraFeatures`], big integers of any size, floats of the
    /// size that suits the target.
    pub fn new() -> Self {
        Self::default()
    }

    /// The MicroPython tree to build, instead of `MPY_DIR` or the newest release in the user's cache.
    pub fn micropython(&mut self, tree: impl AsRef<Path>) -> &mut Self {
        self.micropython = Some(tree.as_ref().to_owned());
        self
    }

    /// A folder where builds keep their objects and find those of others, instead of the one that
    /// `MPY_FREEZE_OBJECTS` names. It grows, and may be emptied at any time.
    pub fn objects(&mut self, folder: impl AsRef<Path>) -> &mut Self {
        self.objects = Some(folder.as_ref().to_owned());
        self
    }

    /// The tree of mbedTLS 3.6, from 3.6.3 on, to build for [`ssl`](Self::ssl), [`cryptolib`](Self::cryptolib) and
    /// [`hashlib`](Self::hashlib), instead of `MBEDTLS_DIR`, the MicroPython tree's own `lib/mbedtls` where that is
    /// filled, or the newest release in the user's cache. Without these methods none is looked for. The path is relative
    /// to the crate.
    pub fn mbedtls(&mut self, tree: impl AsRef<Path>) -> &mut Self {
        self.mbedtls = Some(tree.as_ref().to_owned());
        self
    }

    /// Sets how much of Python the firmware has.
    pub fn rom_level(&mut self, level: RomLevel) -> &mut Self {
        self.config.rom_level = level;
        self
    }

    /// Sets the type of a Python float.
    pub fn float(&mut self, float: Float) -> &mut Self {
        self.config.float = Some(float);
        self
    }

    /// Sets how integers beyond a machine word are stored.
    pub fn long_int(&mut self, long_int: LongInt) -> &mut Self {
        self.config.long_int = Some(long_int);
        self
    }

    /// Turns complex numbers on or off.
    pub fn complex(&mut self, complex: bool) -> &mut Self {
        self.config.complex = Some(complex);
        self
    }

    /// Sets whether MicroPython's error texts are stored compressed, which saves some KiB of ROM.
    pub fn compressed_errors(&mut self, compressed: bool) -> &mut Self {
        self.config.compressed_errors = Some(compressed);
        self
    }

    /// Sets whether the firmware runs machine code that MicroPython's compiler makes: functions with the decorators
    /// `@micropython.native`, `@micropython.viper` and `@micropython.asm_thumb` or `asm_rv32`, and `.mpy` files
    /// with such functions. Frozen, their code lies in ROM and runs there. Without it a decorator is an error of
    /// `freeze!`, and with it the VM has the tables that such code calls, which take some KiB of ROM.
    ///
    /// The instruction set is the Rust target's: ARMv6-M, ARMv7-M, ARMv7E-M with or without single floats,
    /// RV32IMC, or x86-64 for tests on a PC.
    pub fn native_code(&mut self, native_code: bool) -> &mut Self {
        self.config.native_code = native_code;
        self
    }

    /// Turns MicroPython's interactive prompt on or off. The runtime's `Vm::repl` runs it: with history,
    /// completion and paste mode for a person, and with the raw mode that `mpremote` and upstream's test runners speak.
    ///
    /// A terminal wants a carriage return before each line feed. With the prompt, what Python prints comes to the
    /// board with both.
    pub fn repl(&mut self, repl: bool) -> &mut Self {
        self.config.repl = repl;
        self
    }

    /// Defines a macro of MicroPython's configuration, for example `MICROPY_PY_RE` as `(0)`.
    ///
    /// All macros are listed in `py/mpconfig.h`.
    pub fn define(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.config.defines.push((name.into(), value.into()));
        self
    }

    /// A `mpconfigport.h` of the firmware's own, for more than defines; what it leaves open has the
    /// defaults of mpy-freeze. The path is relative to the crate.
    pub fn mpconfigport(&mut self, header: impl AsRef<Path>) -> &mut Self {
        self.mpconfigport = Some(header.as_ref().to_owned());
        self
    }

    /// Adds a C file of the firmware's own to the library; its qstrs, modules and root pointers are
    /// collected like MicroPython's. The path is relative to the crate.
    pub fn c_file(&mut self, file: impl AsRef<Path>) -> &mut Self {
        self.c_files.push(file.as_ref().to_owned());
        self
    }

    /// Adds a file of `Q(…)` lines, for qstrs that aren't C identifiers. The path is relative to the crate.
    pub fn qstr_defs(&mut self, file: impl AsRef<Path>) -> &mut Self {
        self.qstr_defs.push(file.as_ref().to_owned());
        self
    }

    /// Adds a name that a Python module written in Rust has.
    ///
    /// The names are found in the crate's sources. This is for those that aren't there as they are, because a macro
    /// of the crate's own writes the item.
    pub fn python_name(&mut self, name: impl Into<String>) -> &mut Self {
        self.python_names.push(name.into());
        self
    }

    /// Writes stubs (`.pyi`) of the Python modules that the crate has in Rust into a folder, so that editors complete
    /// and check the application's calls of them. The path is relative to the crate; `typings` is where Pyright looks,
    /// and mypy takes it as `mypy_path`.
    ///
    /// Files are written only where they change. A stub in the folder that no module has any more is removed, if it
    /// is one that was written here.
    pub fn stubs(&mut self, folder: impl AsRef<Path>) -> &mut Self {
        self.stubs = Some(folder.as_ref().to_owned());
        self
    }

    /// Gives the variable `$(name)` in the paths of manifests a value, for example `BOARD_DIR`.
    ///
    /// `MPY_DIR` is the MicroPython tree, and `MPY_LIB_DIR` is what the environment says, or
    /// `lib/micropython-lib` of the tree where it is filled. `MICROPY_MANIFEST_…` in the environment overrides
    /// what is set here. A value that names a file or folder of the crate becomes an absolute path.
    pub fn manifest_variable(
        &mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> &mut Self {
        self.manifest_variables.push((name.into(), value.into()));
        self
    }

    /// Sets whether to build the tools that run manifests. By default they are built where the crate's sources have a
    /// `freeze!` with a manifest, or the environment names one.
    pub fn manifests(&mut self, manifests: bool) -> &mut Self {
        self.manifests = Some(manifests);
        self
    }

    /// The C compiler, instead of the target's GCC or clang.
    pub fn compiler(&mut self, program: impl AsRef<Path>) -> &mut Self {
        self.compiler = Some(program.as_ref().to_owned());
        self
    }

    /// The Rust target, instead of Cargo's `TARGET`.
    pub fn target(&mut self, target: impl Into<String>) -> &mut Self {
        self.target = Some(target.into());
        self
    }

    /// The Rust host, instead of Cargo's `HOST`.
    pub fn host(&mut self, host: impl Into<String>) -> &mut Self {
        self.host = Some(host.into());
        self
    }

    /// The folder to write below, instead of Cargo's `OUT_DIR`.
    pub fn out_dir(&mut self, folder: impl AsRef<Path>) -> &mut Self {
        self.out_dir = Some(folder.as_ref().to_owned());
        self
    }

    /// Builds, and prints nothing.
    ///
    /// Settings that the builder leaves out are taken from Cargo's environment for build scripts.
    ///
    /// # Errors
    ///
    /// The [`Error`](crate::Error) of the first stage that fails, with everything that it found.
    pub fn try_build(&self) -> Result<Artifacts> {
        Ok(cargo::Environment::read().build(self)?.0)
    }

    /// Builds, tells Cargo what to link and to watch, and ends the build script with a message where
    /// something is wrong.
    pub fn build(&self) {
        cargo::run(self);
    }

    /// Returns the choice of the C compiler; `environment` says that one of the `cc` crate's variables is set.
    pub(crate) fn choice(&self, environment: bool) -> Choice {
        match &self.compiler {
            Some(program) => Choice::Program(program.clone()),
            None if environment => Choice::Environment,
            None => Choice::Automatic,
        }
    }
}

/// Makes a method of each feature's row.
macro_rules! feature_methods {
    ($($(#[$doc:meta])* pub fn $method:ident($feature:ident) { $($facts:tt)* })*) => {
        /// # Modules and file systems
        ///
        /// What isn't set is as the ROM level has it. A feature that is turned on brings along what it needs, and
        /// nothing that isn't used costs ROM but the module's own table: docs/features.md says how much each takes,
        /// and which licence its sources have.
        impl Build {
            $(
                $(#[$doc])*
                pub fn $method(&mut self, $method: bool) -> &mut Self {
                    self.config.features.set(Feature::$feature, $method);
                    self
                }
            )*
        }
    };
}

with_features!(feature_methods);
