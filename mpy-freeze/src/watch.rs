//! Which Python files and folders the build script watches, so that a new file in them is seen.
//!
//! `include_bytes!` tells Cargo of the files that `freeze!` read, but a file that is added later is none of
//! them. So the build script reads the crate's Rust sources, finds the calls of `freeze!`, and has Cargo
//! watch what they name. A call that can't be found this way, because another macro writes it, is noted by
//! `freeze!` itself in a record that the next run of the build script reads.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use proc_macro2::{TokenStream, TokenTree};

use crate::context;
use crate::error::Result;
use crate::fs;

/// What the crate's Rust sources say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The Rust files that call `freeze!`.
    pub(crate) sources: Vec<PathBuf>,
    /// What these calls name, absolute.
    pub(crate) inputs: Vec<PathBuf>,
}

/// Finds the calls of `freeze!` in the folders where Cargo looks for a crate's sources.
pub(crate) fn scan(manifest_dir: &Path) -> Scan {
    let mut scan = Scan::default();
    let base = glob::Pattern::escape(&manifest_dir.display().to_string());
    for folder in ["src", "tests", "examples", "benches"] {
        let files = glob::glob(&format!("{base}/{folder}/**/*.rs")).map(Iterator::flatten);
        for file in files.into_iter().flatten() {
            let inputs = inputs_of(&file);
            if !inputs.is_empty() {
                let inputs = inputs.iter().map(|input| manifest_dir.join(input));
                scan.inputs.extend(inputs);
                scan.sources.push(file);
            }
        }
    }
    scan
}

/// The strings in the `freeze!` calls of one file; nothing where it isn't Rust, as rustc will say so better.
fn inputs_of(file: &Path) -> Vec<String> {
    let mut inputs = Vec::new();
    if let Ok(text) = fs::read_to_string(file)
        && text.contains("freeze!")
        && let Ok(tokens) = text.parse::<TokenStream>()
    {
        collect(tokens, &mut inputs);
    }
    inputs
}

fn collect(tokens: TokenStream, inputs: &mut Vec<String>) {
    let mut before = [None, None];
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            if before == [Some("freeze".to_string()), Some("!".to_string())] {
                inputs.extend(group.stream().into_iter().filter_map(string));
            } else {
                collect(group.stream(), inputs);
            }
        }
        let [_, last] = before;
        before = [last, Some(token.to_string())];
    }
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

/// What `freeze!` noted, a path a line.
pub(crate) fn recorded(out_dir: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(&record_path(out_dir)).unwrap_or_default();
    let paths = text
        .lines()
        .filter_map(context::unescape)
        .map(PathBuf::from);
    // A folder that is gone is nothing to watch; the macro will say what is wrong with it.
    paths.filter(|path| path.exists()).collect()
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
        let mut inputs = Vec::new();
        collect(text.parse().unwrap(), &mut inputs);
        assert_eq!(inputs, ["app/", "one.py", "two"]);
    }
}
