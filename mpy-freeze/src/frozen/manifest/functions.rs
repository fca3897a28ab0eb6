//! What the manifest functions mean: upstream's `tools/manifestfile.py`, in the mode in which it freezes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::failure::Raise;
use super::paths;
use super::signature::Arguments;
use super::wire::{Call, Value};
use super::{Entry, Kind};

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

/// The folders of micropython-lib that are searched without being asked for.
const LIBRARIES: [&str; 3] = ["micropython", "python-stdlib", "python-ecosys"];

/// What a manifest may look at: a walk through a whole disk is not what anybody means.
const MOST_ENTRIES: usize = 500_000;

/// How deep the folders of a walk may lie in one another, which ends a circle of links.
const DEEPEST_FOLDER: usize = 64;

/// The attributes that metadata has.
const METADATA: [&str; 7] = [
    "description",
    "version",
    "license",
    "author",
    "stdlib",
    "pypi",
    "pypi_publish",
];

/// What a walk calls with each folder and the names of its files, until it says that it is enough.
type Visit<'a> = dyn FnMut(&str, &[String]) -> Result<bool, Raise> + 'a;

/// What a call came to.
#[derive(Debug)]
pub(super) enum Answer {
    Nothing,
    /// The attributes of the metadata.
    Fields(Vec<(&'static str, Option<String>)>),
    /// These manifests are to be included, each with these options.
    Include {
        manifests: Vec<String>,
        /// Whether each is a package with metadata of its own.
        package: bool,
        options: Vec<String>,
    },
}

/// A file to freeze, with the metadata that may still be given after it.
#[derive(Debug)]
struct Listed {
    source: PathBuf,
    target: String,
    kind: Kind,
    opt: Option<u8>,
    metadata: usize,
}

#[derive(Debug, Clone, Default)]
struct Metadata {
    given: bool,
    values: BTreeMap<&'static str, Value>,
}

/// Everything that manifests change.
#[derive(Debug)]
pub(super) struct Manifests {
    /// The variables of paths.
    pub(super) variables: Vec<(String, String)>,
    /// The folder that relative paths start at.
    pub(super) folder: String,
    /// The manifests that were read.
    pub(super) read: Vec<PathBuf>,
    /// The folders that were searched for files to freeze.
    pub(super) searched: BTreeSet<PathBuf>,
    listed: Vec<Listed>,
    metadata: Vec<Metadata>,
    /// The metadata of the manifest that runs and of those that required it.
    open_metadata: Vec<usize>,
    libraries: BTreeMap<String, String>,
    library_folders: Vec<String>,
    looked_at: usize,
}

impl Manifests {
    pub(super) fn new(variables: Vec<(String, String)>, folder: String) -> Self {
        let mut manifests = Self {
            variables,
            folder,
            read: Vec::new(),
            searched: BTreeSet::new(),
            listed: Vec::new(),
            metadata: vec![Metadata::default()],
            open_metadata: vec![0],
            libraries: BTreeMap::new(),
            library_folders: Vec::new(),
            looked_at: 0,
        };
        if manifests.variable("MPY_LIB_DIR").is_some() {
            for name in LIBRARIES {
                manifests.register(name, &format!("$(MPY_LIB_DIR)/{name}"), false);
            }
        }
        manifests
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What is to be frozen, in order.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let listed = self.listed.iter();
        listed
            .map(|listed| Entry {
                source: listed.source.clone(),
                target: listed.target.clone(),
                kind: listed.kind,
                opt: listed.opt,
                version: self.version(listed.metadata),
            })
            .collect()
    }

    /// The version of a package as Python source.
    fn version(&self, metadata: usize) -> Option<String> {
        let version = self.metadata.get(metadata)?.values.get("version")?;
        version.truth().then(|| source_of(version))
    }

    /// Answers a call.
    pub(super) fn call(&mut self, call: Call) -> Result<Answer, Raise> {
        let function = call.function.clone();
        let mut arguments = Arguments::new(call);
        match function.as_str() {
            "metadata" => return self.metadata(arguments),
            "include" => return Self::include(arguments),
            "require" => return self.require(arguments),
            "add_library" => {
                let name = arguments.text("library")?;
                let path = arguments.text("library_path")?;
                let prepend = arguments.optional("prepend")?;
                arguments.end()?;
                self.register(&name, &path, prepend.is_some_and(|value| value.truth()));
            }
            "package" => self.package(arguments)?,
            "module" => self.module(arguments)?,
            "freeze" => self.freeze(arguments, &[".py", ".mpy"], None)?,
            "freeze_as_mpy" => self.freeze(arguments, &[".py"], Some(Kind::Python))?,
            "freeze_mpy" => self.freeze(arguments, &[".mpy"], Some(Kind::Mpy))?,
            "freeze_as_str" => {
                let path = arguments.text("path")?;
                arguments.end()?;
                let base = self.resolve(&path);
                self.search(&base, "", &[".py"], Some(Kind::Text), None)?;
            }
            name => return Err(Raise::type_error(format!("{name}() isn't known"))),
        }
        Ok(Answer::Nothing)
    }

    /// A path without variables, absolute.
    pub(super) fn resolve(&self, path: &str) -> String {
        let mut path = path.to_string();
        for (name, value) in &self.variables {
            path = path.replace(&format!("$({name})"), value);
        }
        paths::absolute(&self.folder, &path)
    }

    fn metadata(&mut self, arguments: Arguments) -> Result<Answer, Raise> {
        let given = arguments.rest()?;
        let current = self.open_metadata.last().copied().unwrap_or_default();
        let Some(metadata) = self.metadata.get_mut(current) else {
            return Ok(Answer::Nothing);
        };
        if !given.is_empty() {
            for (name, _) in &given {
                if !METADATA.contains(&name.as_str()) {
                    return Err(Raise::type_error(format!(
                        "metadata() got an unexpected keyword argument '{name}'"
                    )));
                }
            }
            if metadata.given {
                return Err(Raise::manifest("Duplicate call to metadata()."));
            }
            metadata.given = true;
            for (name, value) in given {
                let known = METADATA.into_iter().find(|known| *known == name);
                metadata.values.extend(known.map(|known| (known, value)));
            }
        }
        let text = |name| match metadata.values.get(name)? {
            Value::None => None,
            Value::Str(text) => Some(text.clone()),
            other => Some(source_of(other)),
        };
        Ok(Answer::Fields(
            METADATA
                .into_iter()
                .map(|name| (name, text(name)))
                .collect(),
        ))
    }

    fn include(mut arguments: Arguments) -> Result<Answer, Raise> {
        let manifest = arguments.required("manifest_path")?;
        let package = arguments.optional("is_require")?;
        let options = arguments.rest()?.into_iter().map(|(name, _)| name);
        let mut manifests = Vec::new();
        flatten(manifest, &mut manifests)?;
        Ok(Answer::Include {
            manifests,
            package: package.is_some_and(|package| package.truth()),
            options: options.collect(),
        })
    }

    fn require(&mut self, mut arguments: Arguments) -> Result<Answer, Raise> {
        let name = arguments.text("name")?;
        // Both are for other uses of a manifest than freezing.
        arguments.optional("version")?;
        arguments.optional("pypi")?;
        let library = arguments.optional_text("library")?;
        let rest = arguments.rest()?;
        let found = match library {
            Some(library) => self.in_library(&name, &library)?,
            None => {
                let unix_ffi = rest
                    .iter()
                    .any(|(key, value)| key == "unix_ffi" && value.truth());
                self.in_any_library(&name, unix_ffi)?
            }
        };
        Ok(Answer::Include {
            manifests: vec![found],
            package: true,
            options: rest.into_iter().map(|(name, _)| name).collect(),
        })
    }

    fn in_library(&mut self, name: &str, library: &str) -> Result<String, Raise> {
        let Some(folder) = self.libraries.get(library).cloned() else {
            return Err(Raise::value_error(format!(
                "Unknown library '{library}' for require('{name}')."
            )));
        };
        self.find_package(&folder, name)?.ok_or_else(|| {
            Raise::value_error(format!(
                "Package '{name}' not found in external library '{library}' ({folder})."
            ))
        })
    }

    fn in_any_library(&mut self, name: &str, unix_ffi: bool) -> Result<String, Raise> {
        let mut folders = self.library_folders.clone();
        if unix_ffi && self.variable("MPY_LIB_DIR").is_some() {
            folders.insert(0, self.resolve("$(MPY_LIB_DIR)/unix-ffi"));
        }
        for folder in folders {
            if let Some(found) = self.find_package(&folder, name)? {
                return Ok(found);
            }
        }
        Err(Raise::value_error(format!(
            "Package '{name}' not found in any known library."
        )))
    }

    /// The first folder of this name, at any depth, that has a manifest.
    fn find_package(&mut self, library: &str, name: &str) -> Result<Option<String>, Raise> {
        let mut found = None;
        self.walk(library, false, 0, &mut |folder, files| {
            let here =
                paths::name(folder) == name && files.iter().any(|file| file == "manifest.py");
            if here && found.is_none() {
                found = Some(folder.to_string());
            }
            Ok(found.is_none())
        })?;
        Ok(found)
    }

    fn register(&mut self, library: &str, path: &str, prepend: bool) {
        let path = self.resolve(path);
        self.libraries.insert(library.to_string(), path.clone());
        let at = if prepend {
            0
        } else {
            self.library_folders.len()
        };
        self.library_folders.insert(at, path);
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
        let base = self.resolve(base.as_deref().unwrap_or("."));
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
        let base = self.resolve(base.as_deref().unwrap_or("."));
        if paths::extension(&module) != ".py" {
            return Err(Raise::manifest("module must be .py file"));
        }
        self.list(&paths::join(&base, &module), module.clone(), None, opt)
    }

    /// `freeze` and its like, for files with one of these extensions.
    fn freeze(
        &mut self,
        mut arguments: Arguments,
        extensions: &[&str],
        kind: Option<Kind>,
    ) -> Result<(), Raise> {
        let path = arguments.text("path")?;
        let script = arguments.optional("script")?;
        let opt = arguments.level()?;
        let base = self.resolve(&path);
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

    /// Lists the files with one of these extensions below `base/below`, under their paths from `base`.
    fn search(
        &mut self,
        base: &str,
        below: &str,
        extensions: &[&str],
        kind: Option<Kind>,
        opt: Option<u8>,
    ) -> Result<(), Raise> {
        // Upstream's tool goes there first.
        let exists = std::fs::read_dir(base);
        exists.map_err(|error| Raise::os_error(base, &error))?;
        let top = if below.is_empty() { "." } else { below };
        let top = paths::absolute(base, top);
        let mut found = Vec::new();
        self.walk(&top, true, 0, &mut |folder, files| {
            let files = files.iter().map(|file| paths::join(folder, file));
            found
                .extend(files.filter(|file| extensions.contains(&paths::extension(file).as_str())));
            Ok(true)
        })?;
        for file in found {
            let target = paths::relative(&file, base);
            self.list(&paths::join(base, &target), target, kind, opt)?;
        }
        if Path::new(&top).is_dir() {
            self.searched.insert(PathBuf::from(top));
        }
        Ok(())
    }

    fn list(
        &mut self,
        path: &str,
        target: String,
        kind: Option<Kind>,
        opt: Option<u8>,
    ) -> Result<(), Raise> {
        self.look(1)?;
        if std::fs::metadata(path).is_err() {
            return Err(Raise::manifest(format!("Cannot stat {path}")));
        }
        let kind = match (kind, paths::extension(path).as_str()) {
            (Some(kind), _) => kind,
            (None, ".py") => Kind::Python,
            (None, ".mpy") => Kind::Mpy,
            (None, _) => {
                return Err(Raise::manifest(format!(
                    "neither a .py nor a .mpy file: {path}"
                )));
            }
        };
        self.listed.push(Listed {
            source: PathBuf::from(path),
            target,
            kind,
            opt,
            metadata: self.open_metadata.last().copied().unwrap_or_default(),
        });
        Ok(())
    }

    /// Visits folders from the top, each with the names of its files, until `visit` says that it is enough.
    ///
    /// Upstream's tool takes files in the order in which the system lists them, which is another on another
    /// machine; here they come in the order of their names. A folder that can't be listed has no files.
    fn walk(
        &mut self,
        folder: &str,
        follow: bool,
        depth: usize,
        visit: &mut Visit<'_>,
    ) -> Result<bool, Raise> {
        if depth > DEEPEST_FOLDER {
            return Err(Raise::manifest(format!(
                "folders lie {DEEPEST_FOLDER} deep in one another, as links in a circle do: {folder}"
            )));
        }
        let Ok(listing) = std::fs::read_dir(folder) else {
            return Ok(true);
        };
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for entry in listing.flatten() {
            self.look(1)?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(Raise::manifest(format!(
                    "the name isn't UTF-8: {}",
                    entry.path().display()
                )));
            };
            if entry.path().is_dir() {
                let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                folders.push((name, !link || follow));
            } else {
                files.push(name);
            }
        }
        folders.sort();
        files.sort();
        if !visit(folder, &files)? {
            return Ok(false);
        }
        for (name, enter) in folders {
            let below = paths::join(folder, &name);
            if enter && !self.walk(&below, follow, depth + 1, visit)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn look(&mut self, count: usize) -> Result<(), Raise> {
        self.looked_at += count;
        if self.looked_at > MOST_ENTRIES {
            return Err(Raise::manifest(format!(
                "the manifest looks at more than {MOST_ENTRIES} files and folders"
            )));
        }
        Ok(())
    }

    /// Where a manifest to include lies: the file itself, or the one in the folder of this name.
    pub(super) fn place_of(&self, manifest: &str) -> String {
        let path = self.resolve(manifest);
        if Path::new(&path).is_dir() {
            paths::join(&path, "manifest.py")
        } else {
            path
        }
    }

    /// Begins the metadata of a package.
    pub(super) fn open_package(&mut self) {
        self.open_metadata.push(self.metadata.len());
        self.metadata.push(Metadata::default());
    }

    /// Ends it.
    pub(super) fn close_package(&mut self) {
        self.open_metadata.pop();
    }
}

/// The strings in an argument of `include`, a string or an iterable, which may hold iterables again.
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

/// A value as Python source.
fn source_of(value: &Value) -> String {
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(digits) => digits.clone(),
        Value::Str(text) => quoted(text),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(source_of).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Other { repr, .. } => repr.clone(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}
