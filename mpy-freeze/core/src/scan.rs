//! Finds the calls of `freeze!` and the Python modules in a crate's Rust sources.
//!
//! `include_bytes!` tells Cargo about the files that `freeze!` read, but never about a file that is added later. The
//! build script therefore scans the sources and has Cargo watch what the calls name. A call that another macro writes
//! can't be found this way; `freeze!` itself adds it to the [record](crate::record).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use crate::frozen::manifest::{has_python_name, is_manifest};
use crate::fs;
use crate::modules;

/// The calls and modules in a crate's Rust sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The Rust files that call `freeze!`.
    pub sources: Vec<PathBuf>,
    /// The paths that these calls name, absolute.
    pub inputs: Vec<PathBuf>,
    /// True if one of these calls has a manifest.
    pub manifests: bool,
    /// The names of Python modules written in Rust.
    pub names: BTreeSet<String>,
    /// The contents of the files that have such modules.
    pub python_sources: Vec<String>,
    /// The folders with the crate's sources. A name in any of their files concerns the build.
    pub folders: Vec<PathBuf>,
}

/// Finds the calls of `freeze!` in the folders where Cargo looks for a crate's sources.
pub fn scan(manifest_dir: &Path) -> Scan {
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

/// Returns the calls in one file. A file that isn't Rust has none: rustc will report it better.
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

    /// Takes the paths of a call. A manifest may also be given by its source, which is nothing to watch.
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

/// Returns the value of a string literal that has no escapes. Paths are written without them.
fn string(token: TokenTree) -> Option<String> {
    let text = token.to_string();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then(|| inner.to_string())
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
}
