//! A program made of MicroPython's sources: which files, with which flags and folders.
//!
//! There are three of them, the firmware's library, the host's mpy-cross and the host's VM for manifests, and the
//! same stages build all.

use std::path::PathBuf;

/// A C or assembler file to compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its name below the build folder, without extension.
    pub(crate) name: String,
    /// Flags that only this file gets, after all others.
    pub(crate) flags: Vec<String>,
    /// Set where the file may name qstrs, modules, root pointers and error texts.
    pub(crate) collected: bool,
}

impl Unit {
    /// A file of which nothing is special.
    pub(crate) fn new(path: PathBuf, name: String) -> Self {
        Self {
            path,
            name,
            flags: Vec::new(),
            collected: true,
        }
    }
}

/// Everything that the stages need to know of a program.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The folder that the stages write below.
    pub(crate) out: PathBuf,
    /// Folders for `-I`, in order.
    pub(crate) includes: Vec<PathBuf>,
    /// Folders for `-isystem`, in order.
    pub(crate) system_includes: Vec<PathBuf>,
    /// Flags for every file.
    pub(crate) flags: Vec<String>,
    /// The files, in the order that they have in the archive.
    pub(crate) units: Vec<Unit>,
}

impl Program {
    /// The flags that set up the preprocessor, the same for each stage.
    pub(crate) fn preprocessor_args(&self) -> Vec<String> {
        let mut args = self.flags.clone();
        for folder in &self.includes {
            args.push("-I".into());
            args.push(folder.display().to_string());
        }
        for folder in &self.system_includes {
            args.push("-isystem".into());
            args.push(folder.display().to_string());
        }
        args
    }
}
