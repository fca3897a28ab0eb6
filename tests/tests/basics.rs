//! Upstream's basic programs, frozen and run on the emulated board, print what CPython or upstream says.

use mpy_freeze_tests::emulator;
use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::suite::{self, Program};

/// The firmware: each frozen program in a VM of its own, between marks.
const MAIN: &str = r#"
#![no_std]
#![no_main]

mod board;

use board::Board;
use cortex_m_rt::entry;
use mpy_freeze_rt::{Heap, Vm};

mpy_freeze_rt::freeze!("app/");
mpy_freeze_rt::platform!(Board);

static HEAP: Heap<{ 256 * 1024 }> = Heap::new();

#[entry]
fn main() -> ! {
    Board::init();
    for name in include!("names.in") {
        println!("<<< {name} >>>");
        let started = Vm::run(&HEAP, |vm| {
            if let Err(exception) = vm.import(name) {
                if !exception.matches("SystemExit") {
                    println!("{exception}");
                }
            }
        });
        if let Err(error) = started {
            println!("{error}");
        }
    }
    println!("<<< end >>>");
    Board::exit(true)
}
"#;

fn firmware(programs: &[Program]) -> Project {
    let project = Project::firmware("basics");
    project.remove("app");
    for program in programs {
        let text = std::fs::read(&program.path).expect("the program is there");
        project.write(&format!("app/{}.py", program.name), text);
    }
    let names: Vec<&str> = programs
        .iter()
        .map(|program| program.name.as_str())
        .collect();
    project.write("src/names.in", format!("{names:?}"));
    project.write("src/main.rs", MAIN);
    project
}

/// What stands between a program's mark and the next.
fn printed<'a>(console: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = console.split_once(&format!("<<< {name} >>>\n"))?;
    rest.split_once("<<< ").map(|(text, _)| text)
}

#[test]
fn frozen_programs_print_what_they_should() {
    let programs = suite::basics();
    let project = firmware(&programs);
    let run = emulator::run(&project.firmware_image());
    let (mut passed, mut skipped, mut failed) = (0, Vec::new(), Vec::new());
    for program in &programs {
        match printed(&run.console, &program.name) {
            Some("SKIP\n") => skipped.push(&program.name),
            Some(text) if program.accepts(text) => passed += 1,
            Some(text) => failed.push(format!(
                "{}: printed\n{text}\ninstead of\n{}",
                program.name, program.expected
            )),
            None => failed.push(format!("{}: did not end", program.name)),
        }
    }
    println!("{passed} passed, {} skipped: {skipped:?}", skipped.len());
    assert_eq!(
        run.status,
        Some(0),
        "the firmware ended early: {}",
        run.console
    );
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
    assert!(passed >= 40, "only {passed} programs ran");
}
