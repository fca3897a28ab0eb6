//! The first stage: turns the inputs of `freeze!` into files, each under its target path.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::kind::Kind;
use super::manifest::{self, Listing};
use crate::Context;
use crate::context::Packaged;
use crate::error::{Error, Problem, Result};
use crate::fs;

/// The longest target path. MicroPython's compiler keeps the length of a name in one byte.
const MAX_TARGET: usize = 255;

/// The optimisation level of MicroPython's own modules, which its manifests freeze without lines and assertions.
const PACKAGED_OPT: Option<u8> = Some(3);

/// A file to freeze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// The path of the file, which begins with the base folder if the input's path is relative.
    pub(super) path: PathBuf,
    /// The target path: the file's name in the firmware, for example `app/util.py`.
    pub(super) target: String,
    /// The kind of file, which decides how it is frozen.
    pub(super) kind: Kind,
    /// The contents: UTF-8, unless it is a `.mpy` file.
    pub(super) bytes: Vec<u8>,
    /// The compiler's optimisation level, where a manifest sets it for this file.
    pub(super) opt: Option<u8>,
}

/// The files of all inputs, with the folders and manifests that they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// All files, by input and then by target path.
    pub(super) sources: Vec<Source>,
    /// The inputs that are folders.
    pub(super) folders: Vec<PathBuf>,
    /// The manifests that were read.
    pub(super) manifests: Vec<PathBuf>,
}

/// An input of `freeze!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// A folder, a file or, by its name, a manifest.
    Path {
        /// The path as the user wrote it.
        path: PathBuf,
        /// True if the sources are frozen as text.
        as_text: bool,
    },
    /// The path of a manifest, or its source.
    Manifest(String),
}

/// Finds and reads all files.
///
/// # Errors
///
/// [`Error::Inputs`] with everything that is wrong with all inputs.
pub(super) fn find(context: &Context, base: &Path, inputs: &[Input]) -> Result<Found> {
    let mut search = Search::default();
    let mut manifests = Vec::new();
    for input in inputs {
        match input {
            Input::Path { path, .. }
                if manifest::is_manifest(path) && !base.join(path).is_dir() =>
            {
                manifests.push(path.to_string_lossy().into_owned());
            }
            Input::Manifest(manifest) => manifests.push(manifest.clone()),
            Input::Path { path, as_text } => search.input(&base.join(path), *as_text),
        }
    }
    if let Some(settings) = &context.manifests {
        if let Some(manifest) = &settings.frozen_manifest {
            manifests = vec![manifest.clone()];
        }
        if let Some(folder) = &settings.frozen_mpy_dir {
            search.input(&base.join(folder), false);
        }
    }
    if !manifests.is_empty() {
        search.manifests(manifest::list(context, base, &manifests)?);
    }
    search.packaged(&context.packaged);
    search.check_hidden();
    if search.problems.is_empty() {
        Ok(search.found)
    } else {
        Err(Error::Inputs(search.problems))
    }
}

#[derive(Default)]
struct Search {
    found: Found,
    problems: Vec<Problem>,
    /// The target paths so far, and the file that each is for.
    targets: BTreeMap<String, PathBuf>,
    /// The target paths that were refused. Each is reported once.
    refused: BTreeSet<String>,
}

impl Search {
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn input(&mut self, path: &Path, as_text: bool) {
        // `a/` and `a` are the same folder, and messages should show it one way.
        let path: PathBuf = path.components().collect();
        match fs::raw::metadata(&path) {
            Err(error) => self.problem(
                Problem::new(format!("can't freeze this path: {error}"))
                    .file(&path)
                    .help("paths in freeze! start at the folder of the crate's Cargo.toml"),
            ),
            Ok(metadata) if metadata.is_dir() => self.folder_input(path, as_text),
            Ok(_) => self.file_input(&path, as_text),
        }
    }

    fn file_input(&mut self, path: &Path, as_text: bool) {
        let Some(kind) = kind(path, as_text) else {
            self.problem(
                Problem::new("this is neither a folder nor a .py or .mpy file")
                    .file(path)
                    .help(
                        "freeze! takes folders, .py and .mpy files, and manifests, which are called manifest.py or \
                         manifest_*.py; text is frozen of .py files only",
                    ),
            );
            return;
        };
        match path.file_name().and_then(|name| name.to_str()) {
            Some(name) => self.source(path, target(name), kind, None, None),
            None => self.problem(not_utf8_name(path)),
        }
    }

