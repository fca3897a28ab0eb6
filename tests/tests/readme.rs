//! What the README tells a newcomer to write works as it stands there.

use std::process::Command;

use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{emulator, repository};

/// The block of the README that is marked as the contents of a file.
fn block<'a>(readme: &'a str, file: &str) -> &'a str {
    let marked = readme.split_once(&format!("<!-- tested: {file} -->\n"));
    let (_, rest) = marked.unwrap_or_else(|| panic!("the README shows no {file}"));
    let (_, rest) = rest.split_once('\n').expect("a block begins");
    rest.split_once("\n```").expect("a block ends").0
}

#[test]
fn the_four_files_make_a_firmware_that_runs() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    let project = Project::new("readme");
    for file in ["build.rs", "app/main.py", "src/main.rs"] {
        project.write(file, block(&readme, file));
    }
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
        );
    project.write("Cargo.toml", manifest + "\n[workspace]\n");
    let memory = "MEMORY {\n FLASH : ORIGIN = 0x00000000, LENGTH = 4M\n RAM : ORIGIN = 0x20000000, LENGTH = 4M\n}\n";
    project.write("memory.x", memory);
    project.succeeds(&["build", "--release", "--target", "thumbv7m-none-eabi"]);
    let image = project
        .target_dir
        .join("thumbv7m-none-eabi/release/firmware");
    let run = emulator::run(&image);
    assert_eq!(run.console, "mean = 21\n");
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
