//! `.mpy` files: what is read and written again is the same file, and what a firmware can't take is refused.

use std::sync::atomic::{AtomicU32, Ordering};

use mpy_freeze::frozen::{Freeze, mpy};
use mpy_freeze::{Arch, Context, Float, LongInt, MpyCross};
use mpy_freeze_tests::{compiler, micropython, oracle, work_folder};

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
        let wrong = match mpy::read(&bytes, context.facts.mpy_version) {
            Err(fault) => Some(format!(
                "{name}: at byte {}: {}",
                fault.offset, fault.message
            )),
            Ok(module) if module.write(context.facts.mpy_version) != bytes => Some(name),
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
            let fault = mpy::read(&bytes[..length], context.facts.mpy_version);
            let fault = fault.expect_err("a cut file is no module");
            assert!(fault.offset <= length, "{length}: {fault:?}");
        }
    }
}

/// A firmware for a Cortex-M3 that runs native code, as far as freezing knows.
fn firmware() -> Context {
    let mut firmware = context();
    firmware.native_arch = Some(Arch::Armv7m);
    firmware.facts.machine_code = true;
    firmware.facts.inline_asm = true;
    firmware.facts.small_int_bits = 31;
    firmware
}

/// What freezing a file says, without the file's path before it.
fn refusal(context: &Context, bytes: &[u8]) -> String {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let folder = work_folder().join("refused").join(call.to_string());
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let file = folder.join("one.mpy");
    std::fs::write(&file, bytes).expect("the file can be written");
    let mut freeze = Freeze::new(context, &folder);
    freeze.input("one.mpy").cache(&folder.join("cache"));
    let error = freeze.run().expect_err("the file is refused").to_string();
    let message = error.strip_prefix(&format!("{}: ", file.display()));
    let message = message.unwrap_or_else(|| panic!("{error}"));
    assert!(message.contains("\n  help: "), "{message}");
    message.to_string()
}

/// A file for that firmware.
fn compiled(arch: Arch, source: &str) -> Vec<u8> {
    MpyCross::at(context().mpy_cross)
        .arch(arch)
        .source_name("one.py")
        .compile(source.as_bytes())
        .expect("the source compiles")
}

const NATIVE: &str = "@micropython.native\ndef fast(): pass\n";

#[test]
fn a_header_for_another_firmware_is_refused_with_its_place_and_both_numbers() {
    let file = compiled(Arch::Armv7m, NATIVE);
    let with = |at: usize, value: u8| {
        let mut bytes = file.clone();
        bytes[at] = value;
        bytes
    };
    let mut flags = with(2, file[2] | 0x40);
    flags.insert(4, 3);
    for (bytes, message, help) in [
        (
            with(0, 0x7f),
            "at byte 0: this is no .mpy file: it begins with byte 0x7f and not with `M`",
            "compile it again",
        ),
        (
            with(1, 7),
            "at byte 1: the file has .mpy version 7, and the firmware needs version 6",
            "mpy-cross of MicroPython 1.",
        ),
        (
            with(2, file[2] & !3 | 2),
            "at byte 2: the file has native code in `fast` of .mpy sub-version 2, and the firmware needs \
             sub-version 3",
            "compiler of MicroPython 1.",
        ),
        (
            compiled(Arch::Rv32imc, NATIVE),
            "at byte 2: the file has native code in `fast` for rv32imc (architecture 11), and the firmware needs \
             armv7m (architecture 5)",
            "-march=armv7m",
        ),
        (
            with(2, 47 << 2 & !0x40 | 3),
            "(architecture 47), and the firmware needs armv7m (architecture 5)",
            "-march=armv7m",
        ),
        (
            flags,
            "at byte 4: the file has native code in `fast` that needs optional instructions of armv7m (flags 0x3), \
             and the firmware promises none (flags 0x0)",
            "without -march-flags",
        ),
        (
            with(3, 63),
            "at byte 3: the module was compiled for small ints of 63 bits, and the firmware's have 31",
            "-msmall-int-bits=31",
        ),
        (
            with(2, 0),
            "at byte 2: the file's header names no architecture (0), and the file has native code in `fast`",
            "compile it again",
        ),
    ] {
        let text = refusal(&firmware(), &bytes);
        assert!(text.contains(message) && text.contains(help), "{text}");
    }
    let mut without = firmware();
    without.native_arch = None;
    without.facts.machine_code = false;
    let text = refusal(&without, &file);
    assert!(text.starts_with("at byte 2: "), "{text}");
    assert!(text.contains("(architecture 5), and the firmware runs none"));
    let asm = "@micropython.asm_thumb\ndef fast(r0): pass\n";
    let mut no_assembler = firmware();
    no_assembler.facts.inline_asm = false;
    let text = refusal(&no_assembler, &compiled(Arch::Armv7m, asm));
    assert!(text.contains("no inline assembler"), "{text}");
}

