//! `cargo xtask setup`: everything that a fresh machine lacks, and nothing that it has.
//!
//! It first looks, without network and without changing anything. Only what is missing is announced, asked about where
//! somebody can answer, and done.

mod packages;
mod rust;
mod tools;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use mpy_freeze::program::fetch::{self, Fetcher};

use crate::boards::{self, Board, Via};
use crate::host;
use crate::releases::{self, Project, RELEASES, Release};
use packages::Manager;
use tools::{Need, TOOLS, Tool};

pub use rust::ensure_components;

/// The needs of a chore.
pub struct Wanted {
    needs: Vec<Need>,
    targets: Vec<&'static str>,
    /// The releases of MicroPython that have to be there. Without any, it is the one that the build finds by itself.
    releases: Vec<&'static Release>,
    /// Asks for mbedTLS too, for firmware with TLS, ciphers or hashes.
    mbedtls: bool,
    /// Go ahead without asking.
    pub yes: bool,
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
            releases: release.into_iter().collect(),
            mbedtls: false,
            yes: false,
        }
    }

    /// For the prompt on a board. It has all of MicroPython, but where there is no memory for that.
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
            releases: Vec::new(),
            mbedtls: true,
            yes: false,
        }
    }

    /// For everything, with these releases.
    pub fn everything(releases: Vec<&'static Release>) -> Self {
        let emulators = [boards::ARM, boards::RISC_V].map(Need::Emulate);
        let mut wanted = Self::every_target();
        wanted
            .needs
            .extend([Need::Tests].into_iter().chain(emulators));
        Self { releases, ..wanted }
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
        fetch::take(&host::cache()?, path)?;
    }
    let parts = survey(&wanted)?;
    for Part { name, place, .. } in &parts {
        if let Some(place) = place {
            println!("setup: found    {name:<30} {}", place.display());
        }
    }
    complete(&parts, wanted.yes)?;
    println!("setup: ready");
    Ok(ExitCode::SUCCESS)
}

/// Sees to it that what a chore needs is there; says nothing where it is.
pub fn prepare(wanted: &Wanted) -> Result<()> {
    complete(&survey(wanted)?, wanted.yes)
}

/// The place of a release's tree, there or not.
pub fn tree(version: &str) -> Result<PathBuf> {
    Ok(fetch::place(&host::cache()?, releases::find(version)?))
}

/// Something that is needed, and where it is.
struct Part {
    name: String,
    why: &'static str,
    /// None where it is missing.
    place: Option<PathBuf>,
    origin: Origin,
}

