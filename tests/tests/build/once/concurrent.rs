//! Builds at the same time, and builds that were killed, end right.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use mpy_freeze::{Artifacts, Build};
use mpy_freeze_tests::project::{Project, text_of};
use mpy_freeze_tests::{micropython, work_folder};

/// Builds with nothing but the objects in a folder of the test's own: what other tests have compiled would be there too
/// quickly to be in anyone's way.
fn build(out: &Path, objects: &Path) -> Artifacts {
    Build::new()
        .micropython(micropython())
        .objects(objects)
        .target("x86_64-unknown-linux-gnu")
        .host("x86_64-unknown-linux-gnu")
        .out_dir(out)
        .try_build()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// How long a build may take until it has compiled something, which other tests' builds may be in the way of.
const LONGEST: Duration = Duration::from_secs(1200);

fn fresh(name: &str) -> PathBuf {
    let folder = work_folder().join("concurrent").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// The archive of a build that nothing was in the way of.
fn alone() -> &'static Vec<u8> {
    static ARCHIVE: OnceLock<Vec<u8>> = OnceLock::new();
    ARCHIVE.get_or_init(|| {
        let out = fresh("alone");
        std::fs::read(build(&out, &out.join("objects")).archive).expect("the archive")
    })
}

/// Cargo in the project without the objects of other builds.
fn compiling(project: &Project, args: &[&str]) -> Command {
    let mut command = project.cargo(args);
    command.env("MPY_FREEZE_OBJECTS", "");
    command
}

#[test]
fn two_builds_into_one_folder_at_once() {
    // Cargo's own lock keeps two of its builds apart; here there is none.
    let out = fresh("same");
    let objects = out.join("objects");
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| build(&out, &objects));
        (
            build(&out, &objects),
            other.join().expect("the other build"),
        )
    });
    assert_eq!(one.context, two.context);
    let contents = std::fs::read(&one.archive).expect("the archive");
    assert_eq!(
        build(&out, &objects).compiled,
        0,
        "the folder is complete and consistent"
    );
    assert!(
        &contents == alone(),
        "the archive differs from that of a build alone"
    );

    let kept = || {
        let pattern = format!("{}/*/*.o", objects.display());
        let files = glob::glob(&pattern).expect("the pattern is valid");
        files.flatten().count()
    };
    let before = kept();
    assert!(before > 200, "only {before} objects were kept");
    let elsewhere = build(&fresh("elsewhere"), &objects);
    assert_eq!(kept(), before, "all objects were there");
    let elsewhere = std::fs::read(elsewhere.archive).expect("the archive");
    assert!(&elsewhere == alone(), "kept objects make another archive");
}

#[test]
fn two_cargos_at_once() {
    let project = Project::host("two-cargos").built_anew();
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
    let project = Project::host("killed").built_anew();
    let objects = || {
        let built = project.target_dir.join("debug/build");
        let pattern = format!("{}/killed-*/out/mpy-freeze/obj/**/*.o", built.display());
        glob::glob(&pattern).expect("the pattern is valid").count()
    };
    // Killed twice: while some objects are there and more are on their way.
    for enough in [10, 60] {
        let mut child = compiling(&project, &["build"])
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("cargo runs");
        let started = Instant::now();
        while objects() < enough && started.elapsed() < LONGEST {
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
    let ended = compiling(&project, &["build"]).output();
    let ended = ended.expect("cargo runs");
    assert!(ended.status.success(), "{}", text_of(&ended));
    let finished = std::fs::read(project.built("killed").join("libmicropython.a"));
    assert!(
        &finished.expect("the archive") == alone(),
        "the archive differs from that of a build that was never killed"
    );
}

/// A compiler that notes how many of its kind run, itself included.
const COUNTING_COMPILER: &str = r#"#!/bin/sh
here=$(dirname "$0")
mkdir "$here/running/$$"
ls "$here/running" | wc -l >> "$here/counts"
cc "$@"
status=$?
rmdir "$here/running/$$"
exit $status
"#;

#[test]
fn compilers_take_tokens_of_the_jobserver() {
    let project = Project::host("tokens").built_anew();
    project.write("cc.sh", COUNTING_COMPILER);
    let compiler = project.root.join("cc.sh");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&compiler, executable).expect("the mode can be set");
    std::fs::create_dir(project.root.join("running")).expect("the folder can be made");
    let jobserver = jobserver::Client::new(1).expect("a pipe");
    let mut cargo = project.cargo(&["build", "--jobs", "6"]);
    jobserver.configure(cargo.env("CC", &compiler));
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", text_of(&output));
    let counts = project.read("counts");
    let counts = counts.lines().map(|count| count.trim().parse::<usize>());
    let counts: Vec<usize> = counts.collect::<Result<_, _>>().expect("numbers");
    assert!(counts.len() > 200, "{} runs of the compiler", counts.len());
    let most = counts.iter().max();
    assert_eq!(
        most,
        Some(&2),
        "one on the build script's own token and one on the jobserver's"
    );
    assert_eq!(jobserver.available().expect("a pipe"), 1, "it is back");
}