/// A file with one entry of its tables replaced, and where that entry lies.
fn changed(source: &str, change: impl FnOnce(&mut mpy::Mpy) -> (bool, usize)) -> (Vec<u8>, usize) {
    let mut module = mpy::read(&compiled(Arch::Armv7m, source), 6).expect("a module");
    let (is_qstr, index) = change(&mut module);
    let file = module.write(6);
    let module = mpy::read(&file, 6).expect("a module");
    let offsets = match is_qstr {
        true => module.offsets.qstrs,
        false => module.offsets.objects,
    };
    (file, offsets[index])
}

#[test]
fn names_and_constants_that_a_firmware_cant_hold_are_refused_with_their_place() {
    let constants =
        "x = 'a long text that becomes no name'\ny = 123456789012345678901234567890\nz = 2.5\n";
    let place = |file: &[u8], text: &[u8], before: usize| {
        let found = file.windows(text.len()).position(|window| window == text);
        found.expect("the constant's text") - before
    };
    let file = compiled(Arch::Armv7m, constants);
    let int = place(&file, b"123456789012345678901234567890", 2);
    let float = place(&file, b"2.5", 2);
    let mut none = firmware();
    none.facts.long_int = LongInt::None;
    none.facts.float = Float::None;
    none.facts.complex = false;
    let text = refusal(&none, &file);
    assert!(
        text.starts_with(&format!("at byte {int}: the integer 12345678901")),
        "{text}"
    );
    assert!(text.contains("firmware has no long ints"), "{text}");
    assert!(
        text.contains(&format!(
            "one.mpy: at byte {float}: the constant 2.5 is a float"
        )),
        "{text}"
    );
    let mut long_long = firmware();
    long_long.facts.long_int = LongInt::LongLong;
    let text = refusal(&long_long, &file);
    assert!(
        text.starts_with(&format!("at byte {int}: ")) && text.contains("64 bits"),
        "{text}"
    );

    let replace = |old: mpy::Object, new: mpy::Object| {
        changed(constants, |module| {
            let index = module.objects.iter().position(|object| *object == old);
            let index = index.expect("the constant");
            module.objects[index] = new;
            (false, index)
        })
    };
    let (file, at) = replace(
        mpy::Object::Float(b"2.5".into()),
        mpy::Object::Float(b"0x1p3".into()),
    );
    let text = refusal(&firmware(), &file);
    let expected = format!("at byte {at}: the float constant \"0x1p3\" is no number");
    assert!(text.starts_with(&expected), "{text}");
    let (file, at) = replace(
        mpy::Object::Int(b"123456789012345678901234567890".into()),
        mpy::Object::Int(b"12e4".into()),
    );
    let text = refusal(&firmware(), &file);
    let expected = format!("at byte {at}: the integer constant \"12e4\" is no number");
    assert!(text.starts_with(&expected), "{text}");

    let (file, at) = changed(constants, |module| {
        module.qstrs.push(mpy::Qstr::Text(vec![b'n'; 256]));
        (true, module.qstrs.len() - 1)
    });
    let text = refusal(&firmware(), &file);
    assert!(
        text.starts_with(&format!("at byte {at}: the name `nnnn")),
        "{text}"
    );
    assert!(
        text.contains("has 256 bytes, and the firmware's names have 255 at most"),
        "{text}"
    );
    let (file, at) = changed(constants, |module| {
        module.qstrs.push(mpy::Qstr::Static(60_000));
        (true, module.qstrs.len() - 1)
    });
    let text = refusal(&firmware(), &file);
    assert!(
        text.starts_with(&format!(
            "at byte {at}: the module refers to static name 60000"
        )),
        "{text}"
    );
}

#[test]
fn a_given_file_cut_anywhere_is_refused_with_its_place_and_the_cure() {
    let file = compiled(Arch::Armv7m, NATIVE);
    for length in 0..file.len() {
        let text = refusal(&firmware(), &file[..length]);
        assert!(text.starts_with("at byte "), "{length}: {text}");
        assert!(
            text.contains("compile it again, with the mpy-cross of MicroPython"),
            "{length}: {text}"
        );
    }
}