    fn folder_input(&mut self, path: PathBuf, as_text: bool) {
        let known = self.problems.len();
        let mut files = BTreeMap::new();
        self.walk(&path, "", &mut Vec::new(), &mut files);
        let files: Vec<_> = files
            .into_iter()
            .filter_map(|(name, file)| Some((name, kind(&file, as_text)?, file)))
            .collect();
        if files.is_empty() && self.problems.len() == known {
            self.problem(
                Problem::new("the folder has no .py file in it")
                    .file(&path)
                    .help("add one, or remove the folder from freeze!"),
            );
        }
        for (name, kind, file) in files {
            self.source(&file, target(&name), kind, None, None);
        }
        self.found.folders.push(path);
    }

    /// Collects the files below `folder`, whose name in the input is `prefix`, by their names in the input.
    ///
    /// `above` holds the real paths of the folders that it lies in, so that a link to one of them is noticed.
    fn walk(
        &mut self,
        folder: &Path,
        prefix: &str,
        above: &mut Vec<PathBuf>,
        files: &mut BTreeMap<String, PathBuf>,
    ) {
        let entries = match list(folder) {
            Ok((real, entries)) => {
                if above.contains(&real) {
                    self.problem(
                        Problem::new("the folder is a link to a folder that it lies in")
                            .file(folder)
                            .help("remove the link: its modules would have no end"),
                    );
                    return;
                }
                above.push(real);
                entries
            }
            Err(error) => {
                self.problem(Problem::new(format!("can't list the folder: {error}")).file(folder));
                return;
            }
        };
        for path in entries {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                self.problem(not_utf8_name(&path));
                continue;
            };
            if name.starts_with('.') || name == "__pycache__" {
                continue;
            }
            let target = format!("{prefix}{name}");
            if path.is_dir() {
                self.walk(&path, &format!("{target}/"), above, files);
            } else {
                files.insert(target, path);
            }
        }
        above.pop();
    }

    /// Takes the files that manifests list.
    fn manifests(&mut self, listing: Listing) {
        for entry in listing.entries {
            self.source(
                &entry.source,
                target(&entry.target),
                entry.kind,
                entry.opt,
                entry.version.as_deref(),
            );
        }
        self.found.folders.extend(listing.folders);
        self.found.manifests.extend(listing.manifests);
    }

    /// Takes the Python halves of MicroPython's modules, except those that the application replaces, by a file of its
    /// own or by a module in place of the whole package.
    fn packaged(&mut self, files: &[Packaged]) {
        for file in files {
            let package = file.target.split('/').next().unwrap_or_default();
            let replaced = [file.target.clone(), format!("{package}.py")];
            if !replaced
                .iter()
                .any(|target| self.targets.contains_key(target))
            {
                let kind = Kind::Python;
                self.source(&file.path, file.target.clone(), kind, PACKAGED_OPT, None);
            }
        }
    }

    /// Reads one file. A package's version is added to a source that is compiled and doesn't set `__version__`.
    fn source(
        &mut self,
        path: &Path,
        target: String,
        kind: Kind,
        opt: Option<u8>,
        version: Option<&str>,
    ) {
        if !self.take_target(path, &target) {
            return;
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.problems.extend_from_slice(error.problems());
                return;
            }
        };
        if kind == Kind::Mpy {
            self.found.sources.push(Source {
                path: path.to_path_buf(),
                target,
                kind,
                bytes,
                opt: None,
            });
            return;
        }
        match String::from_utf8(bytes) {
            Ok(text) if text.starts_with('\u{feff}') => self.problem(
                Problem::new("the file starts with a byte order mark, which MicroPython rejects")
                    .file(path)
                    .line(1, None)
                    .help("save it as UTF-8 without a byte order mark"),
            ),
            Ok(mut text) => {
                if let Some(version) = version
                    && kind == Kind::Python
                    && !text.contains("__version__ =")
                {
                    text.push_str(&format!("\n\n__version__ = {version}\n"));
                }
                self.found.sources.push(Source {
                    path: path.to_path_buf(),
                    target,
                    kind,
                    bytes: text.into_bytes(),
                    opt,
                });
            }
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                self.problem(not_utf8(path, error.as_bytes(), offset));
            }
        }
    }

    /// Claims a target path for a file. Returns false if the file can't have it. Such a file isn't read, since a
    /// manifest may list one file any number of times.
    fn take_target(&mut self, path: &Path, target: &str) -> bool {
        let refusal = if let Some(why) = not_importable(target) {
            Problem::new(format!("Python can't import `{target}`: {why}"))
                .help("rename it, or keep it out of the frozen folders")
        } else if let Some(first) = self.targets.get(target) {
            if first == path {
                Problem::new("the file is frozen twice")
                    .help("it lies in a folder that is frozen too, or is named twice")
            } else {
                Problem::new(format!(
                    "two files have the target path `{target}`: this one and {}",
                    first.display()
                ))
                .help("one firmware has one module of a name: leave one of them out")
            }
        } else {
            self.targets.insert(target.to_string(), path.to_path_buf());
            return true;
        };
        if self.refused.insert(target.to_string()) {
            self.problem(refusal.file(path));
        }
        false
    }

    /// Looks for modules that a folder hides: an import looks for the folder first and, having found it, never for
    /// the file.
    fn check_hidden(&mut self) {
        let folders: BTreeSet<&str> = self
            .targets
            .keys()
            .flat_map(|target| {
                let slashes = target.match_indices('/');
                slashes.filter_map(|(at, _)| target.get(..at))
            })
            .collect();
        for (target, path) in &self.targets {
            let name = target.strip_suffix(".py").unwrap_or(target);
            if folders.contains(name) {
                self.problems.push(
                    Problem::new(format!(
                        "Python can't import `{target}`: `import` finds the folder `{name}/` first"
                    ))
                    .file(path)
                    .help("rename one of them, or make the file the folder's __init__.py"),
                );
            }
        }
    }
}

