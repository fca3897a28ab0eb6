//! Bad input gets an error that says what, where and what to do, and leaves nothing half-written.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use mpy_freeze::{Build, Error};
use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{micropython, work_folder};

/// A fresh folder for a build.
fn folder(name: &str) -> PathBuf {
    let folder = work_folder().join("errors").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// A build for the host, which the test spoils.
fn build(out: &Path) -> Build {
    let mut build = Build::new();
    build
        .micropython(micropython())
        .target("x86_64-unknown-linux-gnu")
        .host("x86_64-unknown-linux-gnu")
        .out_dir(out);
    build
}

/// Wants the build to fail before it wrote a library, with all the words in its message.
fn fails(build: &Build, out: &Path, words: &[&str]) -> Error {
    let error = build.try_build().expect_err("the build can't succeed");
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in:\n{text}");
    }
    assert!(!out.join("mpy-freeze/libmicropython.a").exists());
    assert!(!out.join("mpy-freeze/context").exists());
    error
}

#[test]
fn a_missing_tree() {
    let out = folder("missing-tree");
    let nowhere = out.join("nowhere");
    let error = fails(
        build(&out).micropython(&nowhere),
        &out,
        &[
            "nowhere",
            "not a MicroPython source tree",
            "py/mpconfig.h",
            "help:",
        ],
    );
    assert!(matches!(error, Error::Source(_)));
}

#[test]
fn a_folder_that_is_no_tree() {
    let out = folder("no-tree");
    std::fs::create_dir_all(out.join("tree/py")).expect("the folder can be made");
    std::fs::write(out.join("tree/py/mpconfig.h"), "#define X 1\n").expect("a file");
    let words = ["not a MicroPython source tree", "MICROPY_VERSION_MAJOR"];
    fails(build(&out).micropython(out.join("tree")), &out, &words);
}

#[test]
fn an_unsupported_release() {
    let out = folder("old-tree");
    std::fs::create_dir_all(out.join("tree/py")).expect("the folder can be made");
    let header = "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR 20\n\
                  #define MICROPY_VERSION_MICRO 0\n";
    std::fs::write(out.join("tree/py/mpconfig.h"), header).expect("a file");
    let words = ["1.20.0 is not supported", "1.24.0", "cargo xtask setup"];
    fails(build(&out).micropython(out.join("tree")), &out, &words);
}

#[test]
fn no_compiler_for_the_target() {
    let out = folder("no-compiler");
    let error = fails(
        build(&out)
            .target("thumbv7m-none-eabi")
            .compiler("/nowhere/at-all-gcc"),
        &out,
        &[
            "no C compiler for thumbv7m-none-eabi",
            "at-all-gcc",
            "cargo xtask setup",
        ],
    );
    assert!(matches!(error, Error::Toolchain(_)));
}

#[test]
fn a_compiler_that_doesnt_know_the_target() {
    let out = folder("wrong-compiler");
    let mut build = build(&out);
    // The host's GCC takes no option for an Arm CPU.
    build.target("thumbv7m-none-eabi").compiler("gcc");
    fails(
        &build,
        &out,
        &["no C compiler for thumbv7m-none-eabi", "gcc"],
    );
}

#[test]
fn a_target_without_a_known_instruction_set() {
    let out = folder("unknown-target");
    let words = ["wasm32-unknown-unknown", "not known", "thumbv7m-none-eabi"];
    fails(build(&out).target("wasm32-unknown-unknown"), &out, &words);
}

#[test]
fn bad_settings() {
    let out = folder("bad-settings");
    let mut build = build(&out);
    build
        .define("MICROPY_MODULE_FROZEN_MPY", "(0)")
        .define("not a name", "1");
    let error = fails(&build, &out, &["MICROPY_MODULE_FROZEN_MPY", "not a name"]);
    assert_eq!(error.problems().len(), 2);
}

#[test]
fn missing_files_of_the_users() {
    let out = folder("missing-files");
    fails(
        build(&out).c_file("/nowhere/mine.c"),
        &out,
        &["/nowhere/mine.c", "Build::c_file"],
    );
    fails(
        build(&out).mpconfigport("/nowhere/mpconfigport.h"),
        &out,
        &["/nowhere/mpconfigport.h", "Build::mpconfigport"],
    );
}

