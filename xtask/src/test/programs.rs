//! The test programs that Cargo builds, and what of them runs by itself.
//!
//! In the programs of the crate `tests`, a module is a step. What lies in a module `once` looks at Cargo, at compilers, at files
//! or at the documentation, and at MicroPython only so far as there is one: the first of the releases is enough for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Artifact, Message};

use super::pool::Step;
use crate::releases::{RELEASES, Release};
use crate::{host, setup, shell};

/// The package whose programs run with each release.
const TESTS: &str = "mpy-freeze-tests";
/// Its feature that gives another release than the newest build folders of its own.
const OLDER: &str = "older";
/// The module of tests for which one release is enough.
const ONCE: &str = "once";

/// A test program.
struct Program {
    name: String,
    /// Where Cargo would run it.
    folder: PathBuf,
    file: PathBuf,
}

/// Builds the programs with a release, and returns what there is to run. `again` says that another release is tested too.
///
/// # Errors
///
/// When Cargo fails, or a program doesn't tell its tests.
pub fn steps(release: &'static Release, again: bool) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for program in build(release, again)? {
        if program.folder != host::root().join("tests") {
            steps.push(program.step(release, "", &[])?);
            continue;
        }
        for (module, tests) in program.modules()? {
            if !again || !is_once(&module) {
                steps.push(program.step(release, &module, &tests)?);
            }
        }
    }
    if !again {
        let mut documentation = cargo(release, &["test", "--doc", "--workspace"])?;
        documentation.env("CARGO_TERM_COLOR", "never");
        let name = format!("documentation with MicroPython {}", release.version);
        steps.push(Step::program(name, || Ok(documentation)));
    }
    Ok(steps)
}

fn is_once(module: &str) -> bool {
    module.split("::").any(|part| part == ONCE)
}

/// Cargo in the workspace, with a release.
fn cargo(release: &Release, words: &[&str]) -> Result<Command> {
    let mut command = shell::command(host::cargo(), words);
    command
        .current_dir(host::root())
        .env("MPY_DIR", setup::tree(release.version)?);
    Ok(command)
}

fn build(release: &Release, again: bool) -> Result<Vec<Program>> {
    let mut command = cargo(
        release,
        &[
            "test",
            "--no-run",
            "--message-format=json-render-diagnostics",
        ],
    )?;
    if again {
        command.args(["--package", TESTS]);
    } else {
        command.arg("--workspace");
    }
    if release.version != RELEASES[0].version {
        command.args(["--features", &format!("{TESTS}/{OLDER}")]);
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't start `{}`", shell::line(&command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", shell::line(&command), output.status);
    }
    let mut programs = Vec::new();
    for message in Message::parse_stream(&*output.stdout) {
        if let Message::CompilerArtifact(artifact) =
            message.context("can't read cargo's messages")?
        {
            programs.extend(program(artifact));
        }
    }
    Ok(programs)
}

fn program(artifact: Artifact) -> Option<Program> {
    let file = artifact.executable.filter(|_| artifact.profile.test)?;
    let folder = artifact.manifest_path.parent()?.as_std_path().to_owned();
    let package = folder.file_name()?.to_string_lossy().into_owned();
    let name = match artifact.target.name.as_str() {
        name if package == "tests" => name.to_string(),
        name if name.replace('_', "-") == package => package,
        name => format!("{package}: {name}"),
    };
    Some(Program {
        name,
        folder,
        file: file.into(),
    })
}

impl Program {
    /// The tests of each module, by their full names.
    fn modules(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let printed = shell::capture(&mut self.command(&["--list", "--format", "terse"])?)?;
        let names = printed
            .lines()
            .filter_map(|line| line.strip_suffix(": test"));
        let mut modules: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for name in names {
            modules.entry(module(name)).or_default().push(name.into());
        }
        Ok(modules)
    }

    /// Runs these tests of a module, or all that there are.
    fn step(&self, release: &Release, module: &str, tests: &[String]) -> Result<Step> {
        let name = [&self.name, module].join("::");
        let name = format!(
            "{} with MicroPython {}",
            name.trim_end_matches(':'),
            release.version
        );
        let mut command = self.command(&[])?;
        if !tests.is_empty() {
            command.arg("--exact").args(tests);
        }
        command.env("MPY_DIR", setup::tree(release.version)?);
        Ok(Step::program(name, || Ok(command)))
    }

    /// The program, as Cargo would start it.
    fn command(&self, words: &[&str]) -> Result<Command> {
        let mut command = shell::command(&self.file, words);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder);
        // The tests of a crate with macros are linked with the compiler's own library.
        let library = host::sysroot()?.join("lib");
        let before = host::variable("LD_LIBRARY_PATH").unwrap_or_default();
        let folders = std::iter::once(library).chain(std::env::split_paths(&before));
        command.env("LD_LIBRARY_PATH", std::env::join_paths(folders)?);
        Ok(command)
    }
}

/// The file that a test stands in: the first part of its name, and with `once` the first two.
fn module(test: &str) -> String {
    let parts: Vec<&str> = test.split("::").collect();
    let (_, folders) = parts.split_last().unwrap_or((&"", &[]));
    let depth = if folders.first() == Some(&ONCE) { 2 } else { 1 };
    folders[..depth.min(folders.len())].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_file() {
        assert_eq!(module("rom::imports_copy_nothing"), "rom");
        assert_eq!(module("modules::classes::a_class"), "modules");
        assert_eq!(module("once::flags::reach"), "once::flags");
        assert_eq!(module("alone"), "");
        assert!(is_once("once::flags") && !is_once("rom"));
    }
}