/// Returns the target path of a file by its name in the input. It ends in `.py` for a `.mpy` file too, since an import
/// asks for `.py`.
fn target(name: &str) -> String {
    let stem = name.strip_suffix(".mpy");
    stem.map_or_else(|| name.to_string(), |stem| format!("{stem}.py"))
}

/// Returns the kind of a file by its extension, or nothing for a file that isn't frozen.
fn kind(path: &Path, as_text: bool) -> Option<Kind> {
    match path.extension()?.to_str()? {
        "py" if as_text => Some(Kind::Text),
        "py" => Some(Kind::Python),
        "mpy" if !as_text => Some(Kind::Mpy),
        _ => None,
    }
}

/// Returns the folder's path without links, and the paths of its entries in the order of their names.
fn list(folder: &Path) -> std::io::Result<(PathBuf, Vec<PathBuf>)> {
    let real = fs::raw::canonicalize(folder)?;
    let mut entries = Vec::new();
    for entry in fs::raw::read_dir(folder)? {
        entries.push(entry?.path());
    }
    entries.sort();
    Ok((real, entries))
}

/// Returns the reason why neither `import` nor `__import__` can reach a target path, or nothing if they can.
///
/// Both take a name apart at its dots and look for the parts as folders and a file. Anything else may be
/// in a name, so `__import__("my-module")` works where `import` has no syntax for it.
fn not_importable(target: &str) -> Option<String> {
    let name = target.strip_suffix(".py").unwrap_or(target);
    for part in name.split('/') {
        if part.is_empty() {
            return Some(if name.is_empty() || name.ends_with('/') {
                "a module needs a name before `.py`".into()
            } else if name.starts_with('/') {
                "the path starts at the root of the file system".into()
            } else {
                "a folder needs a name between two slashes".into()
            });
        }
        if part.contains('.') {
            return Some(format!(
                "the dot in `{part}` would separate a package from a module"
            ));
        }
        if part.contains('\\') {
            return Some(format!(
                "the backslash in `{part}` would separate folders to MicroPython's compiler"
            ));
        }
    }
    if target.len() > MAX_TARGET {
        let length = target.len();
        return Some(format!(
            "the path has {length} bytes, and MicroPython's names end at {MAX_TARGET}"
        ));
    }
    None
}

fn not_utf8_name(path: &Path) -> Problem {
    Problem::new("the name isn't UTF-8")
        .file(path)
        .help("rename it: module names in a firmware are UTF-8")
}

/// Returns the problem of a file whose bytes stop being UTF-8 at `offset`.
fn not_utf8(path: &Path, bytes: &[u8], offset: usize) -> Problem {
    let before = bytes.get(..offset).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let byte = bytes.get(offset).copied().unwrap_or_default();
    let text = bytes.split(|byte| *byte == b'\n').nth(line - 1);
    let text = text.map(|text| String::from_utf8_lossy(text).into_owned());
    Problem::new(format!("the file isn't UTF-8: it has the byte {byte:#04x}"))
        .file(path)
        .offset(offset)
        .line(u32::try_from(line).unwrap_or(u32::MAX), text)
        .help("save it as UTF-8")
}

#[cfg(test)]
#[path = "inputs_tests.rs"]
mod tests;
