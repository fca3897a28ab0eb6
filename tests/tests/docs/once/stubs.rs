//! Stubs: what a type checker says of an application that uses modules written in Rust, and that the same application
//! runs.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mpy_freeze_tests::project::{Project, text_of};
use mpy_freeze_tests::repository;

/// The project in `tests/fixtures/stubs`. One test has it at a time, so that MicroPython is built once.
fn station() -> (Project, MutexGuard<'static, ()>) {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::host("stubs");
    project.remove("src/lib.rs");
    let folder = repository().join("tests/fixtures/stubs");
    for path in ["src/main.rs", "src/plain.rs", "app/main.py", "misuse.py"] {
        let text = std::fs::read(folder.join(path)).expect("the file is there");
        project.write(path, text);
    }
    project.write("build.rs", build_script("typings"));
    (project, guard)
}

fn build_script(folder: &str) -> String {
    format!("fn main() {{ mpy_freeze::Build::new().stubs(\"{folder}\").build(); }}\n")
}

/// What mypy says of a file.
fn mypy(project: &Project, path: &str) -> (bool, String) {
    let output = Command::new("mypy")
        .args([
            "--strict",
            "--no-error-summary",
            "--no-site-packages",
            "--cache-dir=target/mypy",
            path,
        ])
        .current_dir(&project.root)
        .env("MYPYPATH", "typings")
        .output()
        .expect("mypy runs; `cargo xtask setup` says which package brings it");
    (output.status.success(), text_of(&output))
}

#[test]
fn an_application_that_uses_everything_is_accepted_and_runs() {
    let (project, _guard) = station();
    project.succeeds(&["run", "--quiet"]);
    for path in ["typings", "app/main.py"] {
        let (accepted, said) = mypy(&project, path);
        assert!(accepted, "{said}");
    }
}

#[test]
fn each_misuse_is_reported_at_its_line() {
    let (project, _guard) = station();
    project.succeeds(&["check", "--quiet"]);
    let (accepted, said) = mypy(&project, "misuse.py");
    assert!(!accepted);
    let reported: BTreeSet<usize> = said
        .lines()
        .filter(|line| line.contains(": error:"))
        .filter_map(|line| line.split(':').nth(1)?.parse().ok())
        .collect();
    let text = project.read("misuse.py");
    let wrong: BTreeSet<usize> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| line.contains("  # "))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(reported, wrong, "{said}");
}

#[test]
fn stubs_are_kept_rewritten_and_removed() {
    let (project, _guard) = station();
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    project.write("typings/mine.pyi", "x: int\n");
    project.succeeds(&["check", "--quiet"]);
    let [outer, inner] =
        ["__init__", "clock"].map(|name| project.root.join(format!("typings/station/{name}.pyi")));
    let (before, inner_before) = (modified(&outer), modified(&inner));
    assert!(before.is_some() && inner_before.is_some());

    // Another body says nothing new to Python, another signature does.
    let source = project.read("src/main.rs");
    project.write(
        "src/main.rs",
        source.replace("data.fill(value)", "data.fill(value + 0)"),
    );
    project.succeeds(&["check", "--quiet"]);
    assert_eq!(modified(&outer), before);
    project.write(
        "src/main.rs",
        source
            .replace("-> Sealed {", "-> Result<Sealed, Raise> {")
            .replace("        Sealed\n    }", "        Ok(Sealed)\n    }")
            .replace("fn measure(ready", "fn measure(is_ready")
            .replace("if ready", "if is_ready"),
    );
    project.succeeds(&["check", "--quiet"]);
    assert!(
        project
            .read("typings/station/__init__.pyi")
            .contains("def measure(is_ready: bool")
    );
    assert!(modified(&outer) > before);
    assert_eq!(modified(&inner), inner_before);

    // A module that isn't there any more takes its stub with it.
    let renamed = source.replace("pub mod clock {", "pub mod timer {");
    project.write("src/main.rs", renamed);
    project.succeeds(&["check", "--quiet"]);
    assert!(!inner.exists());
    assert!(project.root.join("typings/station/timer.pyi").exists());
    assert_eq!(project.read("typings/mine.pyi"), "x: int\n");
}
