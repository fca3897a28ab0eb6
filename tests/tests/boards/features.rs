//! What the builder's methods turn on works, on the host and on boards; what they turn off is gone.
//!
//! `tests/fixtures/features` has a Python program for each method, `uses_<method>.py`, which raises where something is wrong.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use mpy_freeze::Build;
use mpy_freeze_tests::project::{Project, text_of};
use mpy_freeze_tests::{emulator, micropython, mpy_cross, programs, repository, work_folder};

/// The Python files, by module name.
fn modules() -> Vec<(String, String)> {
    let folder = repository().join("tests/fixtures/features");
    let files = glob::glob(&format!("{}/*.py", folder.display())).expect("the pattern is valid");
    let module = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        (name.into_owned(), text)
    };
    files.flatten().map(module).collect()
}

/// The methods that have programs.
fn methods() -> Vec<String> {
    let names = modules().into_iter().map(|(name, _)| name);
    names
        .filter_map(|name| name.strip_prefix("uses_").map(String::from))
        .collect()
}

/// A build script's calls of all methods, with one and the same setting.
fn all(on: bool) -> String {
    let calls = methods().into_iter();
    calls.map(|method| format!(".{method}({on})")).collect()
}

/// Adds the programs to a project, one as a compiled file too.
fn add_programs(project: &Project) -> Vec<String> {
    for (name, text) in modules() {
        project.write(&format!("app/{name}.py"), text);
    }
    let compiled = mpy_cross::ours().compile(b"def doubled(x):\n    return 2 * x\n");
    let compiled = compiled.unwrap_or_else(|error| panic!("{error}"));
    let bytes: String = compiled
        .iter()
        .map(|byte| format!("\\x{byte:02x}"))
        .collect();
    project.write("app/compiled.py", format!("mpy = b\"{bytes}\"\n"));
    let names: Vec<String> = methods()
        .iter()
        .map(|name| format!("uses_{name}"))
        .collect();
    project.write("src/names.in", format!("{names:?}"));
    names
}

/// Each program must have come to its end and printed nothing.
#[track_caller]
fn check(console: &str, names: &[String]) {
    assert!(names.len() > 20, "{names:?}");
    let failed = |name: &&String| programs::printed(console, name) != Some("");
    let failed: Vec<_> = names.iter().filter(failed).collect();
    assert!(failed.is_empty(), "{failed:?}:\n{console}");
    assert!(console.ends_with("<<< end >>>\n"), "{console}");
}

#[test]
fn each_method_has_a_program() {
    let source = std::fs::read_to_string(repository().join("mpy-freeze/src/port/features.rs"));
    let source = source.expect("the file can be read");
    let declared = source.split("pub fn ").skip(1);
    let declared: BTreeSet<_> = declared
        .filter_map(|rest| Some(rest.split_once('(')?.0.to_string()))
        // The pattern of the macro that reads the rows.
        .filter(|name| !name.starts_with('$'))
        .collect();
    assert_eq!(declared, methods().into_iter().collect());
}

#[test]
fn on_the_host() {
    let project = Project::host("features-host");
    project.remove("app");
    let names = add_programs(&project);
    project.remove("src/lib.rs");
    project.write(
        "src/main.rs",
        include_str!("../../fixtures/features/main.rs"),
    );
    // Switches of mbedTLS that aren't the port's bring their files along.
    let switches =
        ".define(\"MBEDTLS_HMAC_DRBG_C\", \"\").define(\"MBEDTLS_ECDSA_DETERMINISTIC\", \"\")";
    project.write("build.rs", host_build(&(all(true) + switches)));
    check(&project.succeeds(&["run", "--quiet"]), &names);
    connects_with_cpython(&project.target_dir.join("debug/features-host"));
}

/// Has the program talk to CPython's `ssl`, as server and as client.
fn connects_with_cpython(program: &Path) {
    let oracle = repository().join("tests/fixtures/features/oracle/tls.py");
    let output = Command::new("python3")
        .arg("-B")
        .arg(oracle)
        .arg(program)
        .output()
        .expect("python3 runs");
    assert!(output.status.success(), "{}", text_of(&output));
}

