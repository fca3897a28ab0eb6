//! `cargo xtask setup`: everything that a fresh machine lacks, and nothing that it has.
//!
//! It first looks, without network and without running anything; only what is missing is announced, asked about
//! where somebody can answer, and done.

mod apt;
mod digest;
mod packages;
mod rust;
mod scratch;
mod sources;
mod tools;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::boards::{self, Board, Via};
use crate::host;
use crate::releases::{self, MBEDTLS, Project, RELEASES, Release};
use packages::Manager;
use sources::Fetcher;
use tools::{Need, TOOLS, Tool};

pub use rust::ensure_components;
pub use sources::tree;

/// What a chore needs before it starts.
pub struct Wanted {
    needs: Vec<Need>,
    targets: Vec<&'static str>,
    trees: Trees,
    /// Whether firmware is built that has TLS, ciphers or hashes.
    mbedtls: bool,
    /// Go ahead without asking.
    pub yes: bool,
}

/// Which MicroPython has to be there.
enum Trees {
    /// Each of these.
    Each(Vec<&'static Release>),
    /// Whichever the build will find; the newest is fetched where it would find none.
    Any,
}

impl Wanted {
    /// For building firmware for a board, and running it.
    pub fn firmware(board: &'static Board, release: Option<&'static Release>) -> Self {
        let (needs, targets) = match board.via {
            Via::Qemu { program, .. } => (
                vec![Need::Build, Need::Emulate(program)],
                vec![board.target],
            ),
            // The sanitizers are among what the tests need.
            Via::Host => (vec![Need::Build, Need::Tests], Vec::new()),
        };
        Self {
            needs,
            targets,
            trees: release.map_or(Trees::Any, |release| Trees::Each(vec![release])),
            mbedtls: false,
            yes: false,
        }
    }

    /// For the prompt on a board. It has all that there is of MicroPython, but where there is no memory for that.
    pub fn prompt(board: &'static Board, release: Option<&'static Release>) -> Self {
        Self {
            mbedtls: board.runs_application || matches!(board.via, Via::Host),
            ..Self::firmware(board, release)
        }
    }

    /// For building firmware for every board, and running none of it.
    pub fn every_target() -> Self {
        Self {
            needs: vec![Need::Build],
            targets: boards::targets(),
            trees: Trees::Any,
            mbedtls: true,
            yes: false,
        }
    }

    /// For everything, with these releases.
    pub fn everything(releases: Vec<&'static Release>) -> Self {
        let emulators = [boards::ARM, boards::RISC_V].map(Need::Emulate);
        Self {
            needs: [Need::Build, Need::Tests]
                .into_iter()
                .chain(emulators)
                .collect(),
            targets: boards::targets(),
            trees: Trees::Each(releases),
            mbedtls: true,
            yes: false,
        }
    }
}

/// The words after `setup`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words {
    yes: bool,
    version: Option<String>,
    from: Option<PathBuf>,
}