/// The source of something that is needed.
enum Origin {
    Package(&'static Tool),
    Rustup(&'static str),
    /// The first of these releases that can be had.
    Releases(Vec<&'static Release>),
}

/// Looks for all that is wanted.
fn survey(wanted: &Wanted) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    if wanted.releases.is_empty() {
        parts.push(any_tree(Project::Micropython)?);
    }
    let cache = host::cache()?;
    for &release in &wanted.releases {
        let place = fetch::has(&cache, release).then(|| fetch::place(&cache, release));
        parts.push(tree_part(
            release.project,
            release.name(),
            place,
            vec![release],
        ));
    }
    if wanted.mbedtls {
        parts.push(any_tree(Project::Mbedtls)?);
    }
    let fetches = parts.iter().any(|part| part.place.is_none());
    for &target in &wanted.targets {
        parts.push(Part {
            name: format!("Rust target {target}"),
            why: "its Rust libraries",
            place: rust::target(target)?,
            origin: Origin::Rustup(target),
        });
    }
    let is_needed =
        |tool: &&Tool| wanted.needs.contains(&tool.need) || (tool.need == Need::Sources && fetches);
    parts.extend(TOOLS.iter().filter(is_needed).map(|tool| Part {
        name: tool.name.to_owned(),
        why: tool.why,
        place: tool.find(),
        origin: Origin::Package(tool),
    }));
    Ok(parts)
}

/// The tree of a project that a build would take.
fn any_tree(project: Project) -> Result<Part> {
    let releases = releases::of(project).iter().collect();
    Ok(match project.named(host::variable) {
        Some((variable, place)) => {
            let name = format!("{}, by {variable}", project.title());
            tree_part(project, name, Some(place), releases)
        }
        None => {
            let place = project.newest(&host::cache()?);
            tree_part(project, project.title().to_owned(), place, releases)
        }
    })
}

fn tree_part(
    project: Project,
    name: String,
    place: Option<PathBuf>,
    releases: Vec<&'static Release>,
) -> Part {
    Part {
        name,
        why: match project {
            Project::Micropython => "the sources of its compiler and runtime",
            Project::Mbedtls => "the sources for TLS, ciphers and hashes",
        },
        place,
        origin: Origin::Releases(releases),
    }
}

/// Gets what is missing, after asking where somebody can answer.
fn complete(parts: &[Part], yes: bool) -> Result<()> {
    let missing: Vec<&Part> = parts.iter().filter(|part| part.place.is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let manager = Manager::detect();
    let (mut tools, mut targets, mut trees) = (Vec::new(), Vec::new(), Vec::new());
    for part in missing {
        let how = match &part.origin {
            Origin::Package(tool) => {
                tools.push(*tool);
                let package = manager.and_then(|manager| tool.package(manager));
                package.map_or("no package known here".into(), |name| {
                    format!("package {name}")
                })
            }
            Origin::Rustup(target) => {
                targets.push(*target);
                "rustup target add".to_owned()
            }
            Origin::Releases(releases) => {
                trees.push(releases.as_slice());
                "download, SHA-256 pinned".to_owned()
            }
        };
        eprintln!("setup: missing  {:<30} {} ({how})", part.name, part.why);
    }
    let needed = targets.len() + trees.len() > 0 || tools.iter().any(|tool| is_needed(tool));
    if needed || manager.is_some_and(packages::can_install) {
        if yes || !host::interactive() || confirm()? {
            install_tools(&tools, manager)?;
        } else if needed {
            bail!("nothing was changed");
        }
    }
    print_left(&tools, manager);
    if !targets.is_empty() {
        rust::add("target", &targets)?;
    }
    fetch_trees(&trees)
}

/// Tells the tools without which nothing goes from those that tests alone miss.
fn is_needed(tool: &Tool) -> bool {
    tool.need != Need::Tests
}

/// Installs the packages of the missing tools.
fn install_tools(tools: &[&'static Tool], manager: Option<Manager>) -> Result<()> {
    let can_install = manager.is_some_and(packages::can_install);
    if !tools.iter().any(|tool| is_needed(tool)) && (tools.is_empty() || !can_install) {
        return Ok(());
    }
    // In one go: where setup may install, and where a person must type the line.
    packages::install(manager, &package_names(tools, manager)?)?;
    let mut tools = tools.iter();
    match tools.find(|tool| is_needed(tool) && tool.find().is_none()) {
        Some(tool) => bail!(
            "{} was installed but isn't found; is it on the search path?",
            tool.name
        ),
        None => Ok(()),
    }
}

/// Names what the tests will have to do without.
fn print_left(tools: &[&'static Tool], manager: Option<Manager>) {
    for tool in tools.iter().filter(|tool| tool.find().is_none()) {
        let line = manager.and_then(|manager| Some(manager.line(&[tool.package(manager)?])));
        let hint = line.map_or_else(String::new, |line| format!(" ({line})"));
        eprintln!("setup: going on without {}: {}{hint}", tool.name, tool.why);
    }
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
            None if !is_needed(tool) => {}
            None => bail!("please install {} by hand: {}", tool.name, tool.why),
        }
    }
    Ok(names)
}

/// Fetches one release of each group.
fn fetch_trees(groups: &[&[&'static Release]]) -> Result<()> {
    let cache = host::cache()?;
    let mut fetcher = Fetcher::new(&cache);
    let mut failures = Vec::new();
    for group in groups {
        if let Err(error) = fetcher.fetch_first_of(group) {
            failures.push(format!("{error:#}"));
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    failures
        .push("have you a tree or an archive of it: cargo xtask setup --from DIR|ARCHIVE".into());
    let mut releases = RELEASES.iter();
    if let Some(here) = releases.find(|release| fetch::has(&cache, release)) {
        failures.push(format!(
            "MicroPython {0} is here: --micropython {0} takes it",
            here.version
        ));
    }
    bail!("{}", failures.join("\n"))
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
        let error = read(&["--frm", "x"]).unwrap_err().to_string();
        assert!(error.contains("--frm"));
        assert!(read(&["extra"]).is_err());
    }

    #[test]
    fn packages_are_named_once() {
        let llvm: Vec<_> = TOOLS
            .iter()
            .filter(|tool| tool.need == Need::Build)
            .collect();
        let names = |manager| package_names(&llvm, manager).unwrap();
        assert_eq!(names(Some(Manager::Apt)), ["clang", "libclang-dev", "llvm"]);
        assert_eq!(names(Some(Manager::Brew)), ["llvm"]);
        assert!(names(None).is_empty());
    }

    #[test]
    fn everything_covers_every_board() {
        let wanted = Wanted::everything(Vec::new());
        let mut boards = boards::BOARDS.iter();
        assert!(boards.all(|board| wanted.targets.contains(&board.target)));
    }
}
