//! Which Python files and folders the build script watches, so that a new file in them is seen.
//!
//! `include_bytes!` tells Cargo of the files that `freeze!` read, but a file that is added later is none of
//! them. So the build script reads the crate's Rust sources, finds the calls of `freeze!`, and has Cargo
//! watch what they name. A call that can't be found this way, because another macro writes it, is noted by
//! `freeze!` itself in a record that the next run of the build script reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use proc_macro2::{TokenStream, TokenTree};

use crate::context;
use crate::error::Result;
use crate::fs;
use crate::modules;

/// What the crate's Rust sources say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The Rust files that call `freeze!`.
    pub(crate) sources: Vec<PathBuf>,
    /// What these calls name, absolute.
    pub(crate) inputs: Vec<PathBuf>,
    /// Whether one of them has a manifest.
    pub(crate) manifests: bool,
    /// The names of Python modules written in Rust.
    pub(crate) names: BTreeSet<String>,
    /// The contents of the files that have such modules.
    pub(crate) python_sources: Vec<String>,
    /// The folders with the crate's sources. A name in any file of theirs concerns the build.
    pub(crate) folders: Vec<PathBuf>,
}

/// Finds the calls of `freeze!` in the folders where Cargo looks for a crate's sources.
pub(crate) fn scan(manifest_dir: &Path) -> Scan {
    let mut scan = Scan::default();
    let base = glob::Pattern::escape(&manifest_dir.display().to_string());
    for folder in ["src", "tests", "examples", "benches"] {
        let path = manifest_dir.join(folder);
        if path.is_dir() {
            scan.folders.push(path);
        }
        let files = glob::glob(&format!("{base}/{folder}/**/*.rs")).map(Iterator::flatten);
        for file in files.into_iter().flatten() {
            if let Ok(text) = fs::read_to_string(&file) {
                scan.file(manifest_dir, file, &text);
            }
        }
    }
    scan
}

impl Scan {
    fn file(&mut self, manifest_dir: &Path, file: PathBuf, text: &str) {
        let names = modules::names(text);
        if !names.is_empty() {
            self.names.extend(names);
            self.python_sources.push(text.to_string());
        }
        let calls = calls_in(text);
        if calls.found {
            let inputs = calls.inputs.iter();
            self.inputs
                .extend(inputs.map(|input| manifest_dir.join(input)));
            self.manifests |= calls.manifests;
            self.sources.push(file);
        }
    }
}

/// The `freeze!` calls of some Rust source.
#[derive(Debug, Default)]
struct Calls {
    found: bool,
    inputs: Vec<String>,
    manifests: bool,
}

/// The calls in one file; none where it isn't Rust, as rustc will say so better.
fn calls_in(text: &str) -> Calls {
    let mut calls = Calls::default();
    if text.contains("freeze!")
        && let Ok(tokens) = text.parse::<TokenStream>()
    {
        calls.collect(tokens);
    }
    calls
}

impl Calls {
    fn collect(&mut self, tokens: TokenStream) {
        let mut before = [None, None];
        for token in tokens {
            if let TokenTree::Group(group) = &token {
                if before == [Some("freeze".to_string()), Some("!".to_string())] {
                    self.found = true;
                    self.arguments(group.stream());
                } else {
                    self.collect(group.stream());
                }
            }
            let [_, last] = before;
            before = [last, Some(token.to_string())];
        }
    }

    /// Takes the paths; a manifest may also be given by its source, which is nothing to watch.
    fn arguments(&mut self, arguments: TokenStream) {
        let mut named = false;
        for token in arguments {
            match &token {
                TokenTree::Ident(name) => {
                    named = name == "manifest";
                    self.manifests |= named;
                }
                TokenTree::Punct(punct) if punct.as_char() == ',' => named = false,
                _ => {}
            }
            if let Some(path) = string(token) {
                self.manifests |= is_manifest(Path::new(&path));
                if !named || has_python_name(&path) {
                    self.inputs.push(path);
                }
            }
        }
    }
}

/// Whether a path names a manifest by its name alone.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix("manifest")?.strip_suffix(".py"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Whether a manifest is given by its path; what ends in anything else is its source, as upstream has it.
pub(crate) fn has_python_name(manifest: &str) -> bool {
    Path::new(manifest)
        .extension()
        .is_some_and(|extension| extension == "py")
}

