//! Builds at the same time, and builds that were killed, end right.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mpy_freeze::{Artifacts, Build};
use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{micropython, work_folder};

fn build(out: &PathBuf) -> Artifacts {
    Build::new()
        .micropython(micropython())
        .target("x86_64-unknown-linux-gnu")
        .host("x86_64-unknown-linux-gnu")
        .out_dir(out)
        .try_build()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn fresh(name: &str) -> PathBuf {
    let folder = work_folder().join("concurrent").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

#[test]
fn two_builds_into_one_folder_at_once() {
    // Cargo's own lock keeps two of its builds apart; here there is none.
    let out = fresh("same");
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| build(&out));
        (build(&out), other.join().expect("the other build"))
    });
    assert_eq!(one.context, two.context);
    let contents = std::fs::read(&one.archive).expect("the archive");
    assert_eq!(
        build(&out).compiled,
        0,
        "the folder is complete and consistent"
    );
    let alone = std::fs::read(build(&fresh("alone")).archive).expect("the archive");
    assert!(
        contents == alone,
        "the archive differs from that of a build alone"
    );
}

#[test]
fn two_cargos_at_once() {
    let project = Project::host("two-cargos").with_own_target_dir();
    let spawn = |args: &[&str]| {
        let mut command = project.cargo(args);
        command.stderr(Stdio::piped()).spawn().expect("cargo runs")
    };
    let (build, check) = (spawn(&["build"]), spawn(&["check"]));
    for child in [build, check] {
        let output = child.wait_with_output().expect("cargo ends");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
    }
}

#[test]
fn a_killed_build_is_taken_up_again() {
    let project = Project::host("killed").with_own_target_dir();
    let objects = || {
        let pattern = format!("{}/target/**/mpy-freeze/obj/**/*.o", project.root.display());
        glob::glob(&pattern).expect("the pattern is valid").count()
    };
    // Killed twice: while some objects are there and more are on their way.
    for enough in [10, 60] {
        let mut child = project
            .cargo(&["build"])
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("cargo runs");
        let started = Instant::now();
        while objects() < enough && started.elapsed() < Duration::from_secs(300) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let group = format!("-{}", child.id());
        let killed = Command::new("kill").args(["-KILL", "--", &group]).status();
        assert!(
            killed.expect("kill runs").success(),
            "the build was over already"
        );
        child.wait().expect("the build ends");
        assert!(objects() >= enough);
    }
    project.succeeds(&["build"]);
    let finished = std::fs::read(project.built("killed").join("libmicropython.a"));
    let alone = std::fs::read(build(&fresh("never-killed")).archive);
    assert!(
        finished.expect("the archive") == alone.expect("the archive"),
        "the archive differs from that of a build that was never killed"
    );
}
