//! Edits, additions and removals of Python files are seen, and rebuild the one crate that names them.

use mpy_freeze_tests::project::Project;

/// Prints what the frozen modules say, and so what the last build froze.
const MAIN: &str = r#"
use mpy_freeze_rt::{Platform, Vm};
use std::io::Write;

mpy_freeze_rt::freeze!("app", "lib/single.py");
mpy_freeze_rt::platform!(Host);

struct Host;
impl Platform for Host {
    fn write(bytes: &[u8]) { std::io::stdout().write_all(bytes).unwrap(); }
    fn ticks_us() -> u64 { 0 }
    fn stack_limit() -> usize { 256 * 1024 }
}

fn main() {
    let mut heap = vec![0; 256 * 1024];
    Vm::run(&mut heap[..], |vm| {
        for name in std::env::args().skip(1) {
            match vm.import(&name) {
                Ok(module) => println!("{name} = {}", module.attr("value").unwrap().to_i64().unwrap()),
                Err(exception) => println!("{name}: {}", exception.type_name()),
            }
        }
    }).unwrap();
}
"#;

/// A program for the host that imports the modules that it is asked for.
fn project() -> Project {
    let project = Project::host("tracking");
    project.remove("src/lib.rs");
    project.write("src/main.rs", MAIN);
    project.write("app/main.py", "value = 1\n");
    project.write("app/pkg/__init__.py", "value = 10\n");
    project.write(
        "app/pkg/mod.py",
        "from . import value as v\nvalue = v + 1\n",
    );
    project.write("lib/single.py", "value = 100\n");
    project
}

fn run(project: &Project, names: &[&str]) -> String {
    let mut args = vec!["run", "--quiet", "--"];
    args.extend(names);
    project.succeeds(&args)
}

#[test]
fn every_change_of_the_python_files_is_seen() {
    let project = project();
    // From nothing: what the first build leaves must not make the second one think that something changed.
    project.succeeds(&["clean", "--package", "tracking"]);
    let out = run(&project, &["main", "pkg", "pkg.mod", "single"]);
    assert_eq!(out, "main = 1\npkg = 10\npkg.mod = 11\nsingle = 100\n");

    let text = project.succeeds(&["build", "-v"]);
    assert!(
        !text.contains("Compiling") && !text.contains("Running"),
        "nothing changed, yet:\n{text}"
    );

    // An edit rebuilds the crate, and no C file.
    let archive = project.built("tracking").join("libmicropython.a");
    let written = || {
        archive
            .metadata()
            .and_then(|data| data.modified())
            .expect("a time")
    };
    let before = written();
    project.write("app/main.py", "value = 2\n");
    assert_eq!(run(&project, &["main"]), "main = 2\n");
    project.write("lib/single.py", "value = 200\n");
    assert_eq!(run(&project, &["single"]), "single = 200\n");

    // New files, in a folder that was there and in one that wasn't.
    project.write("app/extra.py", "value = 3\n");
    assert_eq!(run(&project, &["extra"]), "extra = 3\n");
    project.write("app/deep/er/new.py", "value = 4\n");
    assert_eq!(run(&project, &["deep.er.new"]), "deep.er.new = 4\n");

    // Removals.
    project.remove("app/extra.py");
    project.remove("app/deep");
    assert_eq!(
        run(&project, &["extra", "deep.er.new", "main"]),
        "extra: ImportError\ndeep.er.new: ImportError\nmain = 2\n"
    );
    assert_eq!(written(), before, "the library was written again");
}
