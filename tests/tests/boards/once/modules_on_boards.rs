//! The tests of Python modules written in Rust, and those of Python from Rust, on emulated boards of both instruction
//! sets: a firmware has the very files that are tested on the host, and MicroPython's compiler for the Python in them.

use mpy_freeze_tests::emulator::{self, Run};
use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{programs, repository};

/// How a file begins to say which of its functions are tests.
const TESTS: &str = "\ntests![";

/// The names of the tests in a file, in the order that the firmware has them in.
fn tests(module: &str, text: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once(TESTS) else {
        return Vec::new();
    };
    let (names, _) = rest.split_once(']').expect("the list ends");
    let names = names.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(|name| format!("{module}::{name}"))
        .collect()
}

/// Copies the folders that the firmware has in common with the host's program; returns the names of the tests in them.
fn copy_tests(project: &Project) -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["modules", "from_rust"] {
        let path = repository().join("tests/tests/runtime").join(folder);
        let pattern = format!("{}/*.rs", path.display());
        for file in glob::glob(&pattern)
            .expect("the pattern is valid")
            .flatten()
        {
            let name = file.file_stem().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&file).expect("the file can be read");
            // It would be one on the host alone.
            assert!(!text.contains("#[test]"), "{name}");
            let module = format!("{folder}::{name}");
            let found = tests(&module, &text);
            assert!(
                found.is_empty() || MAIN.contains(&format!("{module}::TESTS,")),
                "the firmware runs no test of {module}"
            );
            names.extend(found);
            project.write(&format!("src/{folder}/{name}.rs"), text);
        }
    }
    names
}

/// The firmware.
const MAIN: &str = include_str!("../../../firmware/boards/main.rs");

/// Writes the firmware's sources; returns the names of the tests in it.
fn write_sources(project: &Project) -> Vec<String> {
    project.write("src/main.rs", MAIN);
    let memory = include_str!("../../../firmware/boards/memory.rs");
    project.write("src/memory.rs", memory);
    copy_tests(project)
}

/// Every test must have come to its end, in order, and nothing else.
#[track_caller]
fn check(tests: &[String], run: &Run) {
    assert!(tests.len() > 40, "{tests:?}");
    for name in tests {
        let printed = programs::printed(&run.console, name);
        assert_eq!(printed, Some("ok\n"), "{name}: {}", run.console);
    }
    assert!(run.console.ends_with("<<< end >>>\n"), "{}", run.console);
    assert_eq!(run.status, Some(0));
    println!("{} tests", tests.len());
}

#[test]
fn armv7m() {
    let project = Project::firmware("modules-armv7m");
    let tests = write_sources(&project);
    let image = project.firmware_image_for("thumbv7m-none-eabi");
    check(&tests, &emulator::run_on("mps2-an385", &image));
}

#[test]
fn rv32imc() {
    let project = Project::firmware("modules-rv32imc");
    let tests = write_sources(&project);
    let image = project.firmware_image_for("riscv32imac-unknown-none-elf");
    check(&tests, &emulator::run_on_riscv(&image));
}
