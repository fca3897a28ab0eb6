//! Objects that Rust holds on emulated boards, with a collection at every allocation: the collector sees what lies in
//! registers and on the stack of each instruction set.

use std::path::{Path, PathBuf};

use mpy_freeze_tests::emulator::{self, Run};
use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{programs, repository};

const EXPECTED: &str = "157\n157\n157\n\
    (2, [18446744073709551615, 18446744073709551615])\n\
    StressError('too many',) ['000', '111', '222', '333']\n\
    StressError('too many',) ['000', '111', '222', '333']\n\
    StressError('too many',) ['000', '111', '222', '333']\n";

fn file(name: &str) -> PathBuf {
    repository().join("tests/firmware/stress").join(name)
}

/// Adds the module written in Rust to a firmware that runs frozen programs.
fn add_module(project: &Project) {
    let module = std::fs::read_to_string(file("stress.rs")).expect("the module is there");
    project.write("src/stress.rs", module);
    let main = project.read("src/main.rs").replace(
        "mpy_freeze_rt::freeze!(\"app/\");",
        "mod stress;\nmpy_freeze_rt::freeze!(\"app/\", modules = [stress::stress]);",
    );
    project.write("src/main.rs", main);
}

#[track_caller]
fn check(run: &Run) {
    let printed = programs::printed(&run.console, "main");
    assert_eq!(printed, Some(EXPECTED), "{}", run.console);
}

fn run(target: &str, emulator: impl Fn(&Path) -> Run) {
    let modules = [("main", file("main.py"))];
    let project = programs::firmware(&format!("stress-{target}"), &modules, &["main"]);
    add_module(&project);
    check(&emulator(&project.firmware_image_for(target)));
}

fn cortex_m(target: &str, machine: &str) {
    run(target, |image| emulator::run_on(machine, image));
}

#[test]
fn armv7m() {
    cortex_m("thumbv7m-none-eabi", "mps2-an385");
}

#[test]
fn armv7em_with_floats() {
    cortex_m("thumbv7em-none-eabihf", "mps2-an386");
}

#[test]
fn armv6m() {
    cortex_m("thumbv6m-none-eabi", "mps2-an385");
}

#[test]
fn rv32imc() {
    run("riscv32imac-unknown-none-elf", emulator::run_on_riscv);
}
