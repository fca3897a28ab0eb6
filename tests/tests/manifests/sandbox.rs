//! What the tests of manifests share: a VM of the tree under test, folders of manifests, and the oracle.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mpy_freeze::frozen::manifest::{self, Listing};
use mpy_freeze::{Build, Context, Error};
use mpy_freeze_tests::{micropython, oracle, work_folder};

/// A firmware for the host of the tree under test, built once.
pub fn context() -> Context {
    static CONTEXT: OnceLock<Context> = OnceLock::new();
    let build = || {
        let built = Build::new()
            .micropython(micropython())
            .target("x86_64-unknown-linux-gnu")
            .host("x86_64-unknown-linux-gnu")
            .out_dir(work_folder().join("manifests"))
            .manifests(true)
            .try_build();
        built.unwrap_or_else(|error| panic!("{error}")).context
    };
    CONTEXT.get_or_init(build).clone()
}

/// A run of manifests, ours or upstream's.
#[derive(Debug, Clone)]
pub struct Job {
    pub folder: PathBuf,
    pub manifests: Vec<String>,
    pub variables: Vec<(String, String)>,
}

/// A listed file: source, target path, kind, level, version.
pub type Line = (String, String, String, Option<u8>, Option<String>);

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Files(Vec<Line>),
    Fails(String),
}

impl Job {
    /// Runs it here.
    pub fn run(&self) -> Result<Listing, Error> {
        let mut context = context();
        let settings = context
            .manifests
            .as_mut()
            .expect("it was built for manifests");
        settings.variables = self.variables.clone();
        manifest::list(&context, &self.folder, &self.manifests)
    }

    /// Runs it here, for comparison.
    pub fn ours(&self) -> Outcome {
        match self.run() {
            Ok(listing) => {
                let entries = listing.entries.into_iter();
                let line = |entry: manifest::Entry| {
                    (
                        entry.source.display().to_string(),
                        entry.target,
                        format!("{:?}", entry.kind),
                        entry.opt,
                        entry.version,
                    )
                };
                Outcome::Files(entries.map(line).collect())
            }
            Err(error) => {
                let problems = error.problems().iter();
                Outcome::Fails(problems.map(|problem| problem.message.clone()).collect())
            }
        }
    }

    fn json(&self) -> String {
        let manifests: Vec<String> = self.manifests.iter().map(|text| quoted(text)).collect();
        let variables = self.variables.iter();
        let variables: Vec<String> = variables
            .map(|(name, value)| format!("[{}, {}]", quoted(name), quoted(value)))
            // Upstream's tool looks this one up without asking whether it is there.
            .chain(
                self.variables
                    .iter()
                    .all(|(name, _)| name != "MPY_LIB_DIR")
                    .then(|| "[\"MPY_LIB_DIR\", null]".to_string()),
            )
            .collect();
        format!(
            "{{\"folder\": {}, \"manifests\": [{}], \"variables\": [{}]}}",
            quoted(&self.folder.display().to_string()),
            manifests.join(", "),
            variables.join(", ")
        )
    }
}

/// Runs jobs through upstream's tool.
pub fn upstream(name: &str, jobs: &[Job]) -> Vec<Outcome> {
    let folder = fresh(&format!("oracle-{name}"));
    let lines: Vec<String> = jobs.iter().map(Job::json).collect();
    let file = folder.join("jobs");
    std::fs::write(&file, lines.join("\n") + "\n").expect("the jobs can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests/oracle.py");
    let tools = micropython().join("tools").display().to_string();
    let printed = oracle::script(&folder, &script, &[&file.display().to_string(), &tools]);
    printed
        .lines()
        .map(|line| outcome(&mut Json(line)))
        .collect()
}

/// An empty folder.
pub fn fresh(name: &str) -> PathBuf {
    let folder = work_folder().join("manifest-cases").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder.canonicalize().expect("the folder is there")
}

/// Writes files into a folder.
pub fn files(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("the file can be written");
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Reads what `oracle.py` prints, and no other JSON.
struct Json<'a>(&'a str);

impl Json<'_> {
    fn take(&mut self, text: &str) -> bool {
        self.0 = self.0.trim_start_matches([' ', ',']);
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn text(&mut self) -> Option<String> {
        if self.take("null") {
            return None;
        }
        assert!(self.take("\""), "no string at {}", self.0);
        let mut text = String::new();
        let mut chars = self.0.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.0 = &self.0[at + 1..];
                    return Some(text);
                }
                '\\' => {
                    let (_, escape) = chars.next().expect("an escape");
                    text.push(match escape {
                        'n' => '\n',
                        'u' => {
                            let digits: String = (0..4)
                                .filter_map(|_| chars.next())
                                .map(|(_, c)| c)
                                .collect();
                            let number = u32::from_str_radix(&digits, 16).expect("hexadecimal");
                            char::from_u32(number).unwrap_or('\u{fffd}')
                        }
                        c => c,
                    });
                }
                c => text.push(c),
            }
        }
        panic!("a string without an end");
    }

    fn number(&mut self) -> Option<u8> {
        if self.take("null") {
            return None;
        }
        self.take("");
        let end = self.0.find([',', ']']).expect("an end");
        let number = self.0[..end].parse().expect("a number");
        self.0 = &self.0[end..];
        Some(number)
    }
}

fn outcome(json: &mut Json<'_>) -> Outcome {
    if json.take("{\"files\": [") {
        let mut files = Vec::new();
        while json.take("[") {
            let mut text = || json.text().expect("a string");
            let (source, target, kind) = (text(), text(), text());
            files.push((source, target, kind, json.number(), json.text()));
            assert!(json.take("]"), "{}", json.0);
        }
        return Outcome::Files(files);
    }
    assert!(json.take("{\"type\":"), "{}", json.0);
    let _ = json.text();
    assert!(json.take("\"reason\":"), "{}", json.0);
    Outcome::Fails(json.text().expect("a reason"))
}

/// Wants ours to be upstream's: the same list, or a failure for the same reason.
pub fn same(what: &str, ours: &Outcome, theirs: &Outcome) {
    match (ours, theirs) {
        (Outcome::Fails(ours), Outcome::Fails(theirs)) => {
            assert!(
                ours.contains(theirs),
                "{what}:\nours: {ours}\ntheirs: {theirs}"
            );
        }
        _ => assert_eq!(ours, theirs, "{what}"),
    }
}
