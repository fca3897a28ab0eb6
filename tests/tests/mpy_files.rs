//! `.mpy` files: what is read and written again is the same file.

use mpy_freeze::frozen::mpy;
use mpy_freeze::{Arch, Context};
use mpy_freeze_tests::{compiler, micropython, oracle};

/// The context that the tests' own build left.
fn context() -> Context {
    Context::load(std::path::Path::new(env!("OUT_DIR"))).expect("the tests' build left its context")
}

/// How many files there were, those that hold native code, and those that are written otherwise than read.
fn round_trip(flags: &[&str]) -> (usize, usize, Vec<String>) {
    let context = context();
    let tests = micropython().join("tests");
    let results = compiler::each(&oracle::python_files(&tests), |file| {
        let name = file.strip_prefix(&tests).expect("below the folder");
        let name = name.display().to_string();
        let bytes = compiler::compile(&context.mpy_cross, flags, &name, file)?;
        let wrong = match mpy::read(&bytes, context.mpy_version) {
            Err(fault) => Some(format!(
                "{name}: at byte {}: {}",
                fault.offset, fault.message
            )),
            Ok(module) if module.write(context.mpy_version) != bytes => Some(name),
            Ok(_) => None,
        };
        let native = bytes.get(2).is_some_and(|features| *features != 0);
        Some((native, wrong))
    });
    let results: Vec<_> = results.into_iter().flatten().collect();
    let native = results.iter().filter(|(native, _)| *native).count();
    let count = results.len();
    (
        count,
        native,
        results.into_iter().filter_map(|(_, wrong)| wrong).collect(),
    )
}

#[test]
fn bytecode_is_written_as_it_was_read() {
    for level in ["-O0", "-O3"] {
        let (count, _, wrong) = round_trip(&[level, "-msmall-int-bits=31"]);
        println!("{level}: {count} files");
        assert!(wrong.is_empty(), "{level}: {wrong:#?}");
        assert!(count > 1000, "{level}: only {count} files");
    }
}

#[test]
fn native_code_of_every_architecture_is_written_as_it_was_read() {
    // Release 1.27 is the first to know the last one.
    for arch in Arch::ALL.into_iter().filter(|arch| *arch != Arch::Rv64imc) {
        let march = format!("-march={arch}");
        let (count, native, wrong) = round_trip(&[&march, "-X", "emit=native"]);
        println!("{arch}: {count} files, {native} with native code");
        assert!(wrong.is_empty(), "{arch}: {wrong:#?}");
        assert!(native > 1000, "{arch}: only {native} files");
    }
}

#[test]
fn a_real_file_cut_anywhere_is_an_error_at_its_end() {
    let file = micropython().join("tests/basics/try_finally_return.py");
    let context = context();
    for flags in [&["-O0"][..], &["-march=armv7m", "-X", "emit=native"]] {
        let bytes = compiler::compile(&context.mpy_cross, flags, "main.py", &file);
        let bytes = bytes.expect("the file compiles");
        for length in 0..bytes.len() {
            let fault = mpy::read(&bytes[..length], context.mpy_version);
            let fault = fault.expect_err("a cut file is no module");
            assert!(fault.offset <= length, "{length}: {fault:?}");
        }
    }
}
