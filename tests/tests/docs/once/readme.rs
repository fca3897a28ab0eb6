//! What the README tells a newcomer to do and to write works as it stands there.

use std::process::{Command, Stdio};

use mpy_freeze_tests::project::{Project, text_of};
use mpy_freeze_tests::{emulator, repository, version};

/// The block of the README that is marked as the contents of a file.
fn block<'a>(readme: &'a str, file: &str) -> &'a str {
    let marked = readme.split_once(&format!("<!-- tested: {file} -->\n"));
    let (_, rest) = marked.unwrap_or_else(|| panic!("the README shows no {file}"));
    let (_, rest) = rest.split_once('\n').expect("a block begins");
    rest.split_once("\n```").expect("a block ends").0
}

/// A project with the README's `Cargo.toml` and `build.rs`, and the memory of the emulated board.
fn newcomer(name: &str) -> Project {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    let project = Project::new(name);
    project.write("build.rs", block(&readme, "build.rs"));
    // Until the crates are published, they come from this repository.
    let crates = format!("{{ path = \"{}/mpy-freeze", repository().display());
    let manifest = block(&readme, "Cargo.toml")
        .replace(
            "mpy-freeze-rt = \"0.1\"",
            &format!("mpy-freeze-rt = {crates}/rt\" }}"),
        )
        .replace(
            "mpy-freeze = \"0.1\"",
            &format!("mpy-freeze = {crates}\" }}"),
        )
        .replace("name = \"firmware\"", &format!("name = \"{name}\""));
    project.write("Cargo.toml", manifest + "\n[workspace]\n");
    let memory = "MEMORY {\n FLASH : ORIGIN = 0x00000000, LENGTH = 4M\n RAM : ORIGIN = 0x20000000, LENGTH = 4M\n}\n";
    project.write("memory.x", memory);
    project
}

/// Builds such a project and runs it on the emulated board.
fn run(project: &Project) -> emulator::Run {
    project.succeeds(&["build", "--release", "--target", "thumbv7m-none-eabi"]);
    let name = project.root.file_name().expect("a name");
    let programs = project.target_dir.join("thumbv7m-none-eabi/release");
    emulator::run(&programs.join(name))
}

#[test]
fn the_four_files_make_a_firmware_that_runs() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    let project = newcomer("readme");
    for file in ["app/main.py", "src/main.rs"] {
        project.write(file, block(&readme, file));
    }
    let run = run(&project);
    assert_eq!(run.console, "mean = 21\n");
    assert_eq!(run.status, Some(0));
}

#[test]
fn the_guide_to_modules_in_rust_makes_a_firmware_that_runs() {
    let guide = repository().join("docs/rust-modules.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let project = newcomer("guide");
    for file in ["app/main.py", "src/main.rs", "src/panel.rs"] {
        project.write(file, block(&guide, file));
    }
    let run = run(&project);
    assert_eq!(run.console.trim_end(), block(&guide, "output"));
    assert_eq!(run.status, Some(0));
}

#[test]
fn the_chores_it_names_are_there() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    let help = Command::new("cargo")
        .args(["xtask", "--help"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let named: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("cargo xtask ")?.split(' ').next())
        .collect();
    assert!(named.len() >= 4, "{named:?}");
    for chore in named {
        assert!(
            help.contains(&format!("\n  {chore} ")),
            "{chore} is not in:\n{help}"
        );
    }
}

#[test]
fn flash_ends_with_the_applications_verdict_and_does_nothing_twice() {
    let flash = || {
        Command::new("cargo")
            .args(["xtask", "flash", "--micropython", &version()])
            .current_dir(repository())
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("MPY_DIR")
            .stdin(Stdio::null())
            .output()
            .expect("cargo runs")
    };
    let first = flash();
    let text = text_of(&first);
    assert_eq!(first.status.code(), Some(0), "{text}");
    assert!(text.contains("verdict: pass"), "{text}");
    assert!(text.contains("BadChecksum"), "{text}");
    for part in [
        "bytecode",
        "constants",
        "qstrs",
        "tables",
        "libmicropython",
        "Rust",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    let second = flash();
    let text = text_of(&second);
    assert_eq!(second.status.code(), Some(0), "{text}");
    for work in ["Compiling", "Downloading", "unpacking", "missing"] {
        assert!(!text.contains(work), "{work} is in:\n{text}");
    }
}

#[test]
fn flash_of_a_failing_application_fails() {
    let project = Project::firmware("failing");
    let app = project.read("app/main.py");
    let failing = app.replace(
        "def run(",
        "def run(*arguments):\n    return {'ok': False}\n\n\ndef unused(",
    );
    assert_ne!(app, failing);
    project.write("app/main.py", failing);
    let run = emulator::run(&project.firmware_image());
    assert_eq!(run.status, Some(1), "{}", run.console);
}
