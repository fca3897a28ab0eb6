//! Frozen modules reach the program wherever in a package `freeze!` stands, whichever way the linker reads
//! its inputs.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use mpy_freeze_tests::project::{Project, text_of};

/// A board for the host.
const BOARD: &str = r#"
struct Host;
impl mpy_freeze_rt::Platform for Host {
    fn write(bytes: &[u8]) {
        use std::io::Write;
        std::io::stdout().write_all(bytes).unwrap();
    }
    fn ticks_us() -> u64 { 0 }
    fn stack_limit() -> usize { 256 * 1024 }
}
mpy_freeze_rt::platform!(Host);
"#;

/// Imports `main` and prints its `x`, or the exception's type.
const RUN: &str = r#"
pub fn run() {
    let mut heap = vec![0; 256 * 1024];
    mpy_freeze_rt::Vm::run(&mut heap[..], |vm| match vm.import("main") {
        Ok(module) => println!("x = {}", module.attr("x").unwrap().to_i64().unwrap()),
        Err(exception) => println!("{}", exception.type_name()),
    })
    .unwrap();
}
"#;

const FREEZE: &str = "mpy_freeze_rt::freeze!(\"app\");\n";

/// Runs a program as Cargo links it by itself, and as the linker does that reads archives only once.
///
/// All cases are one package, so that MicroPython is built once.
fn check(files: &[(&str, String)], expected: &str) {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::host("linking");
    project.remove("src/lib.rs");
    for (path, text) in files {
        project.write(path, text);
    }
    for flags in [&[][..], &["-Clink-arg=-fuse-ld=bfd"]] {
        let mut args = vec!["rustc", "--quiet", "--bin", "linking", "--"];
        args.extend(flags);
        project.succeeds(&args);
        let program = project.target_dir.join("debug").join("linking");
        let output = Command::new(program).output().expect("the program runs");
        assert_eq!(text_of(&output), expected, "linked with {flags:?}");
    }
    drop(guard);
}

#[test]
fn freeze_in_a_program() {
    let main = format!("{BOARD}{FREEZE}{RUN}fn main() {{ run() }}\n");
    check(&[("src/main.rs", main)], "x = 1\n");
}

#[test]
fn freeze_in_the_library_of_a_package() {
    let library = format!("{BOARD}{FREEZE}{RUN}");
    let main = "fn main() { linking::run() }\n".to_string();
    check(&[("src/lib.rs", library), ("src/main.rs", main)], "x = 1\n");
}

#[test]
fn freeze_in_a_library_and_the_vm_in_a_program() {
    let main = format!("use linking as _;\n{BOARD}{RUN}fn main() {{ run() }}\n");
    check(
        &[("src/lib.rs", FREEZE.to_string()), ("src/main.rs", main)],
        "x = 1\n",
    );
}

#[test]
fn no_freeze_at_all() {
    let main = format!("{BOARD}{RUN}fn main() {{ run() }}\n");
    check(&[("src/main.rs", main)], "ImportError\n");
}
