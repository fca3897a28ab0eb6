//! The example firmware does on the board what its Python does under CPython.

use std::path::Path;

use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{emulator, oracle};

/// Runs the application in CPython, with the folder `host` for what the board has.
const ON_A_COMPUTER: &str = "import runpy, sys; sys.path[:0] = ['app', 'host']; \
    runpy.run_path('app/main.py', run_name='__main__')";

/// The application's own part of the console: the report, up to and with the verdict.
fn report(console: &str) -> Vec<&str> {
    let lines = console
        .lines()
        .skip_while(|line| !line.starts_with("telemetry"));
    let mut report: Vec<&str> = Vec::new();
    for line in lines {
        report.push(line);
        if line.starts_with("verdict") {
            break;
        }
    }
    report
}

/// Builds the example with a compiler and checks everything that it says.
fn check(compiler: &str) {
    let project = Project::firmware(&format!("example-{compiler}"));
    project.configure(&format!(".compiler(\"{compiler}\")"));
    let run = emulator::run(&project.firmware_image());
    assert_eq!(run.status, Some(0), "{}", run.console);

    let cpython = oracle::python(Path::new(&project.root), &["-c", ON_A_COMPUTER]);
    assert!(cpython.status.success());
    let expected = String::from_utf8(cpython.stdout).expect("UTF-8");
    assert!(report(&expected).len() > 10, "{expected}");
    assert_eq!(report(&run.console), report(&expected));

    // The exception crosses into Rust with the file and line of each frame, although no source is in ROM.
    let app = project.read("app/main.py");
    let line = app
        .lines()
        .position(|line| line.contains("packet = decode("))
        .expect("the call")
        + 1;
    let place = format!("File \"main.py\", line {line}, in receive");
    assert!(
        run.console.contains("Traceback (most recent call last):"),
        "{}",
        run.console
    );
    assert!(
        run.console.contains(&place),
        "{place} is not in {}",
        run.console
    );
}

#[test]
fn built_with_gcc() {
    check("arm-none-eabi-gcc");
}

#[test]
fn built_with_clang() {
    check("clang");
}

#[test]
fn async_tasks_have_their_turn_while_python_computes_and_sleeps() {
    let project = Project::firmware("example-async");
    let run = emulator::run_counted(&project.firmware_example("async_tasks"));
    assert_eq!(run.status, Some(0), "{}", run.console);
    assert_eq!(
        run.console,
        "computing: the task had its turn\nsleeping: the task had its turn\n"
    );
}