fn read_words(mut words: lexopt::Parser) -> Result<Words> {
    use lexopt::{Arg, ValueExt as _};
    let mut read = Words::default();
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("yes") | Arg::Short('y') => read.yes = true,
            Arg::Long("micropython") => read.version = Some(words.value()?.string()?),
            Arg::Long("from") => read.from = Some(words.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    if read.version.is_some() && read.from.is_some() {
        bail!(
            "--micropython and --from exclude each other: the version is read from what --from names"
        );
    }
    Ok(read)
}

/// The chore.
///
/// # Errors
///
/// When something that is needed can't be had.
pub fn main(words: lexopt::Parser) -> Result<ExitCode> {
    let words = read_words(words)?;
    let releases = match (&words.version, &words.from) {
        (Some(version), _) => vec![releases::find(version)?],
        (None, Some(_)) => Vec::new(),
        (None, None) => RELEASES.iter().collect(),
    };
    let mut wanted = Wanted::everything(releases);
    wanted.yes = words.yes;
    if let Some(path) = &words.from {
        let path = std::path::absolute(path)
            .with_context(|| format!("can't tell where {} is", path.display()))?;
        sources::install_named(&path)?;
    }
    let survey = Survey::take(&wanted)?;
    survey.print_found();
    survey.complete(&wanted)?;
    println!("setup: ready");
    Ok(ExitCode::SUCCESS)
}

/// Sees to it that what a chore needs is there; says nothing where it is.
///
/// # Errors
///
/// When something that is needed can't be had.
pub fn prepare(wanted: &Wanted) -> Result<()> {
    Survey::take(wanted)?.complete(wanted)
}

/// What was found, and what wasn't.
struct Survey {
    found: Vec<(String, PathBuf)>,
    tools: Vec<&'static Tool>,
    targets: Vec<&'static str>,
    /// Releases that aren't there. Of each group the first that can be had is enough.
    trees: Vec<Vec<&'static Release>>,
}

impl Survey {
    fn take(wanted: &Wanted) -> Result<Self> {
        let mut survey = Self {
            found: Vec::new(),
            tools: Vec::new(),
            targets: Vec::new(),
            trees: Vec::new(),
        };
        survey.look_for_trees(&wanted.trees)?;
        if wanted.mbedtls {
            survey.look_for_any(MBEDTLS)?;
        }
        for &target in &wanted.targets {
            if rust::has_target(target)? {
                let place = host::sysroot()?.join("lib/rustlib").join(target);
                survey.found.push((format!("Rust target {target}"), place));
            } else {
                survey.targets.push(target);
            }
        }
        for tool in TOOLS {
            let now = wanted.needs.contains(&tool.need)
                || (tool.need == Need::Sources && !survey.trees.is_empty());
            match tool.find() {
                _ if !now => {}
                Some(place) => survey.found.push((tool.name.to_owned(), place)),
                None => survey.tools.push(tool),
            }
        }
        Ok(survey)
    }

    fn look_for_trees(&mut self, trees: &Trees) -> Result<()> {
        match trees {
            Trees::Each(releases) => {
                for release in releases {
                    if sources::has(release)? {
                        self.found.push((release.name(), sources::place(release)?));
                    } else {
                        self.trees.push(vec![release]);
                    }
                }
            }
            Trees::Any => self.look_for_any(RELEASES)?,
        }
        Ok(())
    }

    /// Looks for a tree of a project, as the build would take it. `releases` are what can be fetched of it.
    fn look_for_any(&mut self, releases: &'static [Release]) -> Result<()> {
        let Some(newest) = releases.first() else {
            return Ok(());
        };
        let project = newest.project;
        if let Some((variable, place)) = host::named_tree(project.variables()) {
            let name = format!("{}, by {variable}", project.title());
            self.found.push((name, place));
        } else if let Some(place) = sources::any(project)? {
            self.found.push((project.title().to_owned(), place));
        } else {
            self.trees.push(releases.iter().collect());
        }
        Ok(())
    }

    fn print_found(&self) {
        for (name, place) in &self.found {
            println!("setup: found    {name:<30} {}", place.display());
        }
    }

    /// Gets what is missing.
    fn complete(&self, wanted: &Wanted) -> Result<()> {
        if self.tools.is_empty() && self.targets.is_empty() && self.trees.is_empty() {
            return Ok(());
        }
        let manager = Manager::detect();
        self.print_missing(manager);
        let needed = self.targets.len() + self.trees.len() > 0
            || self.tools.iter().any(|tool| tool.need != Need::Tests);
        let optional = manager.is_some_and(packages::can_install);
        if needed || optional {
            if wanted.yes || !host::interactive() || confirm()? {
                self.install_tools(manager)?;
            } else if needed {
                bail!("nothing was changed");
            }
        }
        self.print_left(manager);
        if !self.targets.is_empty() {
            rust::add_targets(&self.targets)?;
        }
        self.fetch_trees()
    }

    fn print_missing(&self, manager: Option<Manager>) {
        for tool in &self.tools {
            let package = match manager.and_then(|manager| tool.package(manager)) {
                Some(package) => format!("package {package}"),
                None => "no package known here".to_owned(),
            };
            eprintln!("setup: missing  {:<30} {} ({package})", tool.name, tool.why);
        }
        for target in &self.targets {
            eprintln!(
                "setup: missing  {:<30} its Rust libraries (rustup target add)",
                format!("Rust target {target}")
            );
        }
        for release in self.trees.iter().filter_map(|group| group.first()) {
            let what = match release.project {
                Project::Micropython => "the sources of its compiler and runtime",
                Project::Mbedtls => "the sources for TLS, ciphers and hashes",
            };
            eprintln!(
                "setup: missing  {:<30} {what} (download, SHA-256 pinned)",
                release.name()
            );
        }
    }

    /// Installs the packages of the missing tools.
    fn install_tools(&self, manager: Option<Manager>) -> Result<()> {
        let needed: Vec<_> = self
            .tools
            .iter()
            .filter(|tool| tool.need != Need::Tests)
            .collect();
        let can = manager.is_some_and(packages::can_install);
        if needed.is_empty() && (self.tools.is_empty() || !can) {
            return Ok(());
        }
        // In one go: where setup may install, and where a person must type the line.
        packages::install(manager, &package_names(&self.tools, manager)?)?;
        match needed.iter().find(|tool| tool.find().is_none()) {
            Some(tool) => bail!(
                "{} was installed but isn't found; is it on the search path?",
                tool.name
            ),
            None => Ok(()),
        }
    }

    /// Names what the tests will have to do without.
    fn print_left(&self, manager: Option<Manager>) {
        for tool in self.tools.iter().filter(|tool| tool.find().is_none()) {
            let hint = manager
                .and_then(|manager| Some(format!(" ({})", manager.line(&[tool.package(manager)?]))))
                .unwrap_or_default();
            eprintln!("setup: going on without {}: {}{hint}", tool.name, tool.why);
        }
    }

    fn fetch_trees(&self) -> Result<()> {
        let mut fetcher = Fetcher::default();
        let mut failures = Vec::new();
        for group in &self.trees {
            if let Err(error) = fetch_one_of(&mut fetcher, group) {
                failures.push(format!("{error:#}"));
            }
        }
        if !failures.is_empty() {
            bail!("{}\n{}", failures.join("\n"), offer()?);
        }
        Ok(())
    }
}

/// The first of these releases that can be had.
fn fetch_one_of(fetcher: &mut Fetcher, releases: &[&'static Release]) -> Result<()> {
    let mut failures = Vec::new();
    for (index, &release) in releases.iter().enumerate() {
        if index > 0 {
            eprintln!("setup: trying {} in its place", release.name());
        }
        match fetcher.fetch(release) {
            Ok(()) => return Ok(()),
            Err(error) => failures.push(format!("{error:#}")),
        }
    }
    bail!("{}", failures.join("\n"))
}

/// What a person can do about a release that can't be had.
fn offer() -> Result<String> {
    let mut text =
        "have you a tree or an archive of it: cargo xtask setup --from DIR|ARCHIVE".to_owned();
    for release in RELEASES {
        if sources::has(release)? {
            text.push_str(&format!(
                "\nMicroPython {0} is here: --micropython {0} takes it",
                release.version
            ));
            break;
        }
    }
    Ok(text)
}

/// The packages that bring these tools, each once.
fn package_names(tools: &[&'static Tool], manager: Option<Manager>) -> Result<Vec<&'static str>> {
    let Some(manager) = manager else {
        return Ok(Vec::new());
    };
    let mut names: Vec<&str> = Vec::new();
    for tool in tools {
        match tool.package(manager) {
            Some(name) if names.contains(&name) => {}
            Some(name) => names.push(name),
            None if tool.need == Need::Tests => {}
            None => bail!("please install {} by hand: {}", tool.name, tool.why),
        }
    }
    Ok(names)
}

fn confirm() -> Result<bool> {
    eprint!("setup: get what is missing? [Y/n] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .context("can't read the answer")?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "" | "y" | "yes"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Words> {
        read_words(lexopt::Parser::from_args(words))
    }

    #[test]
    fn words() {
        assert_eq!(read(&[]).unwrap(), Words::default());
        let words = read(&["--yes", "--micropython=1.25.0"]).unwrap();
        assert!(words.yes && words.version.as_deref() == Some("1.25.0"));
        assert_eq!(read(&["--from", "a b"]).unwrap().from, Some("a b".into()));
        assert!(read(&["--from", "x", "--micropython", "1"]).is_err());
        assert!(read(&["--from"]).is_err());
        assert!(
            read(&["--frm", "x"])
                .unwrap_err()
                .to_string()
                .contains("--frm")
        );
        assert!(read(&["extra"]).is_err());
    }

    #[test]
    fn packages_are_named_once() {
        let llvm: Vec<_> = TOOLS
            .iter()
            .filter(|tool| tool.need == Need::Build)
            .collect();
        assert_eq!(
            package_names(&llvm, Some(Manager::Apt)).unwrap(),
            ["clang", "libclang-dev", "llvm"]
        );
        assert_eq!(package_names(&llvm, Some(Manager::Brew)).unwrap(), ["llvm"]);
        assert!(package_names(&llvm, None).unwrap().is_empty());
    }

    #[test]
    fn everything_covers_every_board() {
        let wanted = Wanted::everything(Vec::new());
        assert!(
            boards::BOARDS
                .iter()
                .all(|board| wanted.targets.contains(&board.target))
        );
    }
}