/// The value of a string literal without escapes, which is how paths are written.
fn string(token: TokenTree) -> Option<String> {
    let text = token.to_string();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then(|| inner.to_string())
}

/// Where `freeze!` notes inputs that the build script doesn't watch yet.
pub(crate) fn record_path(out_dir: &Path) -> PathBuf {
    out_dir.join("mpy-freeze").join("inputs")
}

/// Makes the record if there is none yet, since Cargo takes a missing file for one that changed.
///
/// It gets an old time: Cargo dates a run of the build script by its start, and would take a file that was made
/// during the run for one that changed after it.
pub(crate) fn prepare_record(out_dir: &Path) -> Result<()> {
    let path = record_path(out_dir);
    if !path.exists() {
        fs::write_if_changed(&path, b"")?;
        fs::set_modified(&path, SystemTime::UNIX_EPOCH + Duration::from_secs(1))?;
    }
    Ok(())
}

/// Something that the build script is to watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Watched {
    Path(PathBuf),
    /// A variable of manifests, by its name in them.
    Variable(String),
}

/// How the line of a variable begins; no path in the record does, as all are absolute.
const VARIABLE: char = '$';

/// Adds to the record, which has one of them a line.
///
/// The library, the programs and the tests of a package share it, so nothing is taken out.
pub(crate) fn record(out_dir: &Path, watched: impl IntoIterator<Item = Watched>) -> Result<()> {
    let path = record_path(out_dir);
    let earlier = fs::read_if_exists(&path)?.unwrap_or_default();
    let earlier = String::from_utf8_lossy(&earlier);
    let mut lines: BTreeSet<String> = earlier.lines().map(str::to_string).collect();
    lines.extend(watched.into_iter().map(|watched| match watched {
        Watched::Path(path) => context::escape(&path.to_string_lossy()),
        Watched::Variable(name) => format!("{VARIABLE}{}", context::escape(&name)),
    }));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write_if_changed(&path, text.as_bytes())?;
    Ok(())
}

/// What `freeze!` noted.
pub(crate) fn recorded(out_dir: &Path) -> Vec<Watched> {
    let text = fs::read_to_string(&record_path(out_dir)).unwrap_or_default();
    text.lines()
        .filter_map(context::unescape)
        .map(|line| match line.strip_prefix(VARIABLE) {
            Some(name) => Watched::Variable(name.to_string()),
            None => Watched::Path(line.into()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_at_any_depth() {
        let text = r#"
            //! freeze!("in a comment")
            mpy_freeze_rt::freeze!("app/", "one.py", opt = 2);
            mod inner { use x::freeze; freeze!["two"]; other!("three"); }
        "#;
        let mut calls = Calls::default();
        calls.collect(text.parse().unwrap());
        assert_eq!(calls.inputs, ["app/", "one.py", "two"]);
        assert!(calls.found && !calls.manifests);
    }

    #[test]
    fn manifests_are_noticed_and_their_source_is_no_path() {
        for (text, inputs) in [
            (r#"freeze!("a/manifest.py");"#, vec!["a/manifest.py"]),
            (
                r#"freeze!("manifest_x.py", "app");"#,
                vec!["manifest_x.py", "app"],
            ),
            (
                r#"freeze!(manifest = "list.py", "app");"#,
                vec!["list.py", "app"],
            ),
            (r#"freeze!(manifest = "require('x')", "app");"#, vec!["app"]),
        ] {
            let mut calls = Calls::default();
            calls.collect(text.parse().unwrap());
            assert!(calls.manifests, "{text}");
            assert_eq!(calls.inputs, inputs, "{text}");
        }
    }
    #[test]
    fn the_record_keeps_what_it_has() {
        let name = format!("mpy-freeze-record-{}", std::process::id());
        let out = std::env::temp_dir().join(name);
        let folder = Watched::Path("/a\nb/$c".into());
        let variable = Watched::Variable("MY_DIR".into());
        record(&out, [folder.clone()]).unwrap();
        record(&out, [variable.clone(), folder.clone()]).unwrap();
        assert_eq!(recorded(&out), [variable, folder]);
        std::fs::remove_dir_all(&out).unwrap();
    }
}
