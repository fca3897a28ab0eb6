//! The tests of Python modules written in Rust, and those of Python from Rust, on emulated boards of both instruction
//! sets: a firmware has the very files that are tested on the host, and MicroPython's compiler for the Python in them.

use mpy_freeze_tests::emulator::{self, Run};
use mpy_freeze_tests::programs;
use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::repository;

/// How a test begins in the files.
const MARK: &str = "#[test]\nfn ";

/// The files of a test program of the host, by module name, without its `main.rs`.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = repository().join("tests/tests").join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !path.ends_with("main.rs"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            (name.into_owned(), text)
        })
        .collect();
    files.sort();
    files
}

/// What `main.rs` of a test program says from `begin` to `end`, both included.
fn part_of_main(folder: &str, begin: &str, end: &str) -> String {
    let path = repository()
        .join("tests/tests")
        .join(folder)
        .join("main.rs");
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let start = text.find(begin).expect("the part begins");
    let len = text[start..].find(end).expect("the part ends") + end.len();
    text[start..start + len].to_string()
}

/// Writes the firmware's sources; returns the names of the tests in it.
fn write_sources(project: &Project) -> Vec<String> {
    let mut main = include_str!("../boards/main.rs").to_string();
    let mut tests = Vec::new();
    for folder in ["modules", "from_rust"] {
        for (name, text) in files(folder) {
            // Whatever is a test on the host is found, or this fails.
            let attributes = text.matches("#[test]").count();
            assert_eq!(text.matches(MARK).count(), attributes, "{name}");
            let begin = text.split(MARK).skip(1);
            tests.extend(
                begin.filter_map(|rest| Some(format!("{name}::{}", rest.split_once('(')?.0))),
            );
            project.write(&format!("src/{name}.rs"), text.replace(MARK, "pub fn "));
            main += &format!("mod {name};\n");
        }
    }
    main += "use mpy_freeze_rt::pymodule;\n";
    main += &part_of_main("modules", "use python::", ";\n");
    main += &part_of_main("from_rust", "use in_vm::", ";\n");
    main += &part_of_main("modules", "mpy_freeze_rt::freeze!(", ");\n");
    let table: String = tests
        .iter()
        .map(|name| format!("    (\"{name}\", {name}),\n"))
        .collect();
    main += &format!("const TESTS: &[(&str, fn())] = &[\n{table}];\n");
    project.write("src/main.rs", main);
    project.write("src/memory.rs", include_str!("../boards/memory.rs"));
    tests
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
