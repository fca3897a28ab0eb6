//! Names of Python modules written in Rust: a new one is seen at once, and recompiles no C.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mpy_freeze_tests::project::Project;

/// Calls every function of the module, and prints what they return.
const MAIN: &str = r#"
use mpy_freeze_rt::{Platform, Vm, pymodule};
use std::io::Write;

mpy_freeze_rt::freeze!(modules = [numbers]);
mpy_freeze_rt::platform!(Host);

struct Host;
impl Platform for Host {
    fn write(bytes: &[u8]) { std::io::stdout().write_all(bytes).unwrap(); }
    fn ticks_us() -> u64 { 0 }
    fn stack_limit() -> usize { 256 * 1024 }
}

#[pymodule]
mod numbers {
    use mpy_freeze_rt::pyfunction;

    #[pyfunction]
    fn an_early_name() -> i32 { 1 }
    // more
}

fn main() {
    let mut heap = vec![0; 256 * 1024];
    Vm::run(&mut heap[..], |vm| {
        let program = "import numbers\nprint(sum(f() for n, f in numbers.__dict__.items() if n[0] != '_'))";
        if let Err(exception) = vm.exec(program, "main.py") { println!("{exception}"); }
    }).unwrap();
}
"#;

/// When each of the library's files was written.
fn written(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let pattern = format!("{}/obj/**/*.o", folder.display());
    let objects = glob::glob(&pattern)
        .expect("the pattern is valid")
        .flatten();
    let files = objects.chain([folder.join("libmicropython.a"), folder.join("bindings.rs")]);
    files
        .map(|file| {
            let metadata = file.metadata().expect("the file is there");
            let modified = metadata.modified().expect("files have times");
            (file, modified)
        })
        .collect()
}

#[test]
fn a_new_name_recompiles_no_c() {
    let project = Project::host("names");
    project.remove("src/lib.rs");
    project.write("src/main.rs", MAIN);
    assert_eq!(project.succeeds(&["run", "--quiet"]), "1\n");
    let before = written(&project.built("names"));
    assert!(before.len() > 100, "{}", before.len());

    let more = "#[pyfunction]\n    fn a_name_that_nobody_had_before() -> i32 { 10 }";
    project.write("src/main.rs", MAIN.replace("// more", more));
    assert_eq!(project.succeeds(&["run", "--quiet"]), "11\n");
    assert_eq!(written(&project.built("names")), before);
}