/// On a board, by the name of the target.
fn on_board(project: &str, target: &str, run: fn(&Path) -> emulator::Run) {
    let project = Project::firmware(project);
    project.remove("app");
    let names = add_programs(&project);
    project.write("src/main.rs", programs::MAIN);
    project.configure(&all(true));
    check(&run(&project.firmware_image_for(target)).console, &names);
}

#[test]
fn on_armv7m() {
    on_board("features-armv7m", "thumbv7m-none-eabi", emulator::run);
}

#[test]
fn on_rv32imac() {
    on_board(
        "features-rv32imac",
        "riscv32imac-unknown-none-elf",
        emulator::run_on_riscv,
    );
}

/// Without any of them there is a firmware too.
#[test]
fn what_is_off_is_gone() {
    let project = Project::firmware("features-off");
    project.remove("app");
    let modules = methods().into_iter().filter(|method| {
        // These are no modules.
        !["fat", "littlefs", "littlefs1", "load_mpy", "romfs"].contains(&method.as_str())
    });
    let name = |method: String| match method.as_str() {
        "onewire" => "_onewire".to_string(),
        _ => method,
    };
    let modules: Vec<String> = modules.map(name).collect();
    let program = format!(
        "for name in {modules:?}:\n    try:\n        __import__(name)\n        print(name)\n    \
         except ImportError:\n        pass\n"
    );
    project.write("app/looks.py", program);
    project.write("src/names.in", "[\"looks\"]");
    project.write("src/main.rs", programs::MAIN);
    project.configure(&all(false));
    let image = project.firmware_image_for("riscv32imac-unknown-none-elf");
    let run = emulator::run_on_riscv(&image);
    assert_eq!(programs::printed(&run.console, "looks"), Some(""));
}

#[test]
fn asyncio_is_the_applications_own_where_it_has_one() {
    let project = Project::host("features-own-asyncio");
    project.remove("app");
    project.remove("src/lib.rs");
    let own = "from .core import sleep_ms\nmine = True\n";
    project.write("app/asyncio/__init__.py", own);
    let program = "import asyncio\nassert asyncio.mine and not hasattr(asyncio, 'gather')\n";
    project.write("app/program.py", program);
    project.write("src/names.in", "[\"program\"]");
    project.write(
        "src/main.rs",
        include_str!("../../fixtures/features/main.rs"),
    );
    project.write("build.rs", host_build(".asyncio(true)"));
    let console = project.succeeds(&["run", "--quiet"]);
    assert_eq!(
        programs::printed(&console, "program"),
        Some(""),
        "{console}"
    );
}

fn host_build(calls: &str) -> String {
    format!("fn main() {{ mpy_freeze::Build::new(){calls}.build(); }}\n")
}

fn folder(name: &str) -> PathBuf {
    let folder = work_folder().join("features").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// Wants a build to fail with all the words in its message.
#[track_caller]
fn fails(name: &str, set: impl Fn(&mut Build), words: &[&str]) {
    let mut build = Build::new();
    build
        .micropython(micropython())
        .target("x86_64-unknown-linux-gnu")
        .host("x86_64-unknown-linux-gnu")
        .out_dir(folder(name));
    set(&mut build);
    let error = build.try_build().expect_err("the build can't succeed");
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in:\n{text}");
    }
}

#[test]
fn settings_that_contradict_each_other() {
    fails(
        "needs",
        |build| {
            build.littlefs(true).fat(true).vfs(false);
        },
        &[
            "Build::fat needs what Build::vfs turns off",
            "Build::littlefs needs what Build::vfs turns off",
            "remove Build::vfs(false) or Build::fat(true) from build.rs",
        ],
    );
    fails(
        "define",
        |build| {
            build.asyncio(true).define("MICROPY_PY_SELECT", "(0)");
        },
        &["MICROPY_PY_SELECT is set to (1) and to (0)", "help:"],
    );
    fails(
        "mbedtls",
        |build| {
            build.ssl(true).mbedtls(folder("not-mbedtls"));
        },
        &[
            "this is not a source tree of mbedTLS 3.6",
            "not-mbedtls",
            "MBEDTLS_DIR or Build::mbedtls",
        ],
    );
    fails(
        "level",
        |build| {
            build.json(true).rom_level(mpy_freeze::RomLevel::Minimum);
        },
        &[
            "Build::json needs more of Python than RomLevel::Minimum has",
            "RomLevel::CoreFeatures",
        ],
    );
}
