//! The manifest functions, with the meaning that upstream's `tools/manifestfile.py` gives them when it freezes.

use std::path::{Path, PathBuf};

use super::failure::Raise;
use super::libraries::Libraries;
use super::listed::{How, Listed};
use super::metadata::Packages;
use super::paths;
use super::places::Places;
use super::signature::Arguments;
use super::walk::Walker;
use super::wire::{Call, Value};
use super::{Kind, Listing};

/// The functions of a manifest.
pub(super) const FUNCTIONS: [&str; 10] = [
    "metadata",
    "include",
    "require",
    "add_library",
    "package",
    "module",
    "freeze",
    "freeze_as_str",
    "freeze_as_mpy",
    "freeze_mpy",
];

/// The result of a call.
#[derive(Debug)]
pub(super) enum Answer {
    Nothing,
    /// The attributes of the metadata.
    Fields(Vec<(&'static str, Option<String>)>),
    /// The manifests to include, each with these options.
    Include {
        manifests: Vec<String>,
        /// True if each is a package with metadata of its own.
        package: bool,
        options: Vec<String>,
    },
}

/// The state that manifests change.
#[derive(Debug)]
pub(super) struct Manifests {
    pub(super) places: Places,
    pub(super) packages: Packages,
    /// The manifests that were read.
    pub(super) read: Vec<PathBuf>,
    libraries: Libraries,
    listed: Listed,
    walker: Walker,
}

impl Manifests {
    pub(super) fn new(variables: Vec<(String, String)>, folder: String) -> Self {
        let places = Places::new(variables, folder);
        Self {
            libraries: Libraries::new(&places),
            places,
            packages: Packages::new(),
            read: Vec::new(),
            listed: Listed::default(),
            walker: Walker::default(),
        }
    }

    /// Returns the files, manifests and folders that the run collected.
    pub(super) fn listing(self) -> Listing {
        Listing {
            entries: self.listed.entries(&self.packages),
            folders: self.listed.folders(),
            manifests: self.read,
        }
    }

    /// Answers a call.
    pub(super) fn call(&mut self, call: Call) -> Result<Answer, Raise> {
        let function = call.function.clone();
        let arguments = Arguments::new(call);
        match function.as_str() {
            "metadata" => return self.metadata(arguments),
            "include" => return Self::include(arguments),
            "require" => return self.require(arguments),
            "add_library" => self.add_library(arguments)?,
            "package" => self.package(arguments)?,
            "module" => self.module(arguments)?,
            "freeze" => self.freeze(arguments, &[".py", ".mpy"], None)?,
            "freeze_as_str" => self.freeze_as_str(arguments)?,
            "freeze_as_mpy" => self.freeze(arguments, &[".py"], Some(Kind::Python))?,
            "freeze_mpy" => self.freeze(arguments, &[".mpy"], Some(Kind::Mpy))?,
            name => return Err(Raise::type_error(format!("{name}() isn't known"))),
        }
        Ok(Answer::Nothing)
    }

    fn metadata(&mut self, arguments: Arguments) -> Result<Answer, Raise> {
        let given = arguments.rest()?;
        if !given.is_empty() {
            self.packages.set(given)?;
        }
        Ok(Answer::Fields(self.packages.fields()))
    }

    fn include(mut arguments: Arguments) -> Result<Answer, Raise> {
        let manifest = arguments.required("manifest_path")?;
        let package = arguments.optional("is_require")?;
        // Upstream keeps `is_require` for a single path only: the members of a list are plain inclusions.
        let single = matches!(manifest, Value::Str(_));
        let options = arguments.rest()?.into_iter().map(|(name, _)| name);
        let mut manifests = Vec::new();
        flatten(manifest, &mut manifests)?;
        Ok(Answer::Include {
            manifests,
            package: single && package.is_some_and(|package| package.truth()),
            options: options.collect(),
        })
    }

    fn require(&mut self, mut arguments: Arguments) -> Result<Answer, Raise> {
        let name = arguments.text("name")?;
        // `version` and `pypi` serve other uses of a manifest than freezing.
        arguments.optional("version")?;
        arguments.optional("pypi")?;
        let library = arguments.optional_text("library")?;
        let rest = arguments.rest()?;
        let walker = &mut self.walker;
        let found = match library {
            Some(library) => self.libraries.package_in(walker, &name, &library)?,
            None => {
                let asked = |(key, value): &(String, Value)| key == "unix_ffi" && value.truth();
                let unix_ffi = rest.iter().any(asked);
                self.libraries
                    .package(walker, &self.places, &name, unix_ffi)?
            }
        };
        Ok(Answer::Include {
            manifests: vec![found],
            package: true,
            options: rest.into_iter().map(|(name, _)| name).collect(),
        })
    }

    fn add_library(&mut self, mut arguments: Arguments) -> Result<(), Raise> {
        let name = arguments.text("library")?;
        let path = arguments.text("library_path")?;
        let first = arguments.optional("prepend")?;
        arguments.end()?;
        let first = first.is_some_and(|value| value.truth());
        self.libraries.add(&name, self.places.resolve(&path), first);
        Ok(())
    }

    fn package(&mut self, mut arguments: Arguments) -> Result<(), Raise> {
        let package = arguments.text("package_path")?;
        let files = arguments.optional("files")?;
        let base = arguments.optional_text("base_path")?;
        let opt = arguments.level()?;
        let files = match files {
            None | Some(Value::None) => None,
            Some(files) => Some(arguments.texts("files", files)?),
        };
        arguments.end()?;
        let base = self.places.resolve(base.as_deref().unwrap_or("."));
        match files {
            None => self.search(&base, &package, &[".py"], None, opt),
            Some(files) => {
                for file in files {
                    let target = if package.is_empty() {
                        file
                    } else {
                        paths::join(&package, &file)
                    };
                    self.list(&paths::join(&base, &target), target.clone(), None, opt)?;
                }
                Ok(())
            }
        }
    }

    fn module(&mut self, mut arguments: Arguments) -> Result<(), Raise> {
        let module = arguments.text("module_path")?;
        let base = arguments.optional_text("base_path")?;
        let opt = arguments.level()?;
        arguments.end()?;
        let base = self.places.resolve(base.as_deref().unwrap_or("."));
        if paths::extension(&module) != ".py" {
            return Err(Raise::manifest("module must be .py file"));
        }
        self.list(&paths::join(&base, &module), module.clone(), None, opt)
    }

    /// Runs `freeze`, `freeze_as_mpy` or `freeze_mpy`, for files with one of these extensions.
    fn freeze(
        &mut self,
        mut arguments: Arguments,
        extensions: &[&str],
        kind: Option<Kind>,
    ) -> Result<(), Raise> {
        let path = arguments.text("path")?;
        let script = arguments.optional("script")?;
        let opt = arguments.level()?;
        let base = self.places.resolve(&path);
        let scripts = match script {
            None | Some(Value::None) => {
                arguments.end()?;
                return self.search(&base, "", extensions, kind, opt);
            }
            Some(Value::Str(script)) => {
                if Path::new(&paths::join(&base, &script)).is_dir() {
                    arguments.end()?;
                    return self.search(&base, &script, extensions, kind, opt);
                }
                vec![script]
            }
            Some(scripts) => arguments.texts("script", scripts)?,
        };
        arguments.end()?;
        for script in scripts {
            self.list(&paths::join(&base, &script), script, kind, opt)?;
        }
        Ok(())
    }

    fn freeze_as_str(&mut self, mut arguments: Arguments) -> Result<(), Raise> {
        let path = arguments.text("path")?;
        arguments.end()?;
        let base = self.places.resolve(&path);
        self.search(&base, "", &[".py"], Some(Kind::Text), None)
    }

    fn search(
        &mut self,
        base: &str,
        below: &str,
        extensions: &[&str],
        kind: Option<Kind>,
        opt: Option<u8>,
    ) -> Result<(), Raise> {
        let how = self.how(kind, opt);
        self.listed
            .search(&mut self.walker, base, below, extensions, how)
    }

    fn list(
        &mut self,
        path: &str,
        target: String,
        kind: Option<Kind>,
        opt: Option<u8>,
    ) -> Result<(), Raise> {
        let how = self.how(kind, opt);
        self.listed.file(&mut self.walker, path, target, how)
    }

    fn how(&self, kind: Option<Kind>, opt: Option<u8>) -> How {
        How {
            kind,
            opt,
            package: self.packages.current(),
        }
    }
}

/// Collects the strings in an argument of `include`: a string, or an iterable that may hold iterables again.
fn flatten(value: Value, into: &mut Vec<String>) -> Result<(), Raise> {
    match value {
        Value::Str(text) => into.push(text),
        Value::List(items) => {
            for item in items {
                flatten(item, into)?;
            }
        }
        other => {
            return Err(Raise::type_error(format!(
                "include() wants a string or a list of strings, and this is of type {}",
                other.type_name()
            )));
        }
    }
    Ok(())
}
