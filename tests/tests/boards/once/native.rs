//! Native code in ROM: upstream's own programs with `@micropython.native`, `@micropython.viper` and inline assembler,
//! frozen and run on emulated boards of several instruction sets.

use std::path::{Path, PathBuf};

use mpy_freeze::Context;
use mpy_freeze_tests::emulator::Run;
use mpy_freeze_tests::suite::{self, Program};
use mpy_freeze_tests::{compiler, emulator, micropython, programs};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, elf};

/// Whether MicroPython's compiler takes a program for this architecture.
fn accepted(arch: &str, path: &Path) -> bool {
    let context =
        Context::load(Path::new(env!("OUT_DIR"))).expect("the tests' build left its context");
    let march = format!("-march={arch}");
    let flags = [march.as_str(), "-msmall-int-bits=31"];
    compiler::compile(&context.mpy_cross, &flags, "main.py", path).is_some()
}

/// The programs of upstream's suite with native code that the compiler takes for this architecture, and the modules
/// that `ports/qemu` freezes for some of them.
fn upstream(arch: &str, inline_asm: &str, has_fpu: bool) -> (Vec<Program>, Vec<(String, PathBuf)>) {
    let tests = micropython().join("tests");
    let mut found = Vec::new();
    for pattern in [
        "ports/qemu/*.py",
        "micropython/native_*.py",
        "micropython/viper_*.py",
        inline_asm,
    ] {
        let pattern = format!("{}/{pattern}", tests.display());
        found.extend(
            glob::glob(&pattern)
                .expect("the pattern is valid")
                .flatten(),
        );
    }
    let wanted = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        // Inline assembler can name instructions that the CPU doesn't have.
        has_fpu || !name.starts_with("asmfp")
    };
    let programs = found
        .iter()
        .filter(|path| wanted(path) && accepted(arch, path))
        .filter_map(|path| suite::program(path))
        .collect();
    let frozen = format!("{}/ports/qemu/test-frzmpy/*.py", micropython().display());
    let modules = glob::glob(&frozen)
        .expect("the pattern is valid")
        .flatten()
        .filter(|path| accepted(arch, path))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            (name.into_owned(), path.clone())
        })
        .collect();
    (programs, modules)
}

/// The machine code is in an executable section, at an aligned address, in ROM and nowhere else.
fn check_image(image: &Path) {
    let bytes = std::fs::read(image).expect("the image is there");
    let file = object::File::parse(&*bytes).expect("an ELF file");
    let symbol = file
        .symbol_by_name("mpy_freeze_native")
        .expect("the image has machine code");
    assert_eq!(symbol.address() % 4, 0);
    assert!(symbol.size() > 0);
    let index = symbol.section_index().expect("it is in a section");
    let section = file.section_by_index(index).expect("the section is there");
    let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
        panic!("an ELF file")
    };
    assert!(sh_flags.contains(elf::SHF_EXECINSTR), "executable");
    assert!(!sh_flags.contains(elf::SHF_WRITE), "read-only");
}

/// Freezes, runs and compares everything. `least` programs have to print what they should.
fn run(target: &str, arch: &str, emulator: impl Fn(&Path) -> Run, least: usize) {
    let has_fpu = target.ends_with("hf");
    let inline_asm = if target.starts_with("thumb") {
        "inlineasm/thumb/*.py"
    } else {
        "inlineasm/rv32/*.py"
    };
    let (all, frozen) = upstream(arch, inline_asm, has_fpu);
    let names: Vec<&str> = all.iter().map(|program| program.name.as_str()).collect();
    let mut modules: Vec<(&str, PathBuf)> = all
        .iter()
        .map(|program| (program.name.as_str(), program.path.clone()))
        .collect();
    modules.extend(
        frozen
            .iter()
            .map(|(name, path)| (name.as_str(), path.clone())),
    );
    let project = programs::firmware(&format!("native-{target}"), &modules, &names);
    project.configure(".native_code(true)");
    let image = project.firmware_image_for(target);
    check_image(&image);
    check(arch, &all, &emulator(&image), least);
}

/// Compares what the programs printed. `least` is how many the oldest tested release has that don't skip themselves,
/// so that a suite that was not found can't pass.
fn check(arch: &str, all: &[Program], run: &Run, least: usize) {
    let (mut passed, mut skipped, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for program in all {
        match programs::printed(&run.console, &program.name) {
            Some("SKIP\n") => skipped.push(&program.name),
            Some(text) if program.accepts(text) => passed.push(program.name.as_str()),
            Some(text) => failed.push(format!(
                "{}: printed\n{text}\ninstead of\n{}",
                program.name, program.expected
            )),
            None => failed.push(format!("{}: did not end", program.name)),
        }
    }
    println!("{arch}: {} passed, skipped: {skipped:?}", passed.len());
    assert!(
        failed.is_empty(),
        "{arch}: {} failed:\n{}\n{}",
        failed.len(),
        failed.join("\n"),
        &run.console[run.console.len().saturating_sub(200)..]
    );
    // What ports/qemu itself freezes has to be among them.
    for name in ["native_test", "viper_test", "asm_test"] {
        assert!(passed.contains(&name), "{name} ran");
    }
    assert!(passed.len() >= least, "only {passed:?}");
}

#[test]
fn armv7m_runs_native_code_in_rom() {
    run(
        "thumbv7m-none-eabi",
        "armv7m",
        |image| emulator::run_on("mps2-an385", image),
        59,
    );
}

#[test]
fn armv7em_with_floats_runs_native_code_in_rom() {
    run(
        "thumbv7em-none-eabihf",
        "armv7emsp",
        |image| emulator::run_on("mps2-an386", image),
        64,
    );
}

#[test]
fn armv8m_with_floats_runs_native_code_in_rom() {
    // ARMv8-M's main line lacks nothing of ARMv7E-M.
    run(
        "thumbv8m.main-none-eabihf",
        "armv7emsp",
        |image| emulator::run_on("mps2-an505", image),
        64,
    );
}

#[test]
fn armv6m_runs_native_code_in_rom() {
    // The board's CPU has all of ARMv6-M's instructions.
    run(
        "thumbv6m-none-eabi",
        "armv6m",
        |image| emulator::run_on("mps2-an385", image),
        50,
    );
}

#[test]
fn rv32imc_runs_native_code_in_rom() {
    run(
        "riscv32imac-unknown-none-elf",
        "rv32imc",
        emulator::run_on_riscv,
        45,
    );
}