#[test]
fn no_libclang() {
    let project = Project::host("no-libclang");
    // clang-sys looks in LIBCLANG_PATH before anywhere else, and this is a file that no loader takes.
    project.write("libclang/libclang.so", "not a library");
    let output = project
        .cargo(&["check"])
        .env("LIBCLANG_PATH", project.root.join("libclang"))
        .output()
        .expect("cargo runs");
    let text = mpy_freeze_tests::project::text_of(&output);
    assert!(!output.status.success(), "{text}");
    for word in [
        "libclang is not there",
        "cargo xtask setup",
        "LIBCLANG_PATH",
    ] {
        assert!(text.contains(word), "{word} is not in:\n{text}");
    }
}

/// One project for all the cases of `freeze!`, so that MicroPython is built once.
fn with_project(change: impl FnOnce(&Project)) {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let project = Project::host("freeze-errors");
    change(&project);
    drop(guard);
}

/// Wants `cargo check` to fail with all the words in its message.
fn check_fails(project: &Project, words: &[&str]) {
    let text = project.fails(&["check"]);
    for word in words {
        assert!(text.contains(word), "{word:?} is not in:\n{text}");
    }
    let half_written = format!(
        "{}/**/build/freeze-errors-*/out/**/.*.tmp*",
        project.target_dir.display()
    );
    let left = glob::glob(&half_written).expect("the pattern is valid");
    assert_eq!(left.flatten().collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

#[test]
fn syntax_errors_in_several_files() {
    with_project(|project| {
        project.write("app/one.py", "x = 1\ndef f(:\n    pass\n");
        project.write("app/pkg/two.py", "\n\nreturn 5 +\n");
        check_fails(
            project,
            &[
                "app/one.py:2: SyntaxError: invalid syntax",
                "2 | def f(:",
                "app/pkg/two.py:3: SyntaxError: invalid syntax",
                "3 | return 5 +",
                "src/lib.rs:1:24",
            ],
        );
        // Once mended, the next build has them.
        project.write("app/one.py", "x = 1\n");
        project.write("app/pkg/two.py", "y = 5\n");
        project.succeeds(&["check"]);
    });
}

#[test]
fn a_missing_and_an_empty_folder() {
    with_project(|project| {
        project.write(
            "src/lib.rs",
            "mpy_freeze_rt::freeze!(\"nowhere\", \"empty\");\n",
        );
        project.write("empty/readme.txt", "no Python here\n");
        check_fails(project, &["nowhere", "empty", "help:"]);
    });
}

#[test]
fn a_file_that_isnt_utf8() {
    with_project(|project| {
        project.write("app/latin.py", b"x = 1\ns = 'caf\xe9'\n");
        check_fails(project, &["app/latin.py", "UTF-8"]);
    });
}

#[test]
fn two_inputs_with_one_target_path() {
    with_project(|project| {
        project.write(
            "src/lib.rs",
            "mpy_freeze_rt::freeze!(\"app\", \"other\");\n",
        );
        project.write("other/main.py", "x = 2\n");
        check_fails(project, &["app/main.py", "other/main.py"]);
    });
}

#[test]
fn a_name_that_python_cant_import() {
    with_project(|project| {
        project.write("app/a.b.py", "x = 2\n");
        check_fails(project, &["a.b.py", "import"]);
    });
}

#[test]
fn freeze_twice() {
    with_project(|project| {
        project.write(
            "src/lib.rs",
            "mpy_freeze_rt::freeze!(\"app\");\nmpy_freeze_rt::freeze!(\"app\");\n",
        );
        check_fails(project, &["freeze_may_be_used_only_once"]);
        project.write(
            "src/lib.rs",
            "mod a { mpy_freeze_rt::freeze!(\"app\"); }\nmod b { mpy_freeze_rt::freeze!(\"app\"); }\n",
        );
        let text = project.fails(&["build"]);
        assert!(
            text.contains("freeze_may_be_used_only_once_in_a_firmware"),
            "{text}"
        );
    });
}

#[test]
fn wrong_arguments() {
    with_project(|project| {
        for (arguments, word) in [
            ("", "freeze!"),
            ("5", "path in quotes"),
            ("\"app\", opt = 9", "opt"),
            ("\"app\", speed = 1", "speed"),
        ] {
            project.write(
                "src/lib.rs",
                format!("mpy_freeze_rt::freeze!({arguments});\n"),
            );
            check_fails(project, &["src/lib.rs:1:", word]);
        }
    });
}

#[test]
fn no_build_script() {
    with_project(|project| {
        project.remove("build.rs");
        check_fails(
            project,
            &[
                "build.rs",
                "mpy_freeze::Build::new().build();",
                "[build-dependencies]",
            ],
        );
    });
}

#[test]
fn a_build_script_that_builds_nothing() {
    with_project(|project| {
        project.write(
            "build.rs",
            "fn main() { println!(\"cargo::rerun-if-changed=build.rs\"); }\n",
        );
        project.write(
            "Cargo.toml",
            project
                .read("Cargo.toml")
                .replace("freeze-errors", "builds-nothing"),
        );
        check_fails(
            project,
            &[
                "has not built MicroPython",
                "mpy_freeze::Build::new().build();",
            ],
        );
    });
}

/// A small module, compiled with these options of mpy-cross. Each call has a folder of its own, since tests run at the
/// same time.
fn compiled(flags: &[&str], text: &str) -> Vec<u8> {
    let context = mpy_freeze::Context::load(Path::new(env!("OUT_DIR"))).expect("a context");
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let source = folder(&format!("compiled-{call}")).join("m.py");
    std::fs::write(&source, text).expect("the source");
    mpy_freeze_tests::compiler::compile(&context.mpy_cross, flags, "m.py", &source)
        .expect("the module compiles")
}

#[test]
fn compiled_modules_that_the_firmware_cant_take() {
    with_project(|project| {
        let good = compiled(&["-msmall-int-bits=31"], "x = 1\n");
        let with = |at: usize, value: u8| {
            let mut bytes = good.clone();
            bytes[at] = value;
            bytes
        };
        let native = "import micropython\n@micropython.native\ndef f():\n    pass\n";
        let native = compiled(&["-march=armv7m"], native);
        let lib = "mpy_freeze_rt::freeze!(\"app\");\n";
        project.write(
            "src/lib.rs",
            "mpy_freeze_rt::freeze!(\"app\", \"one.mpy\");\n",
        );
        for (bytes, words) in [
            (with(0, 0x7f), "one.mpy: at byte 0: this is no .mpy file"),
            (
                with(1, 5),
                "one.mpy: at byte 1: the file has .mpy version 5, and the firmware needs version 6",
            ),
            (good[..good.len() - 1].to_vec(), "one.mpy: at byte"),
            (
                with(3, 64),
                "small ints of 64 bits, and the firmware's have 63",
            ),
            (
                native,
                "native code in `f` for armv7m (architecture 5), and the firmware runs none",
            ),
        ] {
            project.write("one.mpy", bytes);
            // The error stands at the argument that names the file.
            check_fails(project, &[words, "src/lib.rs:1:31", "help: "]);
        }
        project.write("one.mpy", good);
        project.succeeds(&["check"]);
        project.remove("one.mpy");
        project.write("src/lib.rs", lib);
    });
}

#[test]
fn a_decorator_without_native_code_is_an_error_at_its_line() {
    with_project(|project| {
        for (decorator, line) in [("native", 3), ("viper", 3), ("asm_thumb", 3)] {
            let text =
                format!("import micropython\n\n@micropython.{decorator}\ndef f():\n    pass\n");
            project.write("app/fast.py", text);
            check_fails(
                project,
                &[
                    &format!("app/fast.py:{line}: SyntaxError"),
                    &format!("{line} | @micropython.{decorator}"),
                    "Build::native_code(true)",
                ],
            );
        }
        project.remove("app/fast.py");
        project.succeeds(&["check"]);
    });
}
