//! What the compiler says of mistakes: the errors of the files in `ui`, with line, column and message.
//!
//! A file's errors stand beside it. `BLESS=1` writes them as they are now. Of the files in `ui/pass` the compiler says
//! nothing at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mpy_freeze_tests::project::{Project, text_of};
use mpy_freeze_tests::{blesses, repository};

/// What the names of cases without errors begin with, in the project.
const PASS: &str = "pass_";

#[test]
fn mistakes_are_reported_where_they_are() {
    let cases = cases(&repository().join("tests/fixtures/ui"));
    let passing = self::cases(&repository().join("tests/fixtures/ui/pass"));
    let said = check(&cases, &passing);
    let bless = blesses();
    let mut wrong = String::new();
    for name in passing.keys() {
        if let Some(found) = said.get(&format!("{PASS}{name}")) {
            wrong += &format!("pass/{name}.rs: found\n{found}\n");
        }
    }
    for (name, path) in &cases {
        let found = said.get(name).map_or("", String::as_str);
        let expected_path = path.with_extension("stderr");
        if bless {
            std::fs::write(&expected_path, found).expect("the file can be written");
            continue;
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        if found != expected || found.is_empty() {
            wrong += &format!("{name}.rs: expected\n{expected}\nfound\n{found}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The Rust files in a folder, by name.
fn cases(folder: &Path) -> BTreeMap<String, PathBuf> {
    let pattern = folder.join("*.rs");
    let files = glob::glob(&pattern.display().to_string()).expect("the pattern is valid");
    let cases: BTreeMap<String, PathBuf> = files
        .flatten()
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_string(), path)))
        .collect();
    assert!(!cases.is_empty(), "there are no cases");
    cases
}

/// Checks every case as a program of one package, and returns the errors of each.
fn check(
    cases: &BTreeMap<String, PathBuf>,
    passing: &BTreeMap<String, PathBuf>,
) -> BTreeMap<String, String> {
    let project = Project::host("ui");
    project.write("src/lib.rs", "");
    let passing = passing
        .iter()
        .map(|(name, path)| (format!("{PASS}{name}"), path));
    let cases = cases.iter().map(|(name, path)| (name.clone(), path));
    for (name, path) in cases.chain(passing) {
        let text = std::fs::read(path).expect("the file is there");
        project.write(&format!("examples/{name}.rs"), text);
    }
    let output = project
        .cargo(&[
            "check",
            "--examples",
            "--keep-going",
            "--message-format=short",
        ])
        .output()
        .expect("cargo runs");
    let text = text_of(&output);
    let mut errors: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, position, error)) = read(line) {
            errors.entry(name).or_default().push((position, error));
        }
    }
    assert!(!errors.is_empty(), "{text}");
    errors
        .into_iter()
        .map(|(name, mut errors)| {
            errors.sort();
            errors.dedup();
            let lines = errors.into_iter().map(|(_, error)| error + "\n");
            (name, lines.collect())
        })
        .collect()
}

/// A line such as `examples/classes.rs:5:11: error: the message`: the case, the line, and all behind the file's name.
///
/// The compiler's own messages change with its version. Of those there are the codes; `E0277`, a trait that isn't
/// implemented, has a message of ours.
fn read(line: &str) -> Option<(String, usize, String)> {
    let (name, rest) = line.strip_prefix("examples/")?.split_once(".rs:")?;
    if name.starts_with(PASS) {
        return Some((name.to_string(), 0, rest.to_string()));
    }
    let (position, error) = rest.split_once(": error")?;
    let number = position.split(':').next()?.parse().ok()?;
    let said = match error.split_once("]: ") {
        Some((code, _)) if code != "[E0277" => format!("{position}: error{code}]"),
        _ => format!("{position}: error{error}"),
    };
    Some((name.to_string(), number, said))
}
