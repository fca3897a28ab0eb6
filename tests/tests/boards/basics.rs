//! Upstream's basic programs, frozen and run on the emulated board, print what CPython or upstream says.

use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::suite::{self, Program};
use mpy_freeze_tests::{emulator, programs};

fn firmware(programs: &[Program]) -> Project {
    let names: Vec<&str> = programs
        .iter()
        .map(|program| program.name.as_str())
        .collect();
    let paths = programs.iter().map(|program| program.path.clone());
    let modules: Vec<_> = names.iter().copied().zip(paths).collect();
    programs::firmware("basics", &modules, &names)
}

#[test]
fn frozen_programs_print_what_they_should() {
    let programs = suite::basics();
    let project = firmware(&programs);
    let run = emulator::run(&project.firmware_image());
    let (mut passed, mut skipped, mut failed) = (0, Vec::new(), Vec::new());
    for program in &programs {
        match programs::printed(&run.console, &program.name) {
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
